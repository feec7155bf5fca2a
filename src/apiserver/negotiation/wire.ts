/** The media types, as ways to write a whole value and a watch's frame. */
import { protobufContentType, protobufStreamContentType, type ProtobufCodec } from '../../api/codec/protobuf.ts';
import { escapeHtml } from '../../api/codec/escape-html.ts';
import { encodeYaml } from '../../api/codec/yaml-writer.ts';
import type { JsonObject } from '../../api/json.ts';
import type { StoredObject } from '../registry/stored-object.ts';
import { mediaTypes } from './accept.ts';

export type Plain = Readonly<Record<string, unknown>>;

export interface Wire {
  readonly contentType: string;
  readonly streamContentType: string;
  /** With the newline at its end that upstream writes. */
  plain(value: Plain): Uint8Array;
  /** `payload`: what {@link plain} gives. */
  frame(type: string, payload: Uint8Array): Uint8Array;
}

export const jsonWire: Wire = {
  contentType: mediaTypes.json,
  streamContentType: mediaTypes.json,
  plain: (value) => Buffer.from(`${escapeHtml(JSON.stringify(value))}\n`),
  frame: jsonFrame,
};

export const prettyJsonWire: Wire = {
  ...jsonWire,
  plain: (value) => Buffer.from(escapeHtml(JSON.stringify(value, undefined, 2))),
};

/** Has no stream: negotiation refuses that. */
export const yamlWire: Wire = {
  contentType: mediaTypes.yaml,
  streamContentType: mediaTypes.yaml,
  // What is written is JSON.
  plain: (value) => encodeYaml(value as JsonObject),
  frame() {
    throw new Error('YAML is not streamed');
  },
};

export function protobufWire(codec: ProtobufCodec): Wire {
  return {
    contentType: protobufContentType,
    streamContentType: protobufStreamContentType,
    // What is written is JSON.
    plain: (value) => codec.encode(value as JsonObject),
    frame: (type, payload) => codec.encodeWatchEvent(type, payload),
  };
}

/** {@link jsonFrame} of a stored object. */
export function objectFrame(type: string, stored: StoredObject): Uint8Array {
  const head = `{"type":"${type}","object":`;
  const frame = Buffer.allocUnsafe(head.length + stored.length + 2);
  frame.write(head, 'latin1');
  frame.write('}\n', stored.writeTo(frame, head.length, 0), 'latin1');
  return frame;
}

/** `{"type":"ADDED","object":…}` and a newline. `payload` may end in one. */
export function jsonFrame(type: string, payload: Uint8Array): Uint8Array {
  const end = payload.at(-1) === 0x0a ? payload.length - 1 : payload.length;
  const head = `{"type":"${type}","object":`;
  const frame = Buffer.allocUnsafe(head.length + end + 2);
  frame.write(head, 'latin1');
  frame.set(payload.subarray(0, end), head.length);
  frame.write('}\n', head.length + end, 'latin1');
  return frame;
}
