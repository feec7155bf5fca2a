/**
 * JSON.parse without its hole. The parser of V8 13.6 (Node 24) guesses an object's next key from objects of the same beginning that it read
 * before. Where the key in the text has an escape, it compares as many characters of the text *as it stands* as the decoded key has: after
 * `{"a":1,"b\\":1}` (the key `b\`) the text `{"a":1,"b\n":1}` gives the key `b\` as well. So who may send one object could have others' keys read
 * wrongly. A key that comes out wrong always has a backslash, since it is compared with a text that has one. Hence: where the text has a
 * backslash, and a key that came out has one, our own parser reads again. See hack/decisions/0009-keys-that-json-parse-takes-for-others.md.
 */
import type { JsonValue } from '../json.ts';
import { exactNumber, hasInexactInteger } from './exact-integers.ts';
import { parseJsonText } from './json-parser.ts';

/** As JSON.parse, but for integers that a number can't hold (exact-integers); what it gives may be any JSON. @throws SyntaxError */
export function parseJson(text: string): JsonValue {
  // What JSON.parse gives is JSON.
  const value = JSON.parse(text) as JsonValue;
  if (hasInexactInteger(text)) return parseJsonText(text, exactNumber);
  return text.includes('\\') && hasBackslashKey(value) ? parseJsonText(text) : value;
}

/** The same for bytes. */
export function parseJsonBytes(bytes: Uint8Array): JsonValue {
  return parseJson(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString());
}

function hasBackslashKey(value: JsonValue): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(hasBackslashKey);
  for (const key in value) {
    if (key.includes('\\')) return true;
    const inner = value[key];
    if (typeof inner === 'object' && inner !== null && hasBackslashKey(inner)) return true;
  }
  return false;
}
