/**
 * resourceVersion is the store's revision, and not part of what is stored: it is spliced into the stored bytes when they are
 * read, without parsing them.
 */
import { escapeHtml } from './codec/escape-html.ts';
import * as field from './field-error.ts';
import { goQuote } from './go-text.ts';
import type { KubeObject } from './object.ts';

/**
 * The bytes to store: JSON whose text begins with kind, apiVersion and metadata, without `metadata.resourceVersion` and
 * `selfLink`, so that {@link spliceResourceVersion} always finds its place; characters are
 * escaped as Go does. Mirrors APIObjectVersioner.PrepareObjectForStorage.
 */
export function encodeForStorage(object: Readonly<KubeObject>): Uint8Array {
  const { kind, apiVersion, metadata, ...rest } = object;
  const { resourceVersion: _revision, selfLink: _selfLink, ...stored } = metadata;
  const head = `{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersion)},"metadata":${JSON.stringify(stored)}`;
  // Not one stringify over all: keys that look like integers would come before kind.
  const tail = JSON.stringify(rest);
  // Escaped here, once for all reads.
  return Buffer.from(escapeHtml(tail === '{}' ? `${head}}` : `${head},${tail.slice(1)}`));
}

const metadataStart = Buffer.from('"metadata":{');
const closingBrace = '}'.charCodeAt(0);
const comma = ','.charCodeAt(0);
const quote = '"'.charCodeAt(0);
const backslash = '\\'.charCodeAt(0);
/** What Go's ObjectMeta has before resourceVersion; all of them texts. */
const fieldsBefore = ['name', 'generateName', 'namespace', 'uid'].map((name) => Buffer.from(`"${name}":"`));

/** A text that belongs into bytes, and the place where. */
export interface Insertion {
  readonly at: number;
  /** Latin-1. */
  readonly text: string;
}

/**
 * `"resourceVersion":"N"` and its place in metadata: behind name, namespace and uid, where these come first. `bytes` are of
 * {@link encodeForStorage}, or begin as its do.
 */
export function resourceVersionInsertion(bytes: Uint8Array, revision: number): Insertion {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = source.indexOf(metadataStart);
  if (found < 0) throw new Error('stored bytes do not begin with kind, apiVersion and metadata');
  const start = found + metadataStart.length;
  const at = placeIn(source, start);
  const field = `"resourceVersion":"${revision}"`;
  return { at, text: source[at] !== closingBrace ? `${field},` : at === start ? field : `,${field}` };
}

/** A new array, with the resourceVersion in it. See {@link resourceVersionInsertion}. */
export function spliceResourceVersion(bytes: Uint8Array, revision: number): Uint8Array {
  const insertion = resourceVersionInsertion(bytes, revision);
  const result = Buffer.allocUnsafe(bytes.length + insertion.text.length);
  writeWithInsertion(result, 0, bytes, 0, insertion);
  return result;
}

/** Writes `bytes` from `from` on, which is not behind the insertion's place, into `target` at `at`. Returns where they end. */
export function writeWithInsertion(
  target: Buffer,
  at: number,
  bytes: Uint8Array,
  from: number,
  insertion: Insertion,
): number {
  target.set(bytes.subarray(from, insertion.at), at);
  const middle = at + insertion.at - from;
  const rest = middle + target.write(insertion.text, middle, 'latin1');
  target.set(bytes.subarray(insertion.at), rest);
  return rest + bytes.length - insertion.at;
}

/** Where the next field, or the closing brace, stands. */
function placeIn(source: Buffer, start: number): number {
  let at = start;
  for (const field of fieldsBefore) {
    if (!standsAt(source, field, at)) continue;
    const end = source.indexOf(quote, at + field.length);
    // None of these has such a thing; then let what follows come later.
    if (end < 0 || source[end - 1] === backslash) return at;
    at = end + 1;
    if (source[at] !== comma) return at;
    at++;
  }
  return at;
}

function standsAt(source: Buffer, text: Buffer, at: number): boolean {
  for (let index = 0; index < text.length; index++) if (source[at + index] !== text[index]) return false;
  return true;
}

export type ParsedResourceVersion =
  | { readonly ok: true; readonly revision: number }
  /** `error` is Go's text alone; `fieldError` has it in place. */
  | { readonly ok: false; readonly error: string; readonly fieldError: field.FieldError };

const uint64Max = 2n ** 64n - 1n;

/**
 * Of a client's query or object; absent and empty are 0. Mirrors APIObjectVersioner.ParseResourceVersion. Above 2^53 the number is
 * not exact, but no store ever comes there.
 */
export function parseResourceVersion(text: string | undefined): ParsedResourceVersion {
  if (text === undefined || text === '' || text === '0') return { ok: true, revision: 0 };
  if (!/^\d+$/.test(text)) return invalid(text, 'invalid syntax');
  return BigInt(text) > uint64Max ? invalid(text, 'value out of range') : { ok: true, revision: Number(text) };
}

/** What lists and gets answer (400) to a resourceVersion that isn't one. Mirrors apiserver storage.ValidateListOptions. */
export function invalidResourceVersionMessage(error: field.FieldError): string {
  return `invalid resource version: ${field.fieldErrorText(error)}`;
}

function invalid(text: string, problem: string): ParsedResourceVersion {
  const error = `strconv.ParseUint: parsing ${goQuote(text)}: ${problem}`;
  return { ok: false, error, fieldError: field.invalid('resourceVersion', text, error) };
}
