/** JSON, or another envelope, that a message carries as bytes: RawExtension, FieldsV1, apiextensions JSON. */
import type { JsonObject, JsonValue } from '../json.ts';
import type { Decoding } from './protobuf-decoding.ts';
import { isEnvelope, openEnvelope } from './protobuf-envelope.ts';
import { malformed, ProtobufError } from './protobuf-error.ts';
import { ProtobufReader } from './protobuf-reader.ts';

/** Throws a ProtobufError when the bytes are neither JSON nor an envelope of a known kind. */
export function decodeEmbeddedJson(raw: Uint8Array, decoding: Decoding, depth: number): JsonValue {
  if (isEnvelope(raw)) return decodeEmbeddedEnvelope(raw, decoding, depth);
  checkNesting(raw, decoding.limits.jsonDepthMax);
  try {
    // JSON.parse gives JSON.
    return JSON.parse(Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString()) as JsonValue;
  } catch (cause) {
    throw new ProtobufError('malformed', 'a raw extension holds invalid JSON', { cause });
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

/** What nests too deeply would end the process's stack later, where it is walked. */
function checkNesting(raw: Uint8Array, depthMax: number): void {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < raw.length; index++) {
    const byte = raw[index];
    if (inString) {
      if (byte === 0x5c) index++;
      else if (byte === 0x22) inString = false;
    } else if (byte === 0x22) inString = true;
    else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > depthMax) throw malformed('a raw extension nests too deeply');
    } else if (byte === 0x7d || byte === 0x5d) depth--;
  }
}
