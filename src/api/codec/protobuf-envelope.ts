/**
 * The envelope around every object: four magic bytes, then a runtime.Unknown with the kind and the message's bytes. Mirrors
 * apimachinery serializer/protobuf.
 */
import { malformed, ProtobufError } from './protobuf-error.ts';
import { ProtobufReader, wire } from './protobuf-reader.ts';
import type { ProtobufWriter } from './protobuf-writer.ts';

const magic = Buffer.from('k8s\0');

export interface Envelope {
  readonly apiVersion: string;
  readonly kind: string;
  /** The message; a view. */
  readonly body: Uint8Array;
}

export function isEnvelope(bytes: Uint8Array): boolean {
  return bytes.length >= magic.length && magic.every((byte, index) => bytes[index] === byte);
}

/** Throws a ProtobufError when there is no envelope, or a broken one. */
export function openEnvelope(bytes: Uint8Array): Envelope {
  if (bytes.length === 0) throw malformed('empty data');
  if (!isEnvelope(bytes)) {
    const message = 'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]';
    throw new ProtobufError('not-protobuf', message);
  }
  if (bytes.length === magic.length) throw malformed('empty body');
  const reader = new ProtobufReader(bytes);
  reader.enter(magic.length, bytes.length);
  const found: { apiVersion: string; kind: string; body: Uint8Array } = {
    apiVersion: '',
    kind: '',
    body: new Uint8Array(),
  };
  while (!reader.done) {
    const tag = reader.tag('Unknown');
    if (tag === 8 + wire.bytes) readTypeMeta(reader, found);
    else if (tag === 16 + wire.bytes) found.body = reader.bytes();
    else if (tag < 24) throw malformed(`proto: wrong wireType = ${tag % 8} for a field of Unknown`);
    // Upstream doesn't look at contentEncoding and contentType either.
    else reader.skip(tag % 8);
  }
  return found;
}

/** Closes the envelope around what `writer` holds. Upstream always writes the two empty texts at its end: see {@link beginEnvelope}. */
export function endEnvelope(writer: ProtobufWriter, apiVersion: string, kind: string, bodyFrom: number): void {
  writer.lengthSince(bodyFrom, 2);
  const typeFrom = writer.size;
  writer.string(kind);
  writer.tag(2, wire.bytes);
  writer.string(apiVersion);
  writer.tag(1, wire.bytes);
  writer.lengthSince(typeFrom, 1);
  writer.raw(magic);
}

/** What stands after the body: an empty contentEncoding and contentType. Returns where the body begins. */
export function beginEnvelope(writer: ProtobufWriter): number {
  writer.string('');
  writer.tag(4, wire.bytes);
  writer.string('');
  writer.tag(3, wire.bytes);
  return writer.size;
}

function readTypeMeta(reader: ProtobufReader, found: { apiVersion: string; kind: string }): void {
  const { end } = reader;
  const start = reader.range();
  const after = reader.position;
  reader.enter(start, after);
  while (!reader.done) {
    const tag = reader.tag('TypeMeta');
    if (tag === 8 + wire.bytes) found.apiVersion = reader.string();
    else if (tag === 16 + wire.bytes) found.kind = reader.string();
    else if (tag < 24) throw malformed(`proto: wrong wireType = ${tag % 8} for a field of TypeMeta`);
    else reader.skip(tag % 8);
  }
  reader.enter(after, end);
}
