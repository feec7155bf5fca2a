/** Values as Go prints them: messages of upstream embed `%q`, `%v` and JSON of values, and scripts match on messages. */
import { isJsonObject, type JsonValue } from './json.ts';

const shortEscapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

// Letters, marks, numbers, punctuation, symbols and the ASCII space: what Go's strconv.IsPrint takes.
const unprintable = /["\\]|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu;

/** `%q`. Mirrors strconv.Quote. */
export function goQuote(text: string): string {
  return `"${text.replaceAll(unprintable, escapeUnprintable)}"`;
}

function escapeUnprintable(character: string): string {
  const short = shortEscapes[character];
  if (short !== undefined) return short;
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0xd800 && code <= 0xdfff) return '\ufffd';
  if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}

const int64Limit = 2 ** 63;

/** `%v`: of an int64 where it is one, else of a float64. */
export function goNumber(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < int64Limit ? String(BigInt(value)) : goFloat(value);
}

/** `%v` of a float64: the shortest digits, with an exponent from a million on. Finite. */
export function goFloat(value: number): string {
  const magnitude = Math.abs(value);
  const scientific = magnitude >= 1e6 || (magnitude < 1e-4 && magnitude > 0);
  // Go writes at least two digits of exponent.
  return (scientific ? value.toExponential() : String(value)).replace(/e([+-])(\d)$/, 'e$10$2');
}

const htmlEscapes: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

/** As encoding/json's Marshal writes a value: compact, with the characters of HTML escaped. Keys keep their order. */
export function goJson(value: JsonValue): string {
  return JSON.stringify(value).replaceAll(/[<>&\u2028\u2029]/g, (character) => htmlEscapes[character] ?? character);
}

/** `%v` of decoded JSON: `map[a:1 b:[x y] c:<nil>]`, keys sorted. */
export function goValueText(value: JsonValue): string {
  if (value === null) return '<nil>';
  if (typeof value === 'number') return goNumber(value);
  if (Array.isArray(value)) return `[${value.map(goValueText).join(' ')}]`;
  if (!isJsonObject(value)) return String(value);
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return `map[${entries.map(([key, inner]) => `${key}:${goValueText(inner)}`).join(' ')}]`;
}

/** What encoding/json calls the type of a value that doesn't fit: `json: cannot unmarshal array into …`. */
export function jsonTypeText(value: JsonValue): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'bigint') return 'number';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

/** `%T` of decoded JSON. */
export function goTypeText(value: JsonValue): string {
  if (value === null) return '%!s(<nil>)';
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'object') return 'map[string]interface {}';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'string';
  return typeof value === 'bigint' || Number.isInteger(value) ? 'int64' : 'float64';
}

/** Several errors as one text, repetitions left out. Mirrors apimachinery util/errors Aggregate. */
export function goAggregate(errors: readonly string[]): string {
  const texts = [...new Set(errors)];
  return texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`;
}
