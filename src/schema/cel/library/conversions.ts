/** `int(x)`, `string(x)` and the like. Mirrors the conversions of cel-go common/stdlib and common/types. */
import { parseGoDuration } from '../../../api/duration.ts';
import { textOfBytes } from '../bytes.ts';
import {
  boolType,
  bytesType,
  doubleType,
  durationType,
  dynType,
  intType,
  paramType,
  stringType,
  timestampType,
  typeOfType,
  uintType,
  type CelType,
} from '../cel-type.ts';
import { global, type FunctionDeclaration, type Overload } from '../declaration.ts';
import { isTimestamp, parseTimestamp, secondNanos, timestampOverflow, timestampText } from '../timestamp.ts';
import { doubleText, typeOfValue } from '../value-type.ts';
import {
  CelDouble,
  CelDuration,
  CelError,
  CelTimestamp,
  CelUint,
  int64Max,
  int64Min,
  intValue,
  isInt,
  uint64Max,
  type Value,
} from '../value.ts';

const paramA = paramType('A');
const shortNames: Readonly<Record<string, string>> = { int: 'int64', uint: 'uint64' };
const showableTypes = [stringType, boolType, bytesType, doubleType, durationType, intType, timestampType, uintType];
/** `strconv.ParseBool` */
const truths: Readonly<Record<string, boolean>> = {
  ...Object.fromEntries(['1', 't', 'T', 'true', 'TRUE', 'True'].map((text) => [text, true])),
  ...Object.fromEntries(['0', 'f', 'F', 'false', 'FALSE', 'False'].map((text) => [text, false])),
};

export const conversionFunctions = (): readonly FunctionDeclaration[] => [
  {
    name: 'type',
    overloads: [global('type', [paramA], typeOfType(paramA))],
    run: (value) => typeOfValue(given(value)),
  },
  { name: 'dyn', overloads: [global('to_dyn', [paramA], dynType)], run: given },
  conversion('bool', boolType, toBool, [boolType, stringType]),
  conversion('bytes', bytesType, toBytes, [bytesType, stringType]),
  conversion('double', doubleType, toDouble, [doubleType, intType, stringType, uintType]),
  conversion('duration', durationType, toDuration, [durationType, intType, stringType]),
  conversion('int', intType, toInt, [intType, doubleType, durationType, stringType, timestampType, uintType]),
  conversion('string', stringType, toText, showableTypes),
  conversion('timestamp', timestampType, toTimestamp, [timestampType, intType, stringType]),
  conversion('uint', uintType, toUint, [uintType, doubleType, intType, stringType]),
];

/** Functions of which cel-go computes constants beforehand. */
export const conversionNames: ReadonlySet<string> = new Set(
  'type dyn bool bytes double duration int string timestamp uint'.split(' '),
);

function conversion(
  name: string,
  to: CelType,
  convert: (value: Value) => Value,
  from: readonly CelType[],
): FunctionDeclaration {
  const target = shortNames[name] ?? name;
  const overloads = from.map((type): Overload => {
    const source = shortNames[type.text] ?? type.text;
    return global(`${source}_to_${target}`, [type], to, (value) => convert(given(value)));
  });
  return { name, overloads };
}

function given(value: Value | undefined): Value {
  return value ?? null;
}

function failed(value: Value, to: CelType): CelError {
  return new CelError(`type conversion error from '${fullName(typeOfValue(value))}' to '${fullName(to)}'`);
}

/** As Go prints it: times have their long names. */
function fullName(type: CelType): string {
  return type.params.length === 0 ? type.name : type.text;
}

function toBool(value: Value): Value {
  if (typeof value === 'boolean') return value;
  const truth = typeof value === 'string' && Object.hasOwn(truths, value) ? truths[value] : undefined;
  return truth ?? failed(value, boolType);
}

function toBytes(value: Value): Value {
  if (value instanceof Uint8Array) return value;
  return typeof value === 'string' ? new Uint8Array(Buffer.from(value)) : failed(value, bytesType);
}

function toDouble(value: Value): Value {
  if (value instanceof CelDouble) return value;
  if (isInt(value)) return new CelDouble(Number(value));
  if (value instanceof CelUint) return new CelDouble(Number(value.value));
  const parsed = typeof value === 'string' ? parseDouble(value) : undefined;
  return parsed === undefined ? failed(value, doubleType) : new CelDouble(parsed);
}

/** Mirrors strconv.ParseFloat, but for hexadecimal and underscores. */
function parseDouble(text: string): number | undefined {
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(text);
  if (special) {
    if (special[2]?.toLowerCase() === 'nan') return special[1] === '' ? Number.NaN : undefined;
    return special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** `duration(x)` */
export function toDuration(value: Value): Value {
  if (value instanceof CelDuration) return value;
  if (typeof value === 'string') {
    const parsed = parseGoDuration(value);
    if (parsed.ok) return new CelDuration(parsed.nanoseconds);
  }
  return failed(value, durationType);
}

function toInt(value: Value): Value {
  if (isInt(value)) return value;
  if (value instanceof CelUint) return inInt64(value.value);
  if (value instanceof CelDouble) {
    const { value: double } = value;
    const fits = double > Number(int64Min) && double < Number(int64Max);
    return fits ? intValue(BigInt(Math.trunc(double))) : new CelError('integer overflow');
  }
  if (value instanceof CelDuration) return intValue(value.nanoseconds);
  if (value instanceof CelTimestamp) {
    const seconds = value.nanoseconds / secondNanos;
    return intValue(value.nanoseconds % secondNanos < 0n ? seconds - 1n : seconds);
  }
  if (typeof value === 'string' && /^[+-]?\d{1,40}$/.test(value)) {
    const parsed = BigInt(value.replace('+', ''));
    if (parsed >= int64Min && parsed <= int64Max) return intValue(parsed);
  }
  return failed(value, intType);
}

function inInt64(value: bigint): Value {
  return value > int64Max ? new CelError('integer overflow') : intValue(value);
}

function toUint(value: Value): Value {
  if (value instanceof CelUint) return value;
  if (isInt(value)) return value < 0 ? new CelError('unsigned integer overflow') : new CelUint(BigInt(value));
  if (value instanceof CelDouble) {
    const fits = value.value >= 0 && value.value < 2 ** 64;
    return fits ? new CelUint(BigInt(Math.trunc(value.value))) : new CelError('unsigned integer overflow');
  }
  if (typeof value === 'string' && /^\d{1,40}$/.test(value) && BigInt(value) <= uint64Max) {
    return new CelUint(BigInt(value));
  }
  return failed(value, uintType);
}

/** `string(x)` */
export function toText(value: Value): Value {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || isInt(value)) return String(value);
  if (value instanceof CelUint) return String(value.value);
  if (value instanceof CelDouble) return doubleText(value.value);
  if (value instanceof Uint8Array) {
    return textOfBytes(value) ?? new CelError('invalid UTF-8 in bytes, cannot convert to string');
  }
  if (value instanceof CelTimestamp) return timestampText(value);
  if (value instanceof CelDuration) return `${secondsText(value.nanoseconds)}s`;
  return failed(value, stringType);
}

/** As a double with all its digits: `strconv.FormatFloat(d.Seconds(), 'f', -1, 64)`. */
function secondsText(nanoseconds: bigint): string {
  const whole = nanoseconds / secondNanos;
  const rest = nanoseconds % secondNanos;
  const seconds = Number(whole) + Number(rest) / 1e9;
  return seconds.toString().includes('e') ? seconds.toFixed(9).replace(/\.?0+$/, '') : String(seconds);
}

/** `timestamp(x)` */
export function toTimestamp(value: Value): Value {
  if (value instanceof CelTimestamp) return value;
  if (isInt(value)) {
    const nanoseconds = BigInt(value) * secondNanos;
    return isTimestamp(nanoseconds) ? new CelTimestamp(nanoseconds) : timestampOverflow;
  }
  const parsed = typeof value === 'string' ? parseTimestamp(value) : undefined;
  if (parsed === undefined) return failed(value, timestampType);
  return isTimestamp(parsed.nanoseconds) ? parsed : timestampOverflow;
}
