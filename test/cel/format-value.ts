/** Values as cel-go's types.Format prints them: how the oracle tells what an expression gives. */
import { goQuote } from '../../src/api/go-text.ts';
import { CelType } from '../../src/schema/cel/cel-type.ts';
import { toText } from '../../src/schema/cel/library/conversions.ts';
import { typeOfValue, valueText } from '../../src/schema/cel/value-type.ts';
import {
  CelDouble,
  CelDuration,
  CelOptional,
  CelTimestamp,
  CelUint,
  ListValue,
  MapValue,
  type Value,
} from '../../src/schema/cel/value.ts';

export function formatValue(value: Value): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return goQuote(value);
  if (typeof value !== 'object') return String(value);
  if (value instanceof CelUint) return `${value.value}u`;
  if (value instanceof CelDouble) return formatDouble(value.value);
  if (value instanceof Uint8Array) {
    return `b"${Array.from(value, (byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')}"`;
  }
  if (value instanceof CelDuration) return `duration("${valueText(toText(value))}")`;
  if (value instanceof CelTimestamp) return `timestamp("${valueText(toText(new CelTimestamp(value.nanoseconds)))}")`;
  if (value instanceof CelType) return value.name;
  if (value instanceof CelOptional) {
    return value.value === undefined ? 'optional.none()' : `optional.of(${formatValue(value.value)})`;
  }
  if (value instanceof ListValue) return `[${Array.from(value, formatValue).join(', ')}]`;
  if (value instanceof MapValue) {
    const entries = Array.from(value.keys(), (key) => `${formatValue(key)}: ${formatValue(value.find(key) ?? null)}`);
    return `{${entries.sort().join(', ')}}`;
  }
  return typeOfValue(value).name;
}

function formatDouble(value: number): string {
  if (Number.isNaN(value)) return 'double("NaN")';
  if (!Number.isFinite(value)) return `double("${value > 0 ? '' : '-'}Infinity")`;
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}
