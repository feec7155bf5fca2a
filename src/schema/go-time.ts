/** Times as Go reads and writes them: `time.Parse` with the two layouts of meta/v1 Time and MicroTime, and its error texts. */

import { goQuote } from '../api/go-text.ts';

const rfc3339Layout = '2006-01-02T15:04:05Z07:00';
const rfc3339MicroLayout = '2006-01-02T15:04:05.000000Z07:00';

export type ParsedTime =
  | { readonly ok: true; readonly text: string; readonly zero: boolean }
  | { readonly ok: false; readonly error: string };

interface Parts {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  micros: number;
  offsetMinutes: number;
}

type Failure = { readonly element: string; readonly rest: string } | { readonly message: string };

/**
 * Reads `text` and gives it as upstream writes it again: in UTC, cut to seconds (`micro`: to microseconds). Mirrors Go's
 * time.Parse and meta/v1 Time.MarshalJSON.
 */
export function canonicalTime(text: string, micro: boolean): ParsedTime {
  const layout = micro ? rfc3339MicroLayout : rfc3339Layout;
  const parts: Parts = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0, micros: 0, offsetMinutes: 0 };
  const failure = readParts(text, micro, parts);
  if (failure) {
    const head = `parsing time ${goQuote(text)}`;
    return 'message' in failure
      ? { ok: false, error: `${head}: ${failure.message}` }
      : {
          ok: false,
          error: `${head} as ${goQuote(layout)}: cannot parse ${goQuote(failure.rest)} as ${goQuote(failure.element)}`,
        };
  }
  const date = new Date(0);
  date.setUTCFullYear(parts.year, parts.month - 1, parts.day);
  date.setUTCHours(parts.hour, parts.minute - parts.offsetMinutes, parts.second);
  const year = String(date.getUTCFullYear()).padStart(4, '0');
  const rest = date.toISOString().replace(/^.*?(-\d\d-\d\dT\d\d:\d\d:\d\d).*$/, '$1');
  const fraction = micro ? `.${String(parts.micros).padStart(6, '0')}` : '';
  const written = `${year}${rest}${fraction}Z`;
  return { ok: true, text: written, zero: written.startsWith('0001-01-01T00:00:00') && parts.micros === 0 };
}

/** Reads element by element, as the layout has them. */
function readParts(text: string, micro: boolean, parts: Parts): Failure | undefined {
  let rest = text;
  const digits = (element: string, pattern: RegExp): number | Failure => {
    const found = pattern.exec(rest)?.[0];
    if (found === undefined) return { element, rest };
    rest = rest.slice(found.length);
    return Number(found);
  };
  const literal = (prefix: string): Failure | undefined => {
    if (!rest.startsWith(prefix)) return { element: prefix, rest };
    rest = rest.slice(prefix.length);
    return undefined;
  };
  const steps: readonly (readonly [keyof Parts, string, RegExp, string, (value: number) => boolean, string])[] = [
    ['year', '2006', /^\d{4}/, 'year', () => true, '-'],
    ['month', '01', /^\d{2}/, 'month', (value) => value >= 1 && value <= 12, '-'],
    ['day', '02', /^\d{2}/, 'day', () => true, 'T'],
    ['hour', '15', /^\d{1,2}/, 'hour', (value) => value < 24, ':'],
    ['minute', '04', /^\d{2}/, 'minute', (value) => value < 60, ':'],
    ['second', '05', /^\d{2}/, 'second', (value) => value < 60, ''],
  ];
  for (const [key, element, pattern, name, inRange, next] of steps) {
    const value = digits(element, pattern);
    if (typeof value !== 'number') return value;
    if (!inRange(value)) return { message: `${name} out of range` };
    parts[key] = value;
    const failure = literal(next);
    if (failure) return failure;
  }
  const failure =
    readFraction(
      () => rest,
      micro,
      parts,
      (value) => (rest = value),
    ) ?? readZone(rest, parts);
  if (failure) return failure;
  const days = new Date(Date.UTC(2000 + (parts.year % 400), parts.month, 0)).getUTCDate();
  return parts.day < 1 || parts.day > days ? { message: 'day out of range' } : undefined;
}

function readFraction(
  rest: () => string,
  micro: boolean,
  parts: Parts,
  advance: (rest: string) => void,
): Failure | undefined {
  const found = (micro ? /^[.,](\d{6})/ : /^[.,](\d+)/).exec(rest());
  if (!found) return micro ? { element: '.000000', rest: rest() } : undefined;
  parts.micros = Number((found[1] ?? '').slice(0, 6).padEnd(6, '0'));
  advance(rest().slice(found[0].length));
  return undefined;
}

function readZone(rest: string, parts: Parts): Failure | undefined {
  const found = /^(?:Z|([+-])(\d{2}):(\d{2}))/.exec(rest);
  if (!found) return { element: 'Z07:00', rest };
  const hours = Number(found[2] ?? 0);
  const minutes = Number(found[3] ?? 0);
  if (hours > 24) return { message: 'time zone offset hour out of range' };
  if (minutes > 60) return { message: 'time zone offset minute out of range' };
  parts.offsetMinutes = (found[1] === '-' ? -1 : 1) * (hours * 60 + minutes);
  const extra = rest.slice(found[0].length);
  return extra === '' ? undefined : { message: `extra text: ${goQuote(extra)}` };
}
