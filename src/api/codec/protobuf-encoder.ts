/**
 * From JSON to a message's bytes, exactly as upstream's generated code writes them: fields by number, maps sorted by key, and whatever
 * Go can't have as nil is written even when it is zero or absent in JSON. Fields unknown to the message are left out.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { unrepresentable } from './protobuf-error.ts';
import { wire } from './protobuf-reader.ts';
import { encodeScalar, isNilable } from './protobuf-scalar-encoder.ts';
import { schemaUnions } from './protobuf-schema-union.ts';
import { scalarWireType, type Message, type MessageField, type Messages, type ScalarType } from './protobuf-table.ts';
import type { ProtobufWriter } from './protobuf-writer.ts';

/** An encode under way. */
export interface Encoding {
  readonly writer: ProtobufWriter;
  readonly messages: Messages;
  readonly depthMax: number;
}

const empty: JsonObject = {};

/** Writes the message, without tag or length. Throws a ProtobufError when a value doesn't fit its field. */
export function encodeMessage(object: JsonObject, message: Message, encoding: Encoding, depth: number): void {
  if (depth > encoding.depthMax) throw unrepresentable(`${message.name}: nested too deeply`);
  for (const field of message.backwards) {
    if (field.name === undefined) {
      writeMessage(object, field, encoding, depth);
      continue;
    }
    const value = object[field.name];
    if (field.shape === 'value') writeValue(value, field, encoding, depth);
    else if (value === undefined || value === null) continue;
    else if (field.shape === 'pointer') writeOne(value, field, encoding, depth);
    else if (field.shape === 'repeated') writeItems(value, field, encoding, depth);
    else writeEntries(value, field, encoding, depth);
  }
}

function writeValue(value: JsonValue | undefined, field: MessageField, encoding: Encoding, depth: number): void {
  const isNil = value === undefined || value === null;
  if (isNil && field.scalar !== undefined && isNilable(field.scalar)) return;
  writeOne(isNil ? null : value, field, encoding, depth);
}

/** One value with its tag; null stands for zero. */
function writeOne(
  value: JsonValue,
  field: MessageField,
  encoding: Encoding,
  depth: number,
  number = field.number,
): void {
  if (field.scalar === undefined) writeMessage(asObject(value, field), field, encoding, depth, number);
  else if (isUnion(field.scalar)) {
    const union = schemaUnions[field.scalar];
    const from = encoding.writer.size;
    if (value !== null)
      encodeMessage(union.fromJson(value), encoding.messages.named(union.message), encoding, depth + 1);
    else encodeMessage(empty, encoding.messages.named(union.message), encoding, depth + 1);
    encoding.writer.lengthSince(from, number);
  } else {
    encodeScalar(value, field.scalar, field, encoding.writer);
    encoding.writer.tag(number, scalarWireType(field.scalar));
  }
}

function writeMessage(
  object: JsonObject,
  field: MessageField,
  encoding: Encoding,
  depth: number,
  number = field.number,
): void {
  const from = encoding.writer.size;
  encodeMessage(object, field.message(), encoding, depth + 1);
  encoding.writer.lengthSince(from, number);
}

function writeItems(value: JsonValue, field: MessageField, encoding: Encoding, depth: number): void {
  if (!Array.isArray(value)) throw unrepresentable(`${field.name}: expected a list`);
  for (let index = value.length - 1; index >= 0; index--) writeOne(value[index] ?? null, field, encoding, depth);
}

function writeEntries(value: JsonValue, field: MessageField, encoding: Encoding, depth: number): void {
  if (!isJsonObject(value)) throw unrepresentable(`${field.name}: expected a map`);
  const keys = Object.keys(value).sort(compareUtf8);
  for (let index = keys.length - 1; index >= 0; index--) {
    const key = keys[index] ?? '';
    const from = encoding.writer.size;
    const item = value[key] ?? null;
    // Upstream's maps leave out nil bytes, but no other nil.
    const isAbsent = item === null && field.scalar === 'bytes';
    if (!isAbsent) writeOne(item, field, encoding, depth, 2);
    encoding.writer.string(key);
    encoding.writer.tag(1, wire.bytes);
    encoding.writer.lengthSince(from, field.number);
  }
}

function asObject(value: JsonValue, field: MessageField): JsonObject {
  if (value === null) return empty;
  if (!isJsonObject(value)) throw unrepresentable(`${field.name}: expected an object`);
  return value;
}

function isUnion(type: ScalarType): type is keyof typeof schemaUnions {
  return Object.hasOwn(schemaUnions, type);
}

/** Go sorts texts by their UTF-8 bytes, JavaScript by UTF-16 units: they differ above the basic plane. */
function compareUtf8(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a === b) continue;
    if (a >= 0xd800 && b >= 0xd800) return rank(a) - rank(b);
    return a - b;
  }
  return left.length - right.length;
}

function rank(unit: number): number {
  return unit < 0xe000 ? unit + 0x1_0000 : unit;
}
