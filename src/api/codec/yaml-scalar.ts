/** What a plain YAML scalar means. Mirrors go-yaml v2's resolve: YAML 1.1 booleans and numbers, timestamps left as text. */

import { exactNumber } from './exact-integers.ts';

export type YamlScalar = string | number | bigint | boolean | null;

const words: ReadonlyMap<string, YamlScalar> = new Map<string, YamlScalar>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((word) => [word, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((word) => [word, false] as const),
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, Number.NaN] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((word) => [word, Number.POSITIVE_INFINITY] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, Number.NEGATIVE_INFINITY] as const),
]);

const uint64Max = 2n ** 64n - 1n;
const int64Min = -(2n ** 63n);

export function resolveYamlScalar(text: string): YamlScalar {
  const word = words.get(text);
  if (word !== undefined) return word;
  if (text.startsWith('.')) return /^\.\d+([eE][+-]?\d+)?$/.test(text) ? finite(text) : text;
  if (!/^[-+\d]/.test(text) || isTimestamp(text)) return text;
  const plain = text.replaceAll('_', '');
  const integer = parseInteger(plain);
  if (integer !== undefined) return integer;
  return /^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/.test(plain) ? finite(plain, text) : text;
}

/** Base by prefix: 0x, 0o, 0b, and a mere 0 is octal too. */
function parseInteger(text: string): number | bigint | undefined {
  const match = /^([-+]?)(0[xX][\da-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9]\d*)$/.exec(text);
  if (match === null) return undefined;
  const [, sign, digits = ''] = match;
  const size = BigInt(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits.toLowerCase());
  const value = sign === '-' ? -size : size;
  // Unsigned numbers take no sign.
  const max = sign === '' ? uint64Max : -int64Min - 1n;
  if (value > max || value < int64Min) return undefined;
  return exactNumber(String(value));
}

/** What a float64 can't hold stays text. */
function finite(number: string, text = number): number | string {
  const value = Number(number);
  return Number.isFinite(value) ? value : text;
}

/** Mirrors go-yaml's parseTimestamp: dates, and dates with times. */
function isTimestamp(text: string): boolean {
  const date = /^(\d{4})-(\d{1,2})-(\d{1,2})(.*)$/s.exec(text);
  if (date === null) return false;
  const [, year, month, day, rest = ''] = date;
  const days = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  if (Number(month) < 1 || Number(month) > 12 || Number(day) < 1 || Number(day) > days) return false;
  if (rest === '') return true;
  const time = /^(?:[Tt](?<zoned>.*)(?:Z|[-+]\d\d:\d\d)| (?<local>.*))$/s.exec(rest)?.groups;
  const clock = /^(\d{1,2}):(\d{1,2}):(\d{1,2})([.,]\d+)?$/.exec(time?.['zoned'] ?? time?.['local'] ?? '');
  return clock !== null && Number(clock[1]) < 24 && Number(clock[2]) < 60 && Number(clock[3]) < 60;
}
