/** Schedules of CronJobs. Mirrors the parser of robfig/cron v3 (ParseStandard), and its error texts. */
import { parseGoDuration } from './duration.ts';
import { goQuote } from './go-text.ts';

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly names: readonly string[];
  /** The number of the first name. */
  readonly first: number;
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const fieldBounds: readonly Bounds[] = [
  { min: 0, max: 59, names: [], first: 0 },
  { min: 0, max: 23, names: [], first: 0 },
  { min: 1, max: 31, names: [], first: 0 },
  { min: 1, max: 12, names: months, first: 1 },
  { min: 0, max: 6, names: days, first: 0 },
];

const descriptors: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

export interface CronField {
  readonly values: ReadonlySet<number>;
  /** A star, or a share of one: for days, the other field decides alone. */
  readonly star: boolean;
}

export type CronSchedule =
  | {
      readonly kind: 'calendar';
      readonly minutes: CronField;
      readonly hours: CronField;
      readonly daysOfMonth: CronField;
      readonly months: CronField;
      /** Sunday is 0. */
      readonly daysOfWeek: CronField;
      /** Of `TZ=…` in front; absent: the caller's. */
      readonly timeZone?: string;
    }
  | { readonly kind: 'every'; readonly seconds: number };

/** Never throws; a text is what is wrong. */
export function parseSchedule(schedule: string): CronSchedule | string {
  if (schedule === '') return 'empty spec string';
  const zone = /^(?:TZ|CRON_TZ)=(\S*) /.exec(schedule);
  const text = schedule.slice(zone?.[0].length ?? 0).trim();
  if (text.startsWith('@every ')) return parseEvery(text);
  if (text.startsWith('@') && !Object.hasOwn(descriptors, text)) return `unrecognized descriptor: ${text}`;
  const parts = (descriptors[text] ?? text).split(/\s+/).filter((part) => part !== '');
  if (parts.length !== fieldBounds.length) {
    // Go prints a list in brackets.
    return `expected exactly ${fieldBounds.length} fields, found ${parts.length}: [${parts.join(' ')}]`;
  }
  const fields: CronField[] = [];
  for (const [index, bounds] of fieldBounds.entries()) {
    const field = parseField(parts[index] ?? '', bounds);
    if (typeof field === 'string') return field;
    fields.push(field);
  }
  const [minutes = none, hours = none, daysOfMonth = none, monthField = none, daysOfWeek = none] = fields;
  const timeZone = zone?.[1] === undefined ? {} : { timeZone: zone[1] };
  return { kind: 'calendar', minutes, hours, daysOfMonth, months: monthField, daysOfWeek, ...timeZone };
}

/** What is wrong with it; `undefined`: nothing. */
export function scheduleError(schedule: string): string | undefined {
  const parsed = parseSchedule(schedule);
  return typeof parsed === 'string' ? parsed : undefined;
}

const none: CronField = { values: new Set(), star: false };

function parseEvery(text: string): CronSchedule | string {
  const parsed = parseGoDuration(text.slice('@every '.length));
  if (!parsed.ok) return `failed to parse duration ${text}: ${parsed.error}`;
  return { kind: 'every', seconds: Math.max(1, Number(parsed.nanoseconds / 1_000_000_000n)) };
}

function parseField(text: string, bounds: Bounds): CronField | string {
  const values = new Set<number>();
  let star = false;
  for (const expression of text.split(',').filter((part) => part !== '')) {
    const range = parseRange(expression, bounds);
    if (typeof range === 'string') return range;
    for (let value = range.start; value <= range.end; value += range.step) values.add(value);
    star ||= range.star;
  }
  return { values, star };
}

interface Range {
  readonly start: number;
  readonly end: number;
  readonly step: number;
  readonly star: boolean;
}

function parseRange(expression: string, bounds: Bounds): Range | string {
  const [range = '', step, ...moreSteps] = expression.split('/');
  const [low = '', high, ...moreEnds] = range.split('-');
  const wild = low === '*' || low === '?';
  let start = bounds.min;
  let end = bounds.max;
  if (!wild) {
    const first = valueOf(low, bounds, expression);
    if (typeof first === 'string') return first;
    start = first;
    if (moreEnds.length > 0) return `too many hyphens: ${expression}`;
    const last = high === undefined ? first : valueOf(high, bounds, expression);
    if (typeof last === 'string') return last;
    end = high === undefined && step !== undefined ? bounds.max : last;
  }
  if (moreSteps.length > 0) return `too many slashes: ${expression}`;
  const stride = step === undefined ? 1 : numberOf(step, expression);
  if (typeof stride === 'string') return stride;
  if (start < bounds.min) return `beginning of range (${start}) below minimum (${bounds.min}): ${expression}`;
  if (end > bounds.max) return `end of range (${end}) above maximum (${bounds.max}): ${expression}`;
  if (start > end) return `beginning of range (${start}) beyond end of range (${end}): ${expression}`;
  if (stride === 0) return `step of range should be a positive number: ${expression}`;
  return { start, end, step: stride, star: wild && stride === 1 };
}

/** A text is the error. */
function valueOf(text: string, { names, first }: Bounds, expression: string): number | string {
  const named = names.indexOf(text.toLowerCase());
  return named >= 0 ? named + first : numberOf(text, expression);
}

function numberOf(text: string, expression: string): number | string {
  if (!/^[-+]?\d+$/.test(text)) {
    return `failed to parse int from ${expression}: strconv.Atoi: parsing ${goQuote(text)}: invalid syntax`;
  }
  const value = Number(text);
  return value < 0 ? `negative number (${value}) not allowed: ${expression}` : value;
}
