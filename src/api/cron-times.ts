/**
 * When a schedule is due, in a time zone with its summer time: hours that don't exist are passed over, hours that come twice come twice.
 * Mirrors SpecSchedule.Next of robfig/cron v3. Pure.
 */
import type { CronField, CronSchedule } from './cron-schedule.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** What isn't due by then never is: 30 February. */
const yearsMax = 5;

const formats = new Map<string, Intl.DateTimeFormat>();
const formatsMax = 100;

/** Whether the name is one that can be asked for. */
export function isTimeZone(name: string): boolean {
  try {
    return formatOf(name) !== undefined;
  } catch {
    return false;
  }
}

/** The first time after `after`; `undefined`: never. Times are in milliseconds since the epoch. @throws RangeError for no time zone */
export function nextTime(schedule: CronSchedule, after: number, timeZone = 'UTC'): number | undefined {
  if (schedule.kind === 'every') return Math.floor(after / 1000) * 1000 + schedule.seconds * 1000;
  const zone = schedule.timeZone ?? timeZone;
  const end = after + yearsMax * 366 * dayMs;
  // No schedule has seconds.
  let time = (Math.floor(after / minuteMs) + 1) * minuteMs;
  while (time < end) {
    const wall = wallTime(time, zone);
    if (!schedule.months.values.has(wall.month)) time = startOfDay(wall.year, wall.month + 1, 1, zone);
    else if (!isDue(schedule.daysOfMonth, schedule.daysOfWeek, wall)) {
      time = startOfDay(wall.year, wall.month, wall.day + 1, zone);
    } else if (!schedule.hours.values.has(wall.hour)) time += hourMs - wall.minute * minuteMs;
    else if (!schedule.minutes.values.has(wall.minute)) time += minuteMs;
    else return time;
  }
  return undefined;
}

/** `2030-01-01T02:00:00+01:00`, as Go's RFC 3339. */
export function zonedTimestamp(time: number, timeZone: string): string {
  const offset = Math.round((wallTime(time, timeZone).asUtc - Math.floor(time / 1000) * 1000) / minuteMs);
  const local = new Date(time + offset * minuteMs).toISOString().slice(0, 19);
  if (offset === 0) return `${local}Z`;
  const two = (value: number): string => String(value).padStart(2, '0');
  const size = Math.abs(offset);
  return `${local}${offset < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

interface WallTime {
  readonly year: number;
  /** January is 1. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  /** Sunday is 0. */
  readonly weekday: number;
  /** What the clock on the wall shows, taken as UTC; to the second. */
  readonly asUtc: number;
}

/** Days of the month or of the week: one is enough, unless one of them is a star. */
function isDue(daysOfMonth: CronField, daysOfWeek: CronField, { day, weekday }: WallTime): boolean {
  const byMonth = daysOfMonth.values.has(day);
  const byWeek = daysOfWeek.values.has(weekday);
  return daysOfMonth.star || daysOfWeek.star ? byMonth && byWeek : byMonth || byWeek;
}

function wallTime(time: number, zone: string): WallTime {
  const parts: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(time)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  const asUtc = Date.UTC(year, month - 1, day, hour, minute, second);
  return { year, month, day, hour, minute, weekday: new Date(asUtc).getUTCDay(), asUtc };
}

/** The first moment of a day. Months and days may be one too many. */
function startOfDay(year: number, month: number, day: number, zone: string): number {
  const wanted = Date.UTC(year, month - 1, day);
  let time = wanted - (wallTime(wanted, zone).asUtc - wanted);
  // The clocks may be set between the two.
  time -= wallTime(time, zone).asUtc - wanted;
  const { asUtc } = wallTime(time, zone);
  // Midnight may be left out: the day begins an hour late.
  return asUtc < wanted ? time + (wanted - asUtc) : time;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  if (formats.size >= formatsMax) formats.clear();
  const two = '2-digit';
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: two,
    day: two,
    hour: two,
    minute: two,
    second: two,
  });
  formats.set(zone, format);
  return format;
}
