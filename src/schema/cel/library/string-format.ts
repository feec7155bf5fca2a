/**
 * `'%s is %d'.format([…])`: at run time, and checked beforehand where the text and the list are written out. Mirrors cel-go
 * ext/formatting.go (the version before `%` clauses took more types).
 */
import { goQuote } from '../../../api/go-text.ts';
import { CelType } from '../cel-type.ts';
import { compareValues } from '../equality.ts';
import { typeOfValue } from '../value-type.ts';
import {
  CelDouble,
  CelDuration,
  CelError,
  CelTimestamp,
  CelUint,
  isInt,
  ListValue,
  MapValue,
  type Value,
} from '../value.ts';
import { toText } from './conversions.ts';

const precisionDefault = 6;
/** More digits than a double has; Go would write as many zeros as are asked for. */
const precisionMax = 1000;
/** As many digits as JavaScript writes of a double. */
const digitsExact = 100;
const depthMax = 100;

export type Clause =
  | { readonly kind: 's' | 'd' | 'b' | 'o' | 'x' | 'X' }
  | { readonly kind: 'f' | 'e'; readonly precision: number };

class FormatError extends Error {
  override readonly name = 'FormatError';
}

/** What a clause of each kind takes, and what is said of others. */
const complaints: Readonly<Record<Clause['kind'], string>> = {
  s: 'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps, was given',
  d: 'decimal clause can only be used on integers, was given',
  f: 'fixed-point clause can only be used on doubles, was given',
  e: 'scientific clause can only be used on doubles, was given',
  b: 'only integers and bools can be formatted as binary, was given',
  o: 'octal clause can only be used on integers, was given',
  x: 'only integers, byte buffers, and strings can be formatted as hex, was given',
  X: 'only integers, byte buffers, and strings can be formatted as hex, was given',
};

/** `text.format(args)` */
export function formatText(text: string, args: ListValue): Value {
  try {
    return eachClause(text, (index) => {
      if (index >= args.size) throw new FormatError(`index ${index} out of range`);
      return (clause) => clauseText(clause, args.at(index));
    });
  } catch (error) {
    if (error instanceof FormatError) return new CelError(error.message);
    throw error;
  }
}

/**
 * Checks a text against the types of what it is given; undefined: nothing is wrong.
 * @param typeAt of the argument, or of the part of it that `%s` can't show; undefined: whatever
 */
export function checkFormat(
  text: string,
  argCount: number,
  typeAt: (index: number, clause: Clause) => { readonly id: number; readonly type: CelType } | undefined,
): { readonly id: number | undefined; readonly message: string } | undefined {
  let seen = 0;
  let badId: number | undefined;
  try {
    eachClause(text, (index, isEnd) => {
      seen++;
      if (index >= argCount && !isEnd) throw new FormatError(`index ${index} out of range`);
      return (clause) => {
        const wrong = typeAt(index, clause);
        if (wrong === undefined) return '';
        badId = wrong.id;
        throw new FormatError(`${complaints[clause.kind]} ${wrong.type.name}`);
      };
    });
  } catch (error) {
    if (error instanceof FormatError) return { id: badId, message: error.message };
    throw error;
  }
  if (argCount <= seen) return undefined;
  const message = `too many arguments supplied to string.format (expected ${seen}, got ${argCount})`;
  return { id: undefined, message };
}

/** What a clause becomes; it is asked for before the clause is read, which `isEnd` says there is none of. */
type Replace = (index: number, isEnd: boolean) => (clause: Clause) => string;

/** The text, with each clause replaced. @throws FormatError */
function eachClause(text: string, replace: Replace): string {
  let [result, at, index] = ['', 0, 0];
  while (at < text.length) {
    const percent = text.indexOf('%', at);
    if (percent < 0) return result + text.slice(at);
    result += text.slice(at, percent);
    if (text.startsWith('%%', percent)) {
      result += '%';
      at = percent + 2;
      continue;
    }
    const isEnd = percent + 1 >= text.length;
    const show = replace(index, isEnd);
    if (isEnd) throw new FormatError('unexpected end of string');
    const { clause, length } = readClause(text.slice(percent + 1));
    try {
      result += show(clause);
    } catch (error) {
      if (error instanceof FormatError) throw new FormatError(`error during formatting: ${error.message}`);
      throw error;
    }
    at = percent + 1 + length;
    index++;
  }
  return result;
}

function readClause(text: string): { readonly clause: Clause; readonly length: number } {
  const failed = (message: string): never => {
    throw new FormatError(`could not parse formatting clause: ${message}`);
  };
  const [dots = '', digits] = /^\.(\d*)/.exec(text) ?? [];
  if (digits !== undefined && dots.length === text.length) {
    return failed('error while parsing precision: could not find end of precision specifier');
  }
  if (digits === '') {
    return failed(
      'error while parsing precision: error while converting precision to integer: strconv.Atoi: parsing "": invalid syntax',
    );
  }
  const precision = digits === undefined ? precisionDefault : Math.min(Number(digits), precisionMax);
  const kind = text.charAt(dots.length);
  const length = dots.length + 1;
  switch (kind) {
    case 's':
    case 'd':
    case 'b':
    case 'o':
    case 'x':
    case 'X':
      return { clause: { kind }, length };
    case 'f':
    case 'e':
      return { clause: { kind, precision }, length };
    default:
      return failed(`unrecognized formatting clause "${kind}"`);
  }
}

function clauseText(clause: Clause, value: Value): string {
  const wrong = (): never => {
    throw new FormatError(`${complaints[clause.kind]} ${typeOfValue(value).name}`);
  };
  switch (clause.kind) {
    case 's':
      return stringText(value, 0);
    case 'd':
      return integerText(value, 10) ?? wrong();
    case 'b':
      return typeof value === 'boolean' ? (value ? '1' : '0') : (integerText(value, 2) ?? wrong());
    case 'o':
      return integerText(value, 8) ?? wrong();
    case 'x':
    case 'X': {
      const bytes = typeof value === 'string' ? Buffer.from(value) : value;
      const hex =
        bytes instanceof Uint8Array ? Buffer.from(bytes).toString('hex') : (integerText(value, 16) ?? wrong());
      return clause.kind === 'X' ? hex.toUpperCase() : hex;
    }
    case 'f':
    case 'e':
      return floatText(clause.kind, clause.precision, value) ?? wrong();
  }
}

function integerText(value: Value, radix: number): string | undefined {
  if (isInt(value)) return value.toString(radix);
  return value instanceof CelUint ? value.value.toString(radix) : undefined;
}

/** As message.Printer of the English locale writes it: with commas between thousands, and `×10⁰¹` for exponents. */
function floatText(kind: 'f' | 'e', precision: number, value: Value): string | undefined {
  const special: Readonly<Record<string, number>> = { NaN: Number.NaN, Infinity: Infinity, '-Infinity': -Infinity };
  const number =
    value instanceof CelDouble
      ? value.value
      : typeof value === 'string' && Object.hasOwn(special, value)
        ? special[value]
        : undefined;
  if (number === undefined) return undefined;
  // Upstream takes the precision of `%e` for the least width, and writes six digits.
  if (kind === 'e') return scientificText(number).padStart(precision);
  if (!Number.isFinite(number)) return specialText(number);
  return fixedText(number, precision).replace(/^-?\d+/, (whole) => whole.replaceAll(/\B(?=(\d{3})+$)/g, ','));
}

function specialText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '∞' : '-∞';
}

function scientificText(value: number): string {
  if (!Number.isFinite(value)) return specialText(value);
  const [mantissa = '', exponent = '0'] = value.toExponential(precisionDefault).split('e');
  const digits = String(Math.abs(Number(exponent))).padStart(2, '0');
  const superscripts = Array.from(digits, (digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'.charAt(Number(digit))).join('');
  return `${mantissa}×10${Number(exponent) < 0 ? '⁻' : ''}${superscripts}`;
}

/** Without exponents, however large. What is half way goes to the even digit, as in Go. */
function fixedText(value: number, precision: number): string {
  const digits = Math.min(precision, digitsExact);
  if (Math.abs(value) >= 1e21) return `${BigInt(value)}${precision > 0 ? `.${'0'.repeat(precision)}` : ''}`;
  const [whole = '', fraction = ''] = value.toFixed(digitsExact).split('.');
  const isHalf = /^50*$/.test(fraction.slice(digits));
  const last = (whole + fraction.slice(0, digits)).at(-1);
  const down = digits === 0 ? whole : `${whole}.${fraction.slice(0, digits)}`;
  const text = isHalf && Number(last) % 2 === 0 ? down : value.toFixed(digits);
  return text + '0'.repeat(precision - digits);
}

function stringText(value: Value, depth: number): string {
  if (depth > depthMax) throw new FormatError('value is nested too deeply');
  if (value === null) return 'null';
  if (value instanceof ListValue) return `[${Array.from(value, (item) => innerText(item, depth + 1)).join(', ')}]`;
  if (value instanceof MapValue) return mapText(value, depth);
  if (value instanceof CelType) return value.name;
  const text = toText(value);
  if (typeof text === 'string') return text;
  throw new FormatError(`${complaints.s} ${typeOfValue(value).name}`);
}

/** Inside of lists and maps: texts in quotes, doubles with six digits. */
function innerText(value: Value, depth: number): string {
  if (typeof value === 'string') return goQuote(value);
  if (value instanceof Uint8Array) return `b${goQuote(Buffer.from(value).toString())}`;
  if (value instanceof CelDouble) {
    const { value: number } = value;
    if (Number.isNaN(number)) return '"NaN"';
    if (!Number.isFinite(number)) return number > 0 ? '"+Inf"' : '"-Inf"';
    return fixedText(number, precisionDefault);
  }
  if (value instanceof CelTimestamp) return `timestamp(${goQuote(stringText(value, depth))})`;
  if (value instanceof CelDuration) return `duration(${goQuote(stringText(value, depth))})`;
  return stringText(value, depth);
}

function mapText(map: MapValue, depth: number): string {
  const entries = Array.from(map.keys(), (key) => {
    const isKey = typeof key === 'string' || typeof key === 'boolean' || isInt(key) || key instanceof CelUint;
    if (!isKey) throw new FormatError(`no formatting function for map key of type ${typeOfValue(key).name}`);
    return [innerText(key, depth + 1), innerText(map.find(key) ?? null, depth + 1)] as const;
  });
  entries.sort(([left], [right]) => Number(compareValues(left, right)));
  return `{${entries.map(([key, value]) => `${key}:${value}`).join(', ')}}`;
}
