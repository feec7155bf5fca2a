/**
 * One step of a field's path, as the text that FieldsV1 writes it: `f:name` a field or map key, `k:{"name":"x"}` the item of a list
 * with those keys, `v:"x"` an item of a set, `i:0` an item by its place. Equal elements have equal texts: keys are sorted and values
 * are in one form, so sets of fields are maps of texts. Mirrors structured-merge-diff fieldpath PathElement and serialize-pe.go.
 */
import { parseJson } from '../../api/codec/parse-json.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';
import { goFloat, goNumber, goQuote } from '../../api/go-text.ts';

/** What stands in FieldsV1 is none. */
export class PathElementError extends Error {
  override readonly name = 'PathElementError';
}

export function fieldElement(name: string): string {
  return `f:${name}`;
}

export function valueElement(value: JsonValue): string {
  return `v:${elementJson(value)}`;
}

/** `fields` sorted by their names. */
export function keyElement(fields: readonly (readonly [name: string, value: JsonValue])[]): string {
  return `k:{${fields.map(([name, value]) => `${JSON.stringify(name)}:${elementJson(value)}`).join(',')}}`;
}

/**
 * An element as somebody wrote it, in our form. `undefined`: of a type that nobody knows yet, to be passed by.
 * @throws PathElementError
 */
export function parsePathElement(text: string): string | undefined {
  if (text.length < 2) throw new PathElementError('key must be 2 characters long:');
  if (text[1] !== ':') throw new PathElementError(`missing colon: ${text}`);
  switch (text.charAt(0)) {
    case 'f':
      return text;
    case 'v':
      return valueElement(valueOf(text.slice(2)));
    case 'k':
      return keyElement(sortedFields(valueOf(text.slice(2)) ?? {}));
    case 'i':
      if (!/^[+-]?\d{1,15}$/.test(text.slice(2))) throw new PathElementError(`not an index: ${text}`);
      return `i:${Number(text.slice(2))}`;
    default:
      return undefined;
  }
}

/**
 * In upstream's order: fields first, then keys, values, indexes, each kind in its own. Each element is read once, however many there
 * are. Mirrors PathElement.Compare.
 */
export function sortedPathElements(elements: readonly string[]): string[] {
  if (elements.length < 2) return [...elements];
  const fields = elements.filter((element) => element.startsWith('f'));
  const keys = read(elements, 'k').map(({ element, value }) => ({ element, fields: sortedFields(value) }));
  const values = read(elements, 'v').sort((left, right) => compareValues(left.value, right.value));
  const indexes = elements.filter((element) => element.startsWith('i'));
  return [
    // Only with surrogates is the order of bytes another than that of code units.
    ...(fields.some((field) => surrogates.test(field)) ? fields.sort(compareText) : fields.sort()),
    ...keys.sort((left, right) => compareFields(left.fields, right.fields)).map(({ element }) => element),
    ...values.map(({ element }) => element),
    ...indexes.sort((left, right) => Number(left.slice(2)) - Number(right.slice(2))),
  ];
}

/** As messages show it: `.name`, `[name="x"]`, `[="x"]`, `[0]`. Mirrors PathElement.String. */
export function pathElementText(element: string): string {
  const rest = element.slice(2);
  switch (element.charAt(0)) {
    case 'f':
      return `.${rest}`;
    case 'k':
      return `[${sortedFields(valueOf(rest))
        .map(([name, value]) => `${name}=${valueText(value)}`)
        .join(',')}]`;
    case 'v':
      return `[=${valueText(valueOf(rest))}]`;
    default:
      return `[${rest}]`;
  }
}

/** In the order of UTF-8 bytes, as Go compares strings. */
export function compareText(left: string, right: string): number {
  if (left === right) return 0;
  if (!surrogates.test(left) && !surrogates.test(right)) return left < right ? -1 : 1;
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

const surrogates = /[\ud800-\udfff]/;
const escaped = /[<>&\u2028\u2029\b\f]/g;

/** As Go's encoder writes a value there: compact, keys sorted, the characters of HTML escaped. */
function elementJson(value: JsonValue): string {
  if (typeof value === 'string') {
    const text = JSON.stringify(value);
    return /[<>&\u2028\u2029\b\f\\]/.test(text) ? withGoEscapes(text) : text;
  }
  if (Array.isArray(value)) return `[${value.map(elementJson).join(',')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const entries = sortedFields(value).map(([name, inner]) => `${elementJson(name)}:${elementJson(inner)}`);
  return `{${entries.join(',')}}`;
}

function withGoEscapes(json: string): string {
  return json
    .replaceAll(/\\(.)/g, (whole, letter: string) => (letter === 'b' ? '\\u0008' : letter === 'f' ? '\\u000c' : whole))
    .replaceAll(escaped, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function valueOf(text: string): JsonValue {
  try {
    return parseJson(text);
  } catch (error) {
    throw new PathElementError(`parsing key as path element: ${text}`, { cause: error });
  }
}

function sortedFields(value: JsonValue): (readonly [name: string, value: JsonValue])[] {
  if (!isJsonObject(value)) throw new PathElementError('parsing key as path element: not an object');
  const entries: [string, JsonValue][] = Object.entries(value);
  return entries.length < 2 ? entries : entries.sort(([left], [right]) => compareText(left, right));
}

/** Of our own making. */
function read(elements: readonly string[], kind: string): { readonly element: string; readonly value: JsonValue }[] {
  return elements
    .filter((element) => element.startsWith(kind))
    .map((element) => ({ element, value: valueOf(element.slice(2)) }));
}

type Fields = readonly (readonly [name: string, value: JsonValue])[];

function compareFields(left: Fields, right: Fields): number {
  for (let index = 0; ; index++) {
    const [one, other] = [left[index], right[index]];
    if (!one || !other) return Number(Boolean(one)) - Number(Boolean(other));
    const order = compareText(one[0], other[0]) || compareValues(one[1], other[1]);
    if (order !== 0) return order;
  }
}

/** Numbers, texts, truths, lists, maps, nothing. Mirrors value.Compare. */
function compareValues(left: JsonValue, right: JsonValue): number {
  const [leftRank, rightRank] = [rankOf(left), rankOf(right)];
  if (leftRank !== rightRank) return leftRank - rightRank;
  if (isNumber(left) && isNumber(right)) return Number(left > right) - Number(left < right);
  if (typeof left === 'string' && typeof right === 'string') return compareText(left, right);
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right);
  if (Array.isArray(left) && Array.isArray(right)) return compareLists(left, right);
  return isJsonObject(left) && isJsonObject(right) ? compareFields(sortedFields(left), sortedFields(right)) : 0;
}

function compareLists(left: readonly JsonValue[], right: readonly JsonValue[]): number {
  for (const [index, item] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    const order = compareValues(item, other);
    if (order !== 0) return order;
  }
  return left.length < right.length ? -1 : 0;
}

function rankOf(value: JsonValue): number {
  if (isNumber(value)) return 0;
  if (typeof value === 'string') return 1;
  if (typeof value === 'boolean') return 2;
  if (value === null) return 5;
  return Array.isArray(value) ? 3 : 4;
}

function isNumber(value: JsonValue): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

/** Mirrors value.ToString. */
function valueText(value: JsonValue): string {
  if (value === null) return 'null';
  if (typeof value === 'number') return Number.isInteger(value) ? goNumber(value) : goFloat(value);
  if (typeof value === 'string') return goQuote(value);
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return `[${value.map(valueText).join(',')}]`;
  return mapText(value);
}

function mapText(value: JsonObject): string {
  return sortedFields(value)
    .map(([name, inner]) => `${name}=${valueText(inner)}`)
    .join('');
}
