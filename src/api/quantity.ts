/**
 * Resource quantities: `100m`, `1.5Gi`, `12e6`. Mirrors apimachinery api/resource.Quantity: what it parses, how it rounds (up, to
 * nano), and the form in which it writes a value again, including the cases where it keeps the text that it was given.
 */

export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

/** `mantissa` × 10^`exponent`. */
export interface Quantity {
  readonly mantissa: bigint;
  readonly exponent: number;
  readonly format: QuantityFormat;
  /** The text as it was given, where upstream writes that again instead of the canonical form. */
  readonly text?: string;
}

export class QuantityError extends Error {
  override readonly name = 'QuantityError';
}

const quantityFormatError =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const numericError = 'unable to parse numeric part of quantity';
const suffixError = "unable to parse quantity's suffix";

const decimalSuffixes: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const binarySuffixes: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };
const decimalByExponent = new Map(Object.entries(decimalSuffixes).map(([suffix, exponent]) => [exponent, suffix]));
const binaryByExponent = new Map(Object.entries(binarySuffixes).map(([suffix, exponent]) => [exponent, suffix]));

/** More digits are an attack: what is done with them costs their square. Upstream has no such limit. */
const digitsMax = 1000;
const nano = -9;
const int64DigitsSafe = 18;
const int64Max = 2n ** 63n - 1n;

/** @throws QuantityError with upstream's text. Surrounding white space is no part of a quantity: JSON decoding trims it. */
export function parseQuantity(text: string): Quantity {
  if (text === '') throw new QuantityError(quantityFormatError);
  const { negative, whole, fraction, suffix } = split(text);
  const read = readSuffix(suffix);
  const fast = fastQuantity(text, negative, whole, fraction, read);
  if (fast !== undefined) return fast;
  // Upstream's 64-bit form takes no digits for zero, its other form doesn't.
  if (!/^[+-]?\.?\d/.test(text)) throw new QuantityError(numericError);
  return roundedQuantity(negative, whole, fraction, read);
}

/** What upstream writes for what it reads: `{ text }`, or the `error` that its decoder reports. */
export function canonicalQuantity(text: string): { readonly text: string } | { readonly error: string } {
  try {
    return { text: quantityText(parseQuantity(text)) };
  } catch (error) {
    if (error instanceof QuantityError) return { error: error.message };
    throw error;
  }
}

/** As JSON has it. */
export function quantityText(quantity: Quantity): string {
  return quantity.text ?? canonicalText(quantity);
}

/** -1, 0 or 1. Costs no more for huge exponents. */
export function compareQuantities(left: Quantity, right: Quantity): -1 | 0 | 1 {
  const signs = compare(sign(left.mantissa), sign(right.mantissa));
  if (signs !== 0 || left.mantissa === 0n) return signs;
  const magnitudes = compare(magnitude(left), magnitude(right));
  if (magnitudes !== 0) return left.mantissa > 0n ? magnitudes : compare(magnitude(right), magnitude(left));
  const [leftScaled, rightScaled] = aligned(left, right);
  return compare(leftScaled, rightScaled);
}

/** The format is the left one's, unless that is zero. Where the other is so much greater that a sum would cost dear, it is the sum. */
export function addQuantities(left: Quantity, right: Quantity): Quantity {
  const format = left.mantissa === 0n ? right.format : left.format;
  if (Math.abs(left.exponent - right.exponent) > alignedDigitsMax && left.mantissa !== 0n && right.mantissa !== 0n) {
    const { mantissa, exponent } = left.exponent > right.exponent ? left : right;
    return { mantissa, exponent, format };
  }
  const [leftScaled, rightScaled, exponent] = aligned(left, right);
  return { mantissa: leftScaled + rightScaled, exponent, format };
}

/** Like {@link addQuantities}. */
export function subtractQuantities(left: Quantity, right: Quantity): Quantity {
  return addQuantities(left.mantissa === 0n ? { ...left, format: right.format } : left, {
    mantissa: -right.mantissa,
    exponent: right.exponent,
    format: right.format,
  });
}

export function integerQuantity(value: bigint | number, format: QuantityFormat = 'DecimalSI'): Quantity {
  return { mantissa: BigInt(value), exponent: 0, format };
}

/** In units of 10^`exponent`, rounded up (away from zero): 0 for whole ones, -3 for milli. Bounded to int64. */
export function quantityValue(quantity: Quantity, exponent = 0): bigint {
  const { mantissa } = quantity;
  if (mantissa === 0n) return 0n;
  const shift = quantity.exponent - exponent;
  if (shift < 0) return roundedUp(mantissa, -shift);
  if (shift > int64DigitsSafe) return mantissa > 0n ? int64Max : -int64Max;
  const value = mantissa * 10n ** BigInt(shift);
  return BigInt.asIntN(64, value) === value ? value : mantissa > 0n ? int64Max : -int64Max;
}

/** Rounded up to a multiple of 10^`exponent`; as it is when it is one. Mirrors Quantity.RoundUp, which defaulting calls with -3. */
export function roundUpQuantity(quantity: Quantity, exponent: number): Quantity {
  if (quantity.exponent >= exponent) return quantity;
  return {
    mantissa: roundedUp(quantity.mantissa, exponent - quantity.exponent),
    exponent,
    format: quantity.format,
  };
}

interface Suffix {
  readonly base: 2 | 10;
  readonly exponent: number;
  readonly format: QuantityFormat;
}

interface Parts {
  readonly negative: boolean;
  readonly whole: string;
  readonly fraction: string;
  readonly suffix: string;
}

/** Leading zeros are dropped. No digits at all count as zero, as upstream has it: `+`, `.`. */
function split(text: string): Parts {
  // In pieces, each of them greedy: one expression for all of it would try every way to cut a long row of digits.
  const [number = '', mark, digits = '', , fraction = ''] = /^([+-]?)(\d*)(\.(\d*))?/.exec(text) ?? [];
  const suffix = text.slice(number.length);
  if (!/^[eEinumkKMGTP]*[-+]?\d*$/.test(suffix)) throw new QuantityError(quantityFormatError);
  const whole = digits.replace(/^0+/, '');
  if (whole.length + fraction.length > digitsMax) throw new QuantityError(numericError);
  if (suffix.length > digitsMax) throw new QuantityError(suffixError);
  return { negative: mark === '-', whole: whole === '' ? '0' : whole, fraction, suffix };
}

function readSuffix(suffix: string): Suffix {
  const decimal = Object.hasOwn(decimalSuffixes, suffix) ? decimalSuffixes[suffix] : undefined;
  if (decimal !== undefined) return { base: 10, exponent: decimal, format: 'DecimalSI' };
  const binary = Object.hasOwn(binarySuffixes, suffix) ? binarySuffixes[suffix] : undefined;
  if (binary !== undefined) return { base: 2, exponent: binary, format: 'BinarySI' };
  const match = /^[eE]([+-]?\d+)$/.exec(suffix);
  if (match === null) throw new QuantityError(suffixError);
  const exponent = BigInt((match[1] ?? '').replace('+', ''));
  if (BigInt.asIntN(64, exponent) !== exponent) throw new QuantityError(suffixError);
  return { base: 10, exponent: Number(BigInt.asIntN(32, exponent)), format: 'DecimalExponent' };
}

/** What fits in upstream's 64-bit form. Only there the given text may be kept. */
function fastQuantity(
  text: string,
  negative: boolean,
  whole: string,
  fraction: string,
  { exponent, format }: Suffix,
): Quantity | undefined {
  const binary = format === 'BinarySI';
  const scale = (binary ? 0 : exponent) - fraction.length;
  if (binary) {
    const room = 15 - whole.length - Math.trunc((exponent * 3) / 10) - 1;
    if (fraction !== '' || room < 0) return undefined;
  } else if (whole.length + fraction.length > int64DigitsSafe || scale < nano) {
    return undefined;
  }
  const digits = whole + fraction;
  const value = BigInt(digits);
  const magnitude = binary ? value << BigInt(exponent) : value;
  if (magnitude > int64Max) return undefined;
  const quantity: Quantity = { mantissa: negative ? -magnitude : magnitude, exponent: scale, format };
  const keeps = binary ? (value & 7n) !== 0n : scale % 3 === 0 && !digits.endsWith('000') && !digits.startsWith('0');
  return keeps || text === '0' ? { ...quantity, text } : quantity;
}

/** Rounded up to nano. */
function roundedQuantity(
  negative: boolean,
  whole: string,
  fraction: string,
  { base, exponent, format }: Suffix,
): Quantity {
  let mantissa = BigInt(whole + fraction);
  let scale = (base === 10 ? exponent : 0) - fraction.length;
  if (base === 2) mantissa <<= BigInt(exponent);
  if (scale < nano) {
    mantissa = roundedUp(mantissa, nano - scale);
    scale = nano;
  }
  let written = format;
  if (format === 'BinarySI') {
    const limit = scaledUp(int64Max, -scale);
    if (mantissa > limit) [mantissa, scale] = [int64Max, 0];
    else if (mantissa > 0n && mantissa < scaledUp(1n, -scale)) written = 'DecimalSI';
  }
  return { mantissa: negative ? -mantissa : mantissa, exponent: scale, format: written };
}

function canonicalText(quantity: Quantity): string {
  const { mantissa, exponent, format } = quantity;
  if (mantissa === 0n) return '0';
  if (format === 'BinarySI') {
    const integer = wholeValue(mantissa, exponent);
    if (integer !== undefined && (integer >= 1024n || integer <= -1024n)) {
      const { value, times } = withoutFactors(integer, 1024n);
      return `${value}${binaryByExponent.get(times * 10) ?? ''}`;
    }
  }
  const { value, times } = withoutFactors(mantissa, 10n);
  const total = exponent + times;
  const extra = ((total % 3) + 3) % 3;
  const digits = value * 10n ** BigInt(extra);
  const shown = total - extra;
  if (format === 'DecimalExponent') return shown === 0 ? String(digits) : `${digits}e${shown}`;
  // Upstream has no suffix above E, and then writes none.
  return `${digits}${decimalByExponent.get(shown) ?? ''}`;
}

/** The value, if it is a whole number. */
function wholeValue(mantissa: bigint, exponent: number): bigint | undefined {
  if (exponent >= 0) return mantissa * 10n ** BigInt(exponent);
  const unit = 10n ** BigInt(-exponent);
  return mantissa % unit === 0n ? mantissa / unit : undefined;
}

function withoutFactors(value: bigint, factor: bigint): { value: bigint; times: number } {
  let times = 0;
  let left = value;
  while (left !== 0n && left % factor === 0n) {
    left /= factor;
    times++;
  }
  return { value: left, times };
}

/** mantissa / 10^digits, away from zero. */
function roundedUp(mantissa: bigint, digits: number): bigint {
  if (mantissa === 0n) return 0n;
  // So small that only the rounding is left; saves the huge division.
  if (digits > digitCount(mantissa)) return mantissa > 0n ? 1n : -1n;
  const unit = 10n ** BigInt(digits);
  const quotient = mantissa / unit;
  if (quotient * unit === mantissa) return quotient;
  return mantissa > 0n ? quotient + 1n : quotient - 1n;
}

function scaledUp(value: bigint, digits: number): bigint {
  return digits <= 0 ? value : value * 10n ** BigInt(digits);
}

/** Quantities whose exponents lie further apart aren't added up. */
const alignedDigitsMax = 2000;

/** Both mantissas at the smaller exponent; callers see to it that the exponents are near each other. */
function aligned(left: Quantity, right: Quantity): [left: bigint, right: bigint, exponent: number] {
  if (left.mantissa === 0n) return [0n, right.mantissa, right.exponent];
  if (right.mantissa === 0n) return [left.mantissa, 0n, left.exponent];
  const exponent = Math.min(left.exponent, right.exponent);
  return [
    scaledUp(left.mantissa, left.exponent - exponent),
    scaledUp(right.mantissa, right.exponent - exponent),
    exponent,
  ];
}

function magnitude({ mantissa, exponent }: Quantity): number {
  return digitCount(mantissa) + exponent;
}

function digitCount(value: bigint): number {
  return String(value < 0n ? -value : value).length;
}

function sign(value: bigint): number {
  return compare(value, 0n);
}

function compare<T extends bigint | number>(left: T, right: T): -1 | 0 | 1 {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
