/** JSON values to the wire, for what isn't a message with JSON's fields. Null stands for Go's zero value. */
import type { JsonValue } from '../json.ts';
import { canonicalQuantity } from '../quantity.ts';
import { unrepresentable } from './protobuf-error.ts';
import { wire } from './protobuf-reader.ts';
import type { SchemaUnionType } from './protobuf-schema-union.ts';
import type { MessageField, ScalarType } from './protobuf-table.ts';
import { parseDuration, parseTime } from './protobuf-time.ts';
import type { ProtobufWriter } from './protobuf-writer.ts';

/** Go's slices: the only values that are left out when nil. */
export function isNilable(type: ScalarType): boolean {
  return type === 'bytes' || type === 'string-list';
}

/** Writes the value, with its length where it has one, without its tag. Throws a ProtobufError when it doesn't fit. */
export function encodeScalar(
  value: JsonValue,
  type: Exclude<ScalarType, SchemaUnionType>,
  field: MessageField,
  writer: ProtobufWriter,
): void {
  switch (type) {
    case 'string':
      return writer.string(text(value, field));
    case 'bool':
      if (value !== null && typeof value !== 'boolean') throw mismatch(field, 'a boolean');
      return writer.varint(value === true ? 1 : 0);
    case 'int32':
      return writer.int64(integer(value, field, -0x8000_0000, 0x7fff_ffff));
    case 'int64':
      // Beyond 2^53 the number is what JSON's reader made of it, and exactly that is written.
      return writer.int64(BigInt(integer(value, field, -0x8000_0000_0000_0000, 0x7fff_ffff_ffff_fc00)));
    case 'double':
      if (value !== null && typeof value !== 'number') throw mismatch(field, 'a number');
      return writer.double(value ?? 0);
    case 'bytes':
      return writer.bytes(base64(text(value, field), field));
    case 'time':
    case 'micro-time':
    case 'duration':
    case 'quantity':
    case 'int-or-string':
    case 'raw-json':
    case 'string-list': {
      const from = writer.size;
      encodeWrapped(value, type, field, writer);
      return writer.varint(writer.size - from);
    }
  }
}

/** The fields of a message of its own, last one first. */
function encodeWrapped(
  value: JsonValue,
  type: 'time' | 'micro-time' | 'duration' | 'quantity' | 'int-or-string' | 'raw-json' | 'string-list',
  field: MessageField,
  writer: ProtobufWriter,
): void {
  switch (type) {
    case 'time':
    case 'micro-time':
      return encodeTime(value, type, field, writer);
    case 'duration':
      writer.int64(value === null ? 0n : parseDuration(text(value, field)));
      return writer.tag(1, wire.varint);
    case 'quantity':
      writer.string(value === null ? '0' : quantity(value, field));
      return writer.tag(1, wire.bytes);
    case 'int-or-string':
      return encodeIntOrString(value, field, writer);
    case 'raw-json':
      if (value === null) return;
      writer.string(JSON.stringify(value));
      return writer.tag(1, wire.bytes);
    case 'string-list':
      if (value !== null && !Array.isArray(value)) throw mismatch(field, 'a list');
      for (const item of (value ?? []).toReversed()) {
        writer.string(text(item, field));
        writer.tag(1, wire.bytes);
      }
  }
}

function encodeTime(value: JsonValue, type: 'time' | 'micro-time', field: MessageField, writer: ProtobufWriter): void {
  const time = value === null ? undefined : parseTime(text(value, field));
  if (time === undefined) return;
  // Time has whole seconds, as in JSON; MicroTime whole microseconds.
  writer.varint(type === 'time' ? 0 : Math.floor(time.nanos / 1000) * 1000);
  writer.tag(2, wire.varint);
  writer.int64(time.seconds);
  writer.tag(1, wire.varint);
}

function encodeIntOrString(value: JsonValue, field: MessageField, writer: ProtobufWriter): void {
  const isText = typeof value === 'string';
  writer.string(isText ? value : '');
  writer.tag(3, wire.bytes);
  writer.int64(isText ? 0 : integer(value, field, -0x8000_0000, 0x7fff_ffff));
  writer.tag(2, wire.varint);
  writer.varint(isText ? 1 : 0);
  writer.tag(1, wire.varint);
}

/** Nearly all are: this saves the parsing. */
const canonicalAlready = /^[1-9]\d{0,2}(?:m|[kMGTPE]|[KMGTPE]i)?$/;

/** Upstream writes the canonical form, and takes a bare number for a quantity too. */
function quantity(value: JsonValue, field: MessageField): string {
  const given = typeof value === 'number' ? String(value) : text(value, field);
  if (canonicalAlready.test(given)) return given;
  const canonical = canonicalQuantity(given);
  if ('error' in canonical) throw unrepresentable(`${field.name}: ${canonical.error}`);
  return canonical.text;
}

function text(value: JsonValue, field: MessageField): string {
  if (value === null) return '';
  if (typeof value !== 'string') throw mismatch(field, 'a string');
  return value;
}

function integer(value: JsonValue, field: MessageField, min: number, max: number): number {
  if (value === null) return 0;
  if (typeof value !== 'number' || !Number.isInteger(value)) throw mismatch(field, 'an integer');
  if (value < min || value > max) throw unrepresentable(`${field.name}: ${value} is out of range`);
  return value;
}

function base64(value: string, field: MessageField): Buffer {
  const bytes = Buffer.from(value, 'base64');
  // Node skips what isn't base64: a shorter result shows it.
  const expected = Math.floor((value.replaceAll(/[\r\n=]/g, '').length * 3) / 4);
  if (bytes.length !== expected) throw unrepresentable(`${field.name}: illegal base64 data`);
  return bytes;
}

function mismatch(field: MessageField, expected: string): Error {
  return unrepresentable(`${field.name}: expected ${expected}`);
}
