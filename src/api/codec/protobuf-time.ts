/** Times and durations between JSON's text and the wire's numbers. Mirrors apimachinery meta/v1 Time, MicroTime, Duration. */
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

const unitNanoseconds: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

/** Nanoseconds of `1h2m3.5s`. Throws when it isn't a duration. Mirrors Go's time.ParseDuration. */
export function parseDuration(text: string): bigint {
  const unsigned = text.replace(/^[+-]/, '');
  if (unsigned === '0') return 0n;
  if (text.length > 64 || !/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(unsigned)) {
    throw unrepresentable(`time: invalid duration ${JSON.stringify(text.slice(0, 64))}`);
  }
  let total = 0n;
  for (const [, whole = '', fraction = '', unit = ''] of unsigned.matchAll(/(\d*)\.?(\d*)(ns|us|µs|μs|ms|s|m|h)/g)) {
    const scale = unitNanoseconds[unit] ?? 0n;
    total += BigInt(whole || 0) * scale + (BigInt(fraction || 0) * scale) / 10n ** BigInt(fraction.length);
  }
  if (total > 0x7fff_ffff_ffff_ffffn) throw unrepresentable(`time: invalid duration ${JSON.stringify(text)}`);
  return text.startsWith('-') ? -total : total;
}

/** Mirrors Go's time.Duration.String. */
export function durationText(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return '0s';
  const sign = nanoseconds < 0n ? '-' : '';
  const value = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  if (value < 1_000_000_000n) {
    if (value < 1000n) return `${sign}${value}ns`;
    return value < 1_000_000n ? `${sign}${decimal(value, 1000n)}µs` : `${sign}${decimal(value, 1_000_000n)}ms`;
  }
  const hours = value / 3_600_000_000_000n;
  const minutes = (value / 60_000_000_000n) % 60n;
  const seconds = `${decimal(value % 60_000_000_000n, 1_000_000_000n)}s`;
  if (hours > 0n) return `${sign}${hours}h${minutes}m${seconds}`;
  return minutes > 0n ? `${sign}${minutes}m${seconds}` : `${sign}${seconds}`;
}

function decimal(value: bigint, unit: bigint): string {
  const digits = String(unit).length - 1;
  const fraction = String(value % unit)
    .padStart(digits, '0')
    .replace(/0+$/, '');
  return fraction === '' ? String(value / unit) : `${value / unit}.${fraction}`;
}
