/** What type a value is of, and what it looks like in messages. */
import { canonicalSeconds } from './timestamp.ts';
import {
  boolType,
  bytesType,
  CelType,
  doubleType,
  durationType,
  errorType,
  intType,
  listDynType,
  mapDynType,
  nullType,
  optionalDynType,
  stringType,
  timestampType,
  typeType,
  uintType,
} from './cel-type.ts';
import { goFloat } from '../../api/go-text.ts';
import {
  CelDouble,
  CelDuration,
  CelError,
  CelOptional,
  CelTimestamp,
  CelUint,
  isInt,
  ListValue,
  MapValue,
  OpaqueValue,
  type Value,
} from './value.ts';

/** The type at run time: of lists and maps it doesn't say what is in them. */
export function typeOfValue(value: Value): CelType {
  if (typeof value === 'string') return stringType;
  if (isInt(value)) return intType;
  if (typeof value === 'boolean') return boolType;
  if (value === null) return nullType;
  if (value instanceof MapValue) return value.structType ?? mapDynType;
  if (value instanceof ListValue) return listDynType;
  if (value instanceof CelDouble) return doubleType;
  if (value instanceof Uint8Array) return bytesType;
  if (value instanceof CelTimestamp) return timestampType;
  if (value instanceof CelDuration) return durationType;
  if (value instanceof OpaqueValue) return value.type;
  if (value instanceof CelOptional) return optionalDynType;
  if (value instanceof CelType) return typeType;
  return value instanceof CelUint ? uintType : errorType;
}

/** Whether a function that is declared for `type` takes the value. Of what is in lists and maps, the first tells. */
export function accepts(type: CelType, value: Value): boolean {
  const { kind } = type;
  if (kind !== 'dyn' && kind !== 'param' && type.name !== typeOfValue(value).name) return false;
  if (kind === 'list' && value instanceof ListValue) {
    const [element] = type.params;
    return value.size === 0 || element === undefined || accepts(element, value.at(0));
  }
  if (kind === 'map' && value instanceof MapValue) {
    for (const key of value.keys()) {
      const [keyType, valueType] = type.params;
      if (keyType === undefined || valueType === undefined) return true;
      return accepts(keyType, key) && accepts(valueType, value.find(key) ?? null);
    }
  }
  return true;
}

/** As Go's `%v` prints it: in "no such key: x". */
export function valueText(value: Value): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || isInt(value)) return String(value);
  if (value === null) return 'NULL_VALUE';
  if (value instanceof CelDouble) return doubleText(value.value);
  if (value instanceof CelUint) return String(value.value);
  if (value instanceof CelDuration) return String(value);
  if (value instanceof CelTimestamp) return canonicalSeconds(value);
  if (value instanceof CelError) return value.message;
  if (value instanceof CelType) return value.text;
  if (value instanceof Uint8Array) return `[${value.join(' ')}]`;
  if (value instanceof CelOptional) {
    return value.value === undefined ? 'optional.none()' : `optional(${valueText(value.value)})`;
  }
  if (value instanceof ListValue) return `[${Array.from(value, valueText).join(', ')}]`;
  if (value instanceof MapValue) {
    const entries = Array.from(value.keys(), (key) => `${valueText(key)}: ${valueText(value.find(key) ?? null)}`);
    return `{${entries.join(', ')}}`;
  }
  return value.type.name;
}

/** `%g` */
export function doubleText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (Object.is(value, -0)) return '-0';
  return goFloat(value);
}
