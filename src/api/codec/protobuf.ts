/**
 * Kubernetes' protobuf: objects of built-in kinds as kubectl, client-go and controller-runtime send them, to JSON and back, byte for byte
 * as upstream writes them. Custom resources have no protobuf form, nor have Tables.
 *
 * Integers of 64 bits: JSON's numbers hold 53. A larger one on the wire is refused with an error, never rounded. A JSON number above
 * 2^53 is written as the integer that it is.
 */
import type { JsonObject } from '../json.ts';
import { decodeMessage } from './protobuf-decoder.ts';
import { encodeMessage } from './protobuf-encoder.ts';
import { beginEnvelope, endEnvelope, openEnvelope } from './protobuf-envelope.ts';
import { ProtobufError } from './protobuf-error.ts';
import { frame } from './protobuf-frames.ts';
import { defaultProtobufLimits, type ProtobufLimits } from './protobuf-limits.ts';
import { wire } from './protobuf-reader.ts';
import { compileMessages, type Message, type Messages, type ProtobufTable } from './protobuf-table.ts';
import { ProtobufWriter } from './protobuf-writer.ts';

/** Of single objects and lists. */
export const protobufContentType = 'application/vnd.kubernetes.protobuf';
/** Of watches. */
export const protobufStreamContentType = 'application/vnd.kubernetes.protobuf;stream=watch';

export interface TypeMeta {
  readonly apiVersion: string;
  readonly kind: string;
}

/** All methods are synchronous and throw nothing but ProtobufError. */
export interface ProtobufCodec {
  /** Whether the kind has a protobuf form. */
  has(apiVersion: string, kind: string): boolean;
  /** An object from its envelope. `defaults` stand in for a kind or version that the envelope leaves empty. */
  decode(bytes: Uint8Array, defaults?: TypeMeta): JsonObject;
  /** The envelope of an object, by its `apiVersion` and `kind`. */
  encode(object: JsonObject): Uint8Array;
  /** The bare message, without envelope: what {@link encodeListFromItems} takes. */
  encodeItem(object: JsonObject): Uint8Array;
  /** The same from `type`, for objects that don't carry their kind (items of a list). */
  encodeItemOf(type: TypeMeta, object: JsonObject): Uint8Array;
  /** The envelope of a list, from its items' bare messages. `type` is the list's (`v1 PodList`). */
  encodeListFromItems(type: TypeMeta, metadata: JsonObject, items: readonly Uint8Array[]): Uint8Array;
  /** One frame of a watch. `envelope` is what {@link encode} gives. */
  encodeWatchEvent(eventType: string, envelope: Uint8Array): Uint8Array;
  /** The body of one frame (see protobuf-frames.ts) as `{type, object}`. */
  decodeWatchEvent(body: Uint8Array): JsonObject;
}

/** The table comes from `src/schema/builtin/protobuf.generated.json`. */
export function createProtobufCodec(
  table: ProtobufTable,
  limits: ProtobufLimits = defaultProtobufLimits,
): ProtobufCodec {
  const messages = compileMessages(table);
  return {
    has: (apiVersion, kind) => messages.ofKind(apiVersion, kind) !== undefined,
    ...decoders(messages, limits),
    ...encoders(messages, limits),
  };
}

function decoders(messages: Messages, limits: ProtobufLimits): Pick<ProtobufCodec, 'decode' | 'decodeWatchEvent'> {
  return {
    decode(bytes, defaults) {
      const envelope = openEnvelope(bytes);
      const kind = envelope.kind || (defaults?.kind ?? '');
      const apiVersion = envelope.apiVersion || (defaults?.apiVersion ?? '');
      if (kind === '') throw new ProtobufError('unknown-kind', `Object 'Kind' is missing in '${apiVersion}'`);
      if (apiVersion === '') throw new ProtobufError('unknown-kind', `Object 'apiVersion' is missing in '${kind}'`);
      const message = messageOf(messages, { apiVersion, kind });
      return { kind, apiVersion, ...decodeMessage(envelope.body, message, messages, limits) };
    },
    decodeWatchEvent: (body) => decodeMessage(body, messages.named(watchEvent), messages, limits),
  };
}

function encoders(
  messages: Messages,
  limits: ProtobufLimits,
): Omit<ProtobufCodec, 'has' | 'decode' | 'decodeWatchEvent'> {
  const writer = new ProtobufWriter();
  const encoding = { writer, messages, depthMax: limits.depthMax };
  function write(fill: () => void): Uint8Array {
    writer.reset();
    fill();
    return writer.take();
  }
  function writeEnvelope(type: TypeMeta, fill: () => void): Uint8Array {
    return write(() => {
      const from = beginEnvelope(writer);
      fill();
      endEnvelope(writer, type.apiVersion, type.kind, from);
    });
  }
  function encodeItemOf(type: TypeMeta, object: JsonObject): Uint8Array {
    return write(() => encodeMessage(object, messageOf(messages, type), encoding, 0));
  }
  return {
    encode(object) {
      const type = typeOf(object);
      return writeEnvelope(type, () => encodeMessage(object, messageOf(messages, type), encoding, 0));
    },
    encodeItem: (object) => encodeItemOf(typeOf(object), object),
    encodeItemOf,
    encodeListFromItems: (type, metadata, items) =>
      writeEnvelope(type, () => {
        for (const item of items.toReversed()) {
          writer.bytes(item);
          writer.tag(2, wire.bytes);
        }
        const from = writer.size;
        encodeMessage(metadata, messages.named(listMeta), encoding, 0);
        writer.lengthSince(from, 1);
      }),
    encodeWatchEvent(eventType, envelope) {
      const body = write(() => {
        writer.bytes(envelope);
        writer.tag(1, wire.bytes);
        writer.lengthSince(0, 2);
        writer.string(eventType);
        writer.tag(1, wire.bytes);
      });
      return frame(body);
    },
  };
}

const listMeta = 'io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta';
const watchEvent = 'io.k8s.apimachinery.pkg.apis.meta.v1.WatchEvent';

function messageOf(messages: Messages, { apiVersion, kind }: TypeMeta): Message {
  const message = messages.ofKind(apiVersion, kind);
  if (message) return message;
  const text = `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)}`;
  throw new ProtobufError('unknown-kind', text);
}

function typeOf(object: JsonObject): TypeMeta {
  const { apiVersion, kind } = object;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') {
    throw new ProtobufError('unknown-kind', 'an object without apiVersion and kind has no protobuf form');
  }
  return { apiVersion, kind };
}
