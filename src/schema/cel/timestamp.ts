/** Points in time: read from RFC 3339, written, and taken apart in any time zone. Mirrors cel-go types.Timestamp and Go's package time. */
import { CelError, CelTimestamp } from './value.ts';

export const secondNanos = 1_000_000_000n;
const minSeconds = -62_135_596_800n;
const maxSeconds = 253_402_300_799n;

export const timestampOverflow = new CelError('timestamp overflow');

export interface TimeParts {
  readonly year: number;
  /** From 0. */
  readonly month: number;
  /** From 1. */
  readonly day: number;
  /** From 0. */
  readonly dayOfYear: number;
  /** Sunday: 0. */
  readonly weekday: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
  readonly milliseconds: number;
}

const pattern = /^(\d{4})-(\d{2})-(\d{2})T(\d{1,2}):(\d{2}):(\d{2})(?:[.,](\d+))?(?:Z|([+-])(\d{2}):(\d{2}))$/;

/** RFC 3339, as Go's time.Parse takes it; undefined where it doesn't. */
export function parseTimestamp(text: string): CelTimestamp | undefined {
  const found = pattern.exec(text);
  if (found === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1, 7).map(Number);
  const [, , , , , , , fraction = '', sign, zoneHours = '0', zoneMinutes = '0'] = found;
  if (Number(zoneHours) > 24 || Number(zoneMinutes) > 60) return undefined;
  const inRange = month >= 1 && month <= 12 && hour < 24 && minute < 60 && second < 60;
  if (!inRange || day < 1 || day > daysOf(year, month)) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  const offset = (sign === '-' ? -1 : 1) * (Number(zoneHours) * 60 + Number(zoneMinutes));
  const seconds = BigInt(date.getTime() / 1000) - BigInt(offset * 60);
  const nanos = BigInt(fraction.slice(0, 9).padEnd(9, '0'));
  return new CelTimestamp(seconds * secondNanos + nanos, offset);
}

/** Whether it is one that CEL takes. */
export function isTimestamp(nanoseconds: bigint): boolean {
  const seconds = floorDivide(nanoseconds, secondNanos);
  return seconds >= minSeconds && seconds <= maxSeconds;
}

/** `2006-01-02T15:04:05.999Z`, in its own zone. */
export function timestampText(value: CelTimestamp): string {
  const local = value.nanoseconds + BigInt(value.offsetMinutes) * 60n * secondNanos;
  const zone = value.offsetMinutes === 0 ? 'Z' : offsetText(value.offsetMinutes);
  return `${dateText(local)}${zone}`;
}

/** As Go's `%v` prints a time of UTC. */
export function canonicalSeconds(value: CelTimestamp): string {
  return `${dateText(value.nanoseconds).replace('T', ' ')} +0000 UTC`;
}

/** @param offsetMinutes east of UTC */
export function timeParts(value: CelTimestamp, offsetMinutes: number): TimeParts {
  const local = value.nanoseconds + BigInt(offsetMinutes) * 60n * secondNanos;
  const ms = Number(floorDivide(local, 1_000_000n));
  const date = new Date(ms);
  const year = date.getUTCFullYear();
  const newYear = new Date(0);
  newYear.setUTCFullYear(year, 0, 1);
  return {
    year,
    month: date.getUTCMonth(),
    day: date.getUTCDate(),
    dayOfYear: Math.floor((ms - newYear.getTime()) / 86_400_000),
    weekday: date.getUTCDay(),
    hours: date.getUTCHours(),
    minutes: date.getUTCMinutes(),
    seconds: date.getUTCSeconds(),
    milliseconds: date.getUTCMilliseconds(),
  };
}

/** Minutes east of UTC, then: of `+01:30`, or of a zone's name. */
export function zoneOffset(value: CelTimestamp, zone: string): number | CelError {
  const colon = zone.indexOf(':');
  if (colon < 0) return namedOffset(value, zone);
  const [hours, minutes] = [zone.slice(0, colon), zone.slice(colon + 1)];
  for (const part of [hours, minutes]) {
    if (!/^[+-]?\d{1,9}$/.test(part))
      return new CelError(`strconv.Atoi: parsing ${JSON.stringify(part)}: invalid syntax`);
  }
  const offset = Number(hours) * 60;
  return zone.startsWith('-') ? offset - Number(minutes) : offset + Number(minutes);
}

function namedOffset(value: CelTimestamp, zone: string): number | CelError {
  if (zone === '' || zone === 'UTC') return 0;
  const ms = Number(floorDivide(value.nanoseconds, 1_000_000n));
  try {
    const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
    const name = format.formatToParts(new Date(ms)).find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const [, sign, hours = '0', minutes = '0'] = /GMT([+-])(\d{2}):(\d{2})/.exec(name) ?? [];
    return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  } catch {
    return new CelError(`unknown time zone ${zone}`);
  }
}

/** Without the zone; no more digits of a fraction than there are. */
function dateText(nanoseconds: bigint): string {
  const seconds = floorDivide(nanoseconds, secondNanos);
  const date = new Date(Number(seconds) * 1000);
  const rest = date.toISOString().replace(/^.*?(-\d\d-\d\dT\d\d:\d\d:\d\d).*$/, '$1');
  const year = date.getUTCFullYear();
  const years = `${year < 0 ? '-' : ''}${String(Math.abs(year)).padStart(4, '0')}`;
  const fraction = String(nanoseconds - seconds * secondNanos)
    .padStart(9, '0')
    .replace(/0+$/, '');
  return `${years}${rest}${fraction === '' ? '' : `.${fraction}`}`;
}

function offsetText(minutes: number): string {
  const size = Math.abs(minutes);
  const [hours, rest] = [Math.trunc(size / 60), size % 60].map((part) => String(part).padStart(2, '0'));
  return `${minutes < 0 ? '-' : '+'}${hours}:${rest}`;
}

function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value % by < 0n ? quotient - 1n : quotient;
}

function daysOf(year: number, month: number): number {
  return new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
}
