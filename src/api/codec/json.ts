/**
 * JSON bodies: decoded by the engine's own parser (see parse-json); where that fails, or a body is suspicious, a scan of our own finds what upstream
 * would say. Mirrors encoding/json and sigs.k8s.io/json.
 */
import { isJsonObject, type JsonValue } from '../json.ts';
import { jsonTypeText } from '../go-text.ts';
import { findJsonError, nestsDeeperThan } from './json-syntax.ts';
import { parseCustomKeepingNumbers, parseKeepingNumbers } from './number-texts.ts';
import { parseJson } from './parse-json.ts';

/**
 * How deep values may be nested. Upstream allows 10,000; what walks over a value here is recursive, and a body that deep would end
 * in a stack overflow somewhere behind.
 */
export const jsonDepthMax = 1000;

/** A body that can't be decoded; the message is Go's. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}

/**
 * Invalid UTF-8 becomes U+FFFD, as in Go; of duplicate fields the last one counts. Integers that a number can't hold are bigints.
 * @throws DecodeError
 */
export function decodeJson(bytes: Uint8Array): JsonValue {
  return decodeUntyped(bytes, parseJson);
}

/** Of a custom resource: as {@link decodeJson}, and numbers are remembered as they were written. @throws DecodeError */
export function decodeCustomJson(bytes: Uint8Array): JsonValue {
  return decodeUntyped(bytes, parseCustomKeepingNumbers);
}

/**
 * Of an object that is decoded to its type next, which looks at numbers as they were written (see number-texts): 1e400 is refused only
 * where the type has a number. @throws DecodeError
 */
export function decodeTypedJson(bytes: Uint8Array): JsonValue {
  return decode(bytes, parseKeepingNumbers).value;
}

export interface TypeMeta {
  readonly apiVersion: string;
  readonly kind: string;
}

/**
 * What an object says of its type; empty where it says nothing. Mirrors runtime/serializer/json SimpleMetaFactory.Interpret.
 * @throws DecodeError without the prefix {@link typeMetaErrorPrefix}
 */
export function readTypeMeta(value: JsonValue): TypeMeta {
  if (value === null) return { apiVersion: '', kind: '' };
  if (!isJsonObject(value))
    throw new DecodeError(`json: cannot unmarshal ${jsonTypeText(value)} into ${typeMetaGoType}`);
  return { apiVersion: stringField(value['apiVersion'], 'apiVersion'), kind: stringField(value['kind'], 'kind') };
}

/** What upstream puts before any error of the first pass over a body: malformed JSON, wrong types of kind and apiVersion. */
export const typeMetaErrorPrefix = "couldn't get version/kind; json parse error: ";

/** Mirrors apimachinery runtime.NewStrictDecodingError: what Strict answers, and Warn warns of. */
export function strictDecodingErrorText(errors: readonly string[]): string {
  return `strict decoding error: ${errors.join(', ')}`;
}

const typeMetaGoType =
  'Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

function stringField(value: JsonValue | undefined, name: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  throw new DecodeError(`json: cannot unmarshal ${jsonTypeText(value)} into Go struct field .${name} of type string`);
}

function decodeUntyped(bytes: Uint8Array, parse: (text: string) => JsonValue): JsonValue {
  const { value, text } = decode(bytes, parse);
  if (/\de\+?\d{3}|\d{309}/i.test(text)) refuseInfinity(value);
  return value;
}

function decode(bytes: Uint8Array, parse: (text: string) => JsonValue): { value: JsonValue; text: string } {
  // Nothing shorter can be that deep.
  if (bytes.length > jsonDepthMax && nestsDeeperThan(jsonDepthMax, bytes)) throw syntaxError(bytes);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  const value = parseText(text, bytes, parse);
  if (text.includes('__proto__') || text.includes(String.raw`\u00`)) refusePrototypes(value);
  return { value, text };
}

function parseText(text: string, bytes: Uint8Array, parse: (text: string) => JsonValue): JsonValue {
  try {
    return parse(text);
  } catch (error) {
    throw syntaxError(bytes, error);
  }
}

function syntaxError(bytes: Uint8Array, cause?: unknown): DecodeError {
  return new DecodeError(findJsonError(bytes, jsonDepthMax) ?? 'invalid JSON', { cause });
}

/** Such a key would change the prototype of whatever it is copied into by assignment. */
function refusePrototypes(value: JsonValue): void {
  for (const inner of nestedValues(value)) {
    if (isJsonObject(inner) && Object.hasOwn(inner, '__proto__')) {
      throw new DecodeError('json: object key "__proto__" is not supported');
    }
  }
}

/** Go refuses what a float64 can't hold; the engine's parser makes Infinity of it. */
function refuseInfinity(value: JsonValue): void {
  for (const inner of nestedValues(value)) {
    if (typeof inner === 'number' && !Number.isFinite(inner)) {
      throw new DecodeError('json: cannot unmarshal number into Go value of type float64');
    }
  }
}

function* nestedValues(value: JsonValue): Generator<JsonValue> {
  const left: JsonValue[] = [value];
  for (;;) {
    const next = left.pop();
    if (next === undefined) return;
    yield next;
    // One by one: a call takes only so many arguments.
    if (typeof next === 'object' && next !== null) for (const inner of Object.values(next)) left.push(inner);
  }
}
