/** Values that aren't messages to JSON: numbers, texts, and the messages that JSON writes in a way of their own. */
import { goDurationText } from '../duration.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import { canonicalQuantity } from '../quantity.ts';
import type { Decoding } from './protobuf-decoding.ts';
import { decodeEmbeddedJson } from './protobuf-embedded-json.ts';
import { malformed, unrepresentable } from './protobuf-error.ts';
import { wire } from './protobuf-reader.ts';
import { schemaUnions, type SchemaUnion } from './protobuf-schema-union.ts';
import type { MessageField, ScalarType } from './protobuf-table.ts';
import { microTimeText, timeText } from './protobuf-time.ts';

/** JSON of Go's zero value. */
export function zeroScalar(type: ScalarType): JsonValue {
  switch (type) {
    case 'string':
      return '';
    case 'bool':
    case 'schema-or-bool':
      return false;
    case 'int32':
    case 'int64':
    case 'double':
    case 'int-or-string':
      return 0;
    case 'quantity':
      return '0';
    case 'duration':
      return '0s';
    case 'bytes':
    case 'time':
    case 'micro-time':
    case 'raw-json':
    case 'string-list':
    case 'schema-or-array':
    case 'schema-or-strings':
      return null;
  }
}

/** Decodes the value at the reader's place, and leaves the reader after it. */
export function decodeScalar(type: ScalarType, field: MessageField, decoding: Decoding, depth: number): JsonValue {
  const { reader } = decoding;
  switch (type) {
    case 'string':
      return reader.string();
    case 'bool':
      return reader.bool();
    case 'int32':
      return reader.int32();
    case 'int64': {
      const value = reader.int64();
      if (value === undefined) throw unrepresentable(`${field.name}: integers above 2^53 are not supported`);
      return value;
    }
    case 'double': {
      const value = reader.double();
      if (!Number.isFinite(value)) throw unrepresentable(`${field.name}: json: unsupported value`);
      return value;
    }
    case 'bytes':
      return reader.bytes().toString('base64');
    case 'schema-or-array':
    case 'schema-or-bool':
    case 'schema-or-strings':
      return decodeUnion(schemaUnions[type], decoding, depth);
    case 'time':
    case 'micro-time':
    case 'duration':
    case 'quantity':
    case 'int-or-string':
    case 'raw-json':
    case 'string-list':
      return decodeWrapped(type, decoding, depth);
  }
}

/** A small message of its own, whose fields are read here. */
function decodeWrapped(
  type: 'time' | 'micro-time' | 'duration' | 'quantity' | 'int-or-string' | 'raw-json' | 'string-list',
  decoding: Decoding,
  depth: number,
): JsonValue {
  const { reader } = decoding;
  const { end } = reader;
  const start = reader.range();
  const after = reader.position;
  reader.enter(start, after);
  const value =
    start === after && (type === 'time' || type === 'micro-time') ? null : readWrapped(type, decoding, depth);
  reader.enter(after, end);
  return value;
}

function readWrapped(
  type: 'time' | 'micro-time' | 'duration' | 'quantity' | 'int-or-string' | 'raw-json' | 'string-list',
  decoding: Decoding,
  depth: number,
): JsonValue {
  switch (type) {
    case 'time':
    case 'micro-time': {
      const time = { seconds: 0, nanos: 0 };
      eachField(decoding, 'Timestamp', {
        1: [wire.varint, (reader) => void (time.seconds = reader.int64() ?? Number.NaN)],
        2: [wire.varint, (reader) => void (time.nanos = reader.int32())],
      });
      if (Number.isNaN(time.seconds)) throw malformed('time out of range');
      return type === 'time' ? timeText(time.seconds) : microTimeText(time);
    }
    case 'duration': {
      let nanoseconds = 0n;
      eachField(decoding, 'Duration', { 1: [wire.varint, (reader) => void (nanoseconds = reader.bigInt64())] });
      return goDurationText(nanoseconds);
    }
    case 'quantity': {
      let text: string | undefined;
      eachField(decoding, 'Quantity', { 1: [wire.bytes, (reader) => void (text = reader.string())] });
      return text === undefined ? '0' : quantity(text);
    }
    case 'int-or-string': {
      const value = { isString: false, int: 0, text: '' };
      eachField(decoding, 'IntOrString', {
        1: [wire.varint, (reader) => void (value.isString = reader.bool())],
        2: [wire.varint, (reader) => void (value.int = reader.int32())],
        3: [wire.bytes, (reader) => void (value.text = reader.string())],
      });
      return value.isString ? value.text : value.int;
    }
    case 'raw-json': {
      let raw: Buffer | undefined;
      eachField(decoding, 'RawExtension', { 1: [wire.bytes, (reader) => void (raw = reader.bytes())] });
      return raw === undefined || raw.length === 0 ? null : decodeEmbeddedJson(raw, decoding, depth);
    }
    case 'string-list': {
      const items: string[] = [];
      eachField(decoding, 'Items', { 1: [wire.bytes, (reader) => void items.push(reader.string())] });
      return items;
    }
  }
}

/** Upstream parses it at once, and writes its canonical form from then on. */
function quantity(text: string): string {
  const canonical = canonicalQuantity(text);
  if ('error' in canonical) throw malformed(canonical.error);
  return canonical.text;
}

type FieldReaders = Readonly<Record<number, readonly [wireType: number, read: (reader: Decoding['reader']) => void]>>;

function eachField({ reader }: Decoding, name: string, readers: FieldReaders): void {
  while (!reader.done) {
    const tag = reader.tag(name);
    const type = tag % 8;
    const known = readers[(tag - type) / 8];
    if (!known) reader.skip(type);
    else if (known[0] !== type) throw malformed(`proto: wrong wireType = ${type} for a field of ${name}`);
    else known[1](reader);
  }
}

function decodeUnion(union: SchemaUnion, decoding: Decoding, depth: number): JsonValue {
  const { reader } = decoding;
  const { end } = reader;
  const start = reader.range();
  const after = reader.position;
  const object: JsonObject = {};
  decoding.decodeInto(object, decoding.messages.named(union.message), [start, after], decoding, depth + 1);
  reader.enter(after, end);
  return union.toJson(object);
}
