/** Schedules of CronJobs. Mirrors the parser of robfig/cron v3 (ParseStandard), and its error texts. */
import { parseGoDuration } from '../../../../api/duration.ts';
import { goQuote } from '../../../../api/go-text.ts';

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

const descriptors = new Set(['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly']);

/** What is wrong with it; `undefined`: nothing. */
export function scheduleError(schedule: string): string | undefined {
  if (schedule === '') return 'empty spec string';
  const text = schedule.replace(/^(TZ|CRON_TZ)=\S* /, '').trim();
  if (text.startsWith('@')) return descriptorError(text);
  const fields = text.split(/\s+/).filter((part) => part !== '');
  if (fields.length !== fieldBounds.length) {
    // Go prints a list in brackets.
    return `expected exactly ${fieldBounds.length} fields, found ${fields.length}: [${fields.join(' ')}]`;
  }
  for (const [index, bounds] of fieldBounds.entries()) {
    for (const expression of (fields[index] ?? '').split(',').filter((part) => part !== '')) {
      const error = rangeError(expression, bounds);
      if (error !== undefined) return error;
    }
  }
  return undefined;
}

function descriptorError(text: string): string | undefined {
  if (descriptors.has(text)) return undefined;
  if (!text.startsWith('@every ')) return `unrecognized descriptor: ${text}`;
  const duration = text.slice('@every '.length);
  const parsed = parseGoDuration(duration);
  return parsed.ok ? undefined : `failed to parse duration ${text}: ${parsed.error}`;
}

function rangeError(expression: string, bounds: Bounds): string | undefined {
  const [range = '', step, ...moreSteps] = expression.split('/');
  const [low = '', high, ...moreEnds] = range.split('-');
  let start = bounds.min;
  let end = bounds.max;
  if (low !== '*' && low !== '?') {
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
  return stride === 0 ? `step of range should be a positive number: ${expression}` : undefined;
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
