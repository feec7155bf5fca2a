/** Where two answers differ, in lines that a reader of a failed test understands. */
import type { Comparable } from './comparable.ts';
import type { Json } from './case.ts';

export interface Asked {
  readonly request: string;
  readonly answer: Comparable;
}

const shownMax = 700;
/** Of one answer. */
const linesMax = 30;

/** `GET /x: body.message` with both values, for each difference. The two sides have been asked the same. */
export function differences(sublet: readonly Asked[], upstream: readonly Asked[]): string[] {
  return sublet.flatMap(({ request, answer }, index) => {
    const other = upstream[index]?.answer;
    const found =
      answer.status === other?.status
        ? compare(jsonOf(answer), jsonOf(other), '')
        : [`  Sublet:   ${shown(briefly(answer))}`, `  upstream: ${shown(other && briefly(other))}`];
    return found.length === 0
      ? []
      : [request, ...found.slice(0, linesMax), ...(found.length > linesMax ? ['  …'] : [])];
  });
}

function compare(sublet: Json | undefined, upstream: Json | undefined, path: string): string[] {
  if (isObject(sublet) && isObject(upstream)) {
    const keys = new Set([...Object.keys(upstream), ...Object.keys(sublet)]);
    return [...keys].flatMap((key) => compare(sublet[key], upstream[key], path === '' ? key : `${path}.${key}`));
  }
  if (isList(sublet) && isList(upstream) && sublet.length === upstream.length) {
    return sublet.flatMap((item, index) => compare(item, upstream[index], `${path}[${index}]`));
  }
  if (JSON.stringify(sublet) === JSON.stringify(upstream)) return [];
  return [`  ${path}`, `    Sublet:   ${shown(sublet)}`, `    upstream: ${shown(upstream)}`];
}

/** Of two answers that have nothing in common: enough to see what each is. */
function briefly({ status, headers, body }: Comparable): Json {
  const warning = headers['warning'];
  const short = isObject(body) && typeof body['message'] === 'string' ? body['message'] : body;
  return warning === undefined ? [status, short] : [status, short, warning];
}

const jsonOf = ({ status, headers, body }: Comparable): Json => ({ status, headers, body });

const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

const isObject = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function shown(value: Json | undefined): string {
  const text = value === undefined ? '(nothing)' : JSON.stringify(value);
  return text.length <= shownMax ? text : `${text.slice(0, shownMax)}… (${text.length} characters)`;
}
