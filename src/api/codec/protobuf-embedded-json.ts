/** JSON, or another envelope, that a message carries as bytes: RawExtension, FieldsV1, apiextensions JSON. */
import type { JsonObject, JsonValue } from '../json.ts';
import { decodeJson, DecodeError } from './json.ts';
import type { Decoding } from './protobuf-decoding.ts';
import { isEnvelope, openEnvelope } from './protobuf-envelope.ts';
import { ProtobufError } from './protobuf-error.ts';
import { ProtobufReader } from './protobuf-reader.ts';

/** Throws a ProtobufError when the bytes are neither JSON nor an envelope of a known kind. */
export function decodeEmbeddedJson(raw: Uint8Array, decoding: Decoding, depth: number): JsonValue {
  if (isEnvelope(raw)) return decodeEmbeddedEnvelope(raw, decoding, depth);
  try {
    return decodeJson(raw);
  } catch (cause) {
    if (!(cause instanceof DecodeError)) throw cause;
    throw new ProtobufError('malformed', `a raw extension holds invalid JSON: ${cause.message}`, { cause });
  }
}

function decodeEmbeddedEnvelope(raw: Uint8Array, decoding: Decoding, depth: number): JsonObject {
  const { apiVersion, kind, body } = openEnvelope(raw);
  const message = decoding.messages.ofKind(apiVersion, kind);
  if (!message)
    throw new ProtobufError(
      'unknown-kind',
      `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)}`,
    );
  const object: JsonObject = { kind, apiVersion };
  const inner: Decoding = { ...decoding, reader: new ProtobufReader(body) };
  decoding.decodeInto(object, message, [0, body.byteLength], inner, depth + 1);
  decoding.count = inner.count;
  return object;
}
