/** Times and durations between JSON's text and the wire's numbers. Mirrors apimachinery meta/v1 Time, MicroTime, Duration. */
import { parseGoDuration } from '../duration.ts';
import { malformed, unrepresentable } from './protobuf-error.ts';

/** 0001-01-01T00:00:00Z: Go's zero time, which JSON has as null and the wire as an empty message. */
const zeroSeconds = -62_135_596_800;
/** 9999-12-31T23:59:59Z, the last that RFC 3339 can say. */
const lastSeconds = 253_402_300_799;

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,](\d+))?(?:Z|[+-]\d\d:\d\d)$/;

export interface Timestamp {
  readonly seconds: number;
  readonly nanos: number;
}

/** Undefined for the zero time. Throws when the text isn't RFC 3339. */
export function parseTime(text: string): Timestamp | undefined {
  const match = rfc3339.exec(text);
  const milliseconds = match ? Date.parse(text.replace(/[.,]\d+/, '')) : Number.NaN;
  if (!match || Number.isNaN(milliseconds))
    throw unrepresentable(`not an RFC 3339 time: ${JSON.stringify(text.slice(0, 64))}`);
  const nanos = match[1] === undefined ? 0 : Number(match[1].slice(0, 9).padEnd(9, '0'));
  const seconds = milliseconds / 1000;
  return seconds === zeroSeconds && nanos === 0 ? undefined : { seconds, nanos };
}

/** `2024-05-06T07:08:09Z`; null for the zero time. */
export function timeText(seconds: number): string | null {
  if (seconds === zeroSeconds) return null;
  return `${secondsText(seconds)}Z`;
}

/** `2024-05-06T07:08:09.000010Z`; null for the zero time. Nanoseconds are cut to microseconds, as upstream does. */
export function microTimeText({ seconds, nanos }: Timestamp): string | null {
  const micros = Math.trunc(nanos / 1000);
  const whole = seconds + Math.floor(micros / 1_000_000);
  const rest = micros - Math.floor(micros / 1_000_000) * 1_000_000;
  if (whole === zeroSeconds && rest === 0) return null;
  return `${secondsText(whole)}.${String(rest).padStart(6, '0')}Z`;
}

function secondsText(seconds: number): string {
  if (seconds < zeroSeconds || seconds > lastSeconds) throw malformed(`time out of range: ${seconds} seconds`);
  return new Date(seconds * 1000).toISOString().slice(0, 19);
}

/** Nanoseconds of `1h2m3.5s`. Throws when it isn't a duration. */
export function parseDuration(text: string): bigint {
  const parsed = parseGoDuration(text);
  if (!parsed.ok) throw unrepresentable(parsed.error);
  return parsed.nanoseconds;
}
