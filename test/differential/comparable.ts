/** What of an answer must be equal on both sides: all but what each server makes up by itself. */
import { createHash } from 'node:crypto';
import { parse as parseYaml } from 'yaml';
import type { Json } from './case.ts';
import type { Answer } from './answer.ts';

export interface Comparable {
  readonly status: number;
  readonly headers: Readonly<Record<string, Json>>;
  readonly body: Json;
}

const headersCompared = [
  'content-type',
  'warning',
  'retry-after',
  'allow',
  'location',
  'www-authenticate',
  'x-content-type-options',
  'cache-control',
];

/** Texts that differ from server to server, wherever they stand. */
const ownTexts: readonly (readonly [RegExp, string])[] = [
  [/(https:\/\/)[\d.]+:\d+(?=\/openid\/)/g, '$1<address>'],
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uid>'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, '<time>'],
  [/\b10\.96\.\d+\.\d+\b/g, '<cluster IP>'],
  [/\bkube-api-access-[a-z0-9]{5}\b/g, 'kube-api-access-<random>'],
  [/(ResourceVersion in object meta: )\d+/g, '$1<revision>'],
  [/(does not match the ResourceVersion in record \()\d+/g, '$1<revision>'],
  // What has changed of a pod, as a difference between dumps of Go's structs.
  [/\n@@ [^]*$/, '\n@@ <difference>'],
  [/(too old resource version: \d+ \()\d+/g, '$1<revision>'],
  [/(Too large resource version: \d+, current: )\d+/g, '$1<revision>'],
  // Made from the generateNames of the cases.
  [/((?:made|MADE)[-_]|x{20,}|(?:"|^|Service |ConfigMap )1?-)[bcdfghjklmnpqrstvwxz2456789]{5}(?![\w-])/g, '$1<random>'],
  // How long an upstream handler has waited, in seconds.
  [/(?<=^|\D)\d+(?:\.\d+)?(?:µs|ms)\b/g, '<duration>'],
];

/** Fields whose value is the server's own; that they are there is compared. */
const ownFields: ReadonlySet<string> = new Set([
  'resourceVersion',
  'continue',
  'nodePort',
  'healthCheckNodePort',
  'selfLink',
]);

const textMax = 1500;

export function comparable(answer: Answer): Comparable {
  const headers: Record<string, Json> = {};
  for (const name of headersCompared) {
    const value = answer.headers[name];
    if (value !== undefined) headers[name] = typeof value === 'string' ? normalText(value) : value.map(normalText);
  }
  return { status: answer.status, headers, body: bodyOf(answer) };
}

/** The parsed body of an answer in JSON; undefined for anything else. */
export function jsonOf(answer: Answer): Json | undefined {
  if (!answer.headers['content-type']?.startsWith('application/json')) return undefined;
  try {
    return parse(answer.body.toString());
  } catch {
    return undefined;
  }
}

function bodyOf(answer: Answer): Json {
  const type = answer.headers['content-type'] ?? '';
  if (type.includes('protobuf'))
    return `protobuf of ${answer.body.length === 0 ? 'nothing' : answer.body.subarray(0, 4).toString('latin1')}`;
  const text = answer.body.toString();
  if (type.startsWith('application/yaml')) return yamlBody(text);
  if (!type.startsWith('application/json')) return normalText(text);
  const parsed = jsonOf(answer);
  if (parsed !== undefined) return normalized(parsed, '');
  const lines = text.split('\n').filter((line) => line !== '');
  try {
    // A watch.
    return lines.map((line) => normalized(parse(line), ''));
  } catch {
    return normalText(text);
  }
}

function normalized(value: Json, key: string): Json {
  if (typeof value === 'string') {
    if (ownFields.has(key)) return value === '' ? '' : `<${key}>`;
    if (key === 'cells' && /^\d+s$/.test(value)) return '<age>';
    return normalText(value);
  }
  if (typeof value === 'number') return ownFields.has(key) ? `<${key}>` : value;
  if (value === null || typeof value !== 'object') return value;
  if (isList(value)) return value.map((item) => normalized(item, key));
  const result: Record<string, Json> = {};
  for (const [name, item] of Object.entries(value)) {
    if (name === 'managedFields') {
      result[name] = normalized(sortedManagers(item), name);
      continue;
    }
    // Upstream describes columns with texts from its sources.
    result[name] = name === 'columnDefinitions' ? withoutDescriptions(item) : normalized(item, name);
  }
  return result;
}

/** Their order hangs on when one second ends and the next begins. */
function sortedManagers(entries: Json): Json {
  if (!isList(entries)) return entries;
  const keyOf = (entry: Json): string =>
    typeof entry !== 'object' || entry === null || isList(entry)
      ? ''
      : JSON.stringify([entry['operation'], entry['manager'], entry['apiVersion'], entry['subresource']]);
  return entries.toSorted((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1));
}

/** Where lines are folded doesn't matter. */
function yamlBody(text: string): Json {
  // What YAML of JSON gives is JSON.
  return normalized(parseYaml(text) as Json, '');
}

function withoutDescriptions(columns: Json): Json {
  if (!isList(columns)) return columns;
  return columns.map((column) => {
    if (typeof column !== 'object' || column === null || isList(column)) return column;
    return Object.fromEntries(Object.entries(column).filter(([name]) => name !== 'description'));
  });
}

/** Messages quote the whole object that a patch would make: its fields in the order of their names, without what is the server's own. */
function withObjectsNormalized(text: string): string {
  return text.replace(/Invalid value: ("\{(?:[^"\\]|\\.)*")/g, (whole, quoted: string) => {
    try {
      const inner = parse(quoted);
      const object = typeof inner === 'string' ? parse(inner) : inner;
      return `Invalid value: ${JSON.stringify(sorted(normalized(object, '')))}`;
    } catch {
      return whole;
    }
  });
}

function sorted(value: Json): Json {
  if (isList(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, item]) => [name, sorted(item)]),
  );
}

/** What tokens say, with times relative to when they were given. */
function withTokensRead(text: string): string {
  return text.replace(/\b(eyJ[\w-]+)\.(eyJ[\w-]+)\.[\w-]+/g, (_token, header: string, claims: string) => {
    const [head, body] = [header, claims].map((part) => Buffer.from(part, 'base64url').toString());
    const issued = Number(/"iat":(\d+)/.exec(body ?? '')?.[1] ?? 0);
    const relative = (body ?? '').replaceAll(
      /"(exp|iat|nbf|warnafter)":(\d+)/g,
      (_claim, name: string, time: string) => `"${name}":"${Number(time) - issued} s"`,
    );
    return `<token ${head} ${relative}>`;
  });
}

function normalText(text: string): string {
  let result = withObjectsNormalized(withTokensRead(text));
  for (const [own, instead] of ownTexts) result = result.replace(own, instead);
  if (result.length <= textMax) return result;
  const digest = createHash('sha256').update(result).digest('hex').slice(0, 12);
  return `${result.slice(0, textMax)}… (${result.length} characters, ${digest})`;
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

function parse(text: string): Json {
  // What JSON.parse gives is JSON.
  return JSON.parse(text) as Json;
}
