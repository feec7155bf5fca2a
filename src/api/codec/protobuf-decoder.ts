/**
 * From a message's bytes to the JSON that Go would write of the same object: what is absent on the wire is Go's zero value, and its
 * tags say whether JSON leaves that out, or has it as zero, or as null.
 *
 * Messages that occur twice are merged, scalars are replaced, unknown fields skipped: protobuf's rules.
 */
import type { JsonObject, JsonValue } from '../json.ts';
import type { Decoding, Ranges } from './protobuf-decoding.ts';
import { malformed } from './protobuf-error.ts';
import type { ProtobufLimits } from './protobuf-limits.ts';
import { ProtobufReader, wire } from './protobuf-reader.ts';
import { decodeScalar, zeroScalar } from './protobuf-scalar-decoder.ts';
import { scalarWireType, type Message, type MessageField, type Messages } from './protobuf-table.ts';

/** Decodes the whole of `bytes`. Throws a ProtobufError. */
export function decodeMessage(
  bytes: Uint8Array,
  message: Message,
  messages: Messages,
  limits: ProtobufLimits,
): JsonObject {
  const decoding: Decoding = { reader: new ProtobufReader(bytes), messages, limits, count: 0, decodeInto };
  const object: JsonObject = {};
  decodeInto(object, message, [0, bytes.byteLength], decoding, 0);
  return object;
}

/** Sets an entry even under a name like `__proto__`, as JSON.parse does. */
function setEntry(object: JsonObject, key: string, value: JsonValue): void {
  if (key === '__proto__')
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  else object[key] = value;
}

/** Decodes the message in `ranges` into `target`. The reader's place is undefined after it. */
function decodeInto(target: JsonObject, message: Message, ranges: Ranges, decoding: Decoding, depth: number): void {
  if (depth > decoding.limits.depthMax) throw malformed('proto: messages nested too deeply');
  if (++decoding.count > decoding.limits.messagesMax) throw malformed('proto: too many messages');
  const values: (JsonValue | Ranges | undefined)[] = [];
  for (let index = 0; index < ranges.length; index += 2) {
    decoding.reader.enter(ranges[index] ?? 0, ranges[index + 1] ?? 0);
    readFields(message, values, decoding, depth);
  }
  for (const [index, field] of message.fields.entries()) {
    const value = values[index];
    if (field.name === undefined) {
      decodeInto(target, field.message(), asRanges(value), decoding, depth + 1);
      continue;
    }
    const json =
      field.scalar === undefined && isSingular(field) ? singularMessage(field, value, decoding, depth) : asJson(value);
    const present = json === undefined ? absentValue(field) : isOmitted(field, json) ? undefined : json;
    if (present !== undefined) target[field.name] = present;
  }
}

function readFields(
  message: Message,
  values: (JsonValue | Ranges | undefined)[],
  decoding: Decoding,
  depth: number,
): void {
  const { reader } = decoding;
  while (!reader.done) {
    const tag = reader.tag(message.name);
    const type = tag % 8;
    const index = message.indexes.get((tag - type) / 8);
    const field = index === undefined ? undefined : message.fields[index];
    if (index === undefined || field === undefined) reader.skip(type);
    else if (field.shape === 'repeated') values[index] = readItem(field, type, values[index], decoding, depth);
    else if (field.shape === 'map') values[index] = readEntry(field, type, values[index], decoding, depth);
    else if (field.scalar !== undefined) {
      expectType(field, type, scalarWireType(field.scalar));
      values[index] = decodeScalar(field.scalar, field, decoding, depth);
    } else {
      expectType(field, type, wire.bytes);
      const start = reader.range();
      const known = values[index];
      if (known === undefined) values[index] = [start, reader.position];
      else asRanges(known).push(start, reader.position);
    }
  }
}

function readItem(
  field: MessageField,
  type: number,
  known: JsonValue | Ranges | undefined,
  decoding: Decoding,
  depth: number,
): JsonValue[] | undefined {
  const items: JsonValue[] = Array.isArray(known) ? known : [];
  const { reader } = decoding;
  if (field.scalar === undefined) {
    expectType(field, type, wire.bytes);
    items.push(nestedMessage(field, decoding, depth));
    return items;
  }
  const expected = scalarWireType(field.scalar);
  if (type === wire.bytes && expected !== wire.bytes) {
    // Packed: many values under one tag.
    const { end } = reader;
    const start = reader.range();
    const packedEnd = reader.position;
    reader.enter(start, packedEnd);
    while (!reader.done) items.push(decodeScalar(field.scalar, field, decoding, depth));
    reader.enter(packedEnd, end);
    // None of them make no list.
    return items.length > 0 ? items : undefined;
  }
  expectType(field, type, expected);
  items.push(decodeScalar(field.scalar, field, decoding, depth));
  return items;
}

/** A map's entry is a message with the key as field 1 and the value as field 2. */
function readEntry(
  field: MessageField,
  type: number,
  known: JsonValue | Ranges | undefined,
  decoding: Decoding,
  depth: number,
): JsonObject {
  expectType(field, type, wire.bytes);
  const { reader } = decoding;
  const { end } = reader;
  const start = reader.range();
  const entryEnd = reader.position;
  reader.enter(start, entryEnd);
  let key = '';
  let value: JsonValue | undefined;
  while (!reader.done) {
    const tag = reader.tag(field.name ?? '');
    const inner = tag % 8;
    const number = (tag - inner) / 8;
    if (number === 1) {
      expectType(field, inner, wire.bytes);
      key = reader.string();
    } else if (number === 2) {
      expectType(field, inner, field.scalar === undefined ? wire.bytes : scalarWireType(field.scalar));
      value =
        field.scalar === undefined
          ? nestedMessage(field, decoding, depth)
          : decodeScalar(field.scalar, field, decoding, depth);
    } else reader.skip(inner);
  }
  reader.enter(entryEnd, end);
  const object = asEntries(known);
  setEntry(object, key, value ?? zeroEntry(field, decoding, depth));
  return object;
}

/** Decodes the message at the reader's place and leaves the reader after it. */
function nestedMessage(field: MessageField, decoding: Decoding, depth: number): JsonObject {
  const { reader } = decoding;
  const { end } = reader;
  const start = reader.range();
  const after = reader.position;
  const object: JsonObject = {};
  decodeInto(object, field.message(), [start, after], decoding, depth + 1);
  reader.enter(after, end);
  return object;
}

function singularMessage(
  field: MessageField,
  value: JsonValue | Ranges | undefined,
  decoding: Decoding,
  depth: number,
): JsonObject | undefined {
  if (value === undefined && field.shape === 'pointer') return undefined;
  const object: JsonObject = {};
  decodeInto(object, field.message(), asRanges(value), decoding, depth + 1);
  return object;
}

function zeroEntry(field: MessageField, decoding: Decoding, depth: number): JsonValue {
  // In maps upstream starts from empty slices, not from nil ones.
  if (field.scalar === 'bytes') return '';
  if (field.scalar === 'string-list') return [];
  if (field.scalar !== undefined) return zeroScalar(field.scalar);
  const object: JsonObject = {};
  decodeInto(object, field.message(), [], decoding, depth + 1);
  return object;
}

/** What JSON has for a field that isn't on the wire; undefined: nothing. */
function absentValue(field: MessageField): JsonValue | undefined {
  if (field.shape !== 'value') return field.omitEmpty ? undefined : null;
  const zero = field.scalar === undefined ? {} : zeroScalar(field.scalar);
  return isOmitted(field, zero) ? undefined : zero;
}

/** Go's `omitempty` and `omitzero`: structs are never empty, pointers only when nil. */
function isOmitted(field: MessageField, value: JsonValue): boolean {
  if (field.shape !== 'value') return false;
  if (field.omitZero && value === null) return true;
  if (!field.omitEmpty) return false;
  if (field.scalar === 'bytes') return value === '' || value === null;
  if (field.scalar === 'string-list') return value === null || (Array.isArray(value) && value.length === 0);
  const isGoScalar = field.scalar === 'string' || field.scalar === 'bool' || typeof value === 'number';
  return isGoScalar && field.scalar !== 'int-or-string' && !value;
}

function isSingular(field: MessageField): boolean {
  return field.shape === 'value' || field.shape === 'pointer';
}

function expectType(field: MessageField, type: number, expected: number): void {
  if (type === expected) return;
  const name = field.name ?? field.message().name;
  throw malformed(`proto: wrong wireType = ${type} for field ${name.charAt(0).toUpperCase()}${name.slice(1)}`);
}

/** Only ever called for fields whose values are ranges. */
function asRanges(value: JsonValue | Ranges | undefined): Ranges {
  // A door: `readFields` stores nothing else for a singular message.
  return value === undefined ? [] : (value as Ranges);
}

/** Only ever called for fields whose values are JSON. */
function asJson(value: JsonValue | Ranges | undefined): JsonValue | undefined {
  return value;
}

function asEntries(value: JsonValue | Ranges | undefined): JsonObject {
  // A door: `readFields` stores nothing else for a map.
  return value === undefined ? {} : (value as JsonObject);
}
