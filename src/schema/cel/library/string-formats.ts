/** Formats of strings in schemas, and what they stand for in CEL. Mirrors kube-openapi pkg/validation/strfmt. */
import { parseGoDuration } from '../../../api/duration.ts';
import { parseTimestamp } from '../timestamp.ts';
import { CelDuration, CelError, CelTimestamp } from '../value.ts';

export function isBase64(text: string): boolean {
  return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/.test(text);
}

export function isDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && parseTimestamp(`${text}T00:00:00Z`) !== undefined;
}

export function isDateTime(text: string): boolean {
  const [date = '', time] = text.toLowerCase().split('t');
  if (text.length < 4 || time === undefined || !isDate(date)) return false;
  const found = /^(\d{2}):(\d{2}):(\d{2})(.\d+)?(z|([+-]\d{2}:\d{2}))$/.exec(time);
  return found !== null && Number(found[1]) <= 23 && Number(found[2]) <= 59 && Number(found[3]) <= 59;
}

/** Go's durations, and words: `3 weeks`. */
export function durationValue(text: string): CelDuration | CelError {
  const parsed = parseGoDuration(text);
  if (parsed.ok) return new CelDuration(parsed.nanoseconds);
  let total: bigint | undefined;
  for (const [, , factor = '', unit = ''] of text.matchAll(/((\d{1,18})\s*([A-Za-zµ]+))/g)) {
    for (const nanoseconds of unitsOf(unit.toLowerCase())) total = (total ?? 0n) + BigInt(factor) * nanoseconds;
  }
  return total === undefined
    ? new CelError(`Invalid duration ${text}: unable to parse ${text} as duration`)
    : new CelDuration(BigInt.asIntN(64, total));
}

export function dateValue(text: string): CelTimestamp | CelError {
  const parsed = isDate(text) ? parseTimestamp(`${text}T00:00:00Z`) : undefined;
  return parsed ?? new CelError(`Invalid date formatted string ${text}`);
}

/** RFC 3339; without a zone, it is UTC. */
export function dateTimeValue(text: string): CelTimestamp | CelError {
  if (text === '') return new CelTimestamp(0n);
  return (
    parseTimestamp(text) ?? parseTimestamp(`${text}Z`) ?? new CelError(`Invalid date-time formatted string ${text}`)
  );
}

/** Of the alphabet for URLs, as upstream reads it. */
export function bytesValue(text: string): Uint8Array | CelError {
  const bad = /[^A-Za-z0-9\-_=\r\n]/.exec(text);
  const plain = text.replaceAll(/[\r\n]/g, '');
  const padded = /^[A-Za-z0-9\-_]*={0,2}$/.test(plain) && plain.length % 4 === 0;
  if (bad !== null || !padded) {
    const at = bad?.index ?? text.length;
    return new CelError(`Invalid byte formatted string ${text}: illegal base64 data at input byte ${at}`);
  }
  return new Uint8Array(Buffer.from(plain, 'base64url'));
}

const units: readonly (readonly [readonly string[], bigint])[] = [
  [['ns', 'nano'], 1n],
  [['us', 'µs', 'micro'], 1000n],
  [['ms', 'milli'], 1_000_000n],
  [['s', 'sec'], 1_000_000_000n],
  [['m', 'min'], 60_000_000_000n],
  [['h', 'hr', 'hour'], 3_600_000_000_000n],
  [['d', 'day'], 86_400_000_000_000n],
  [['w', 'wk', 'week'], 604_800_000_000_000n],
];

/** The last name of each unit may be longer: `days`. */
function unitsOf(unit: string): bigint[] {
  return units
    .filter(([names]) => names.includes(unit) || unit.startsWith(names.at(-1) ?? unit))
    .map(([, nanoseconds]) => nanoseconds);
}
