/** Values and types as the conformance cases write them: the JSON form of cel.expr's messages. */
import {
  boolType,
  bytesType,
  doubleType,
  durationType,
  dynType,
  intType,
  listType,
  mapType,
  nullType,
  opaqueType,
  optionalType,
  stringType,
  timestampType,
  typeOfType,
  uintType,
  type CelType,
} from '../../src/schema/cel/cel-type.ts';
import { parseGoDuration } from '../../src/api/duration.ts';
import { parseTimestamp } from '../../src/schema/cel/timestamp.ts';
import {
  ArrayList,
  CelDouble,
  CelDuration,
  CelUint,
  HashMap,
  intValue,
  type Value,
} from '../../src/schema/cel/value.ts';

/** Thrown for what needs protocol buffers, which Kubernetes has no part in. */
export class ProtobufNeeded extends Error {
  override readonly name = 'ProtobufNeeded';
}

type Json = Readonly<Record<string, unknown>>;

const namedTypes: Readonly<Record<string, CelType>> = {
  bool: boolType,
  bytes: bytesType,
  double: doubleType,
  int: intType,
  list: listType(dynType),
  map: mapType(dynType, dynType),
  null_type: nullType,
  string: stringType,
  type: typeOfType(dynType),
  uint: uintType,
  'google.protobuf.Timestamp': timestampType,
  'google.protobuf.Duration': durationType,
};

const primitives: Readonly<Record<string, CelType>> = {
  BOOL: boolType,
  BYTES: bytesType,
  DOUBLE: doubleType,
  INT64: intType,
  STRING: stringType,
  UINT64: uintType,
};

/** @throws ProtobufNeeded */
export function valueOf(json: unknown): Value {
  const [[kind, value] = ['', undefined]] = Object.entries(objectOf(json));
  switch (kind) {
    case 'nullValue':
      return null;
    case 'boolValue':
      return value === true;
    case 'stringValue':
      return String(value);
    case 'int64Value':
      return intValue(BigInt(String(value)));
    case 'uint64Value':
      return new CelUint(BigInt(String(value)));
    case 'doubleValue':
      return new CelDouble(Number(value));
    case 'bytesValue':
      return new Uint8Array(Buffer.from(String(value), 'base64'));
    case 'typeValue':
      return namedTypes[String(value)] ?? needsProtobuf(`type ${String(value)}`);
    case 'listValue':
      return new ArrayList(listOf(objectOf(value)['values']).map(valueOf));
    case 'mapValue': {
      const map = new HashMap();
      for (const entry of listOf(objectOf(value)['entries'])) {
        const { key, value: inner } = objectOf(entry);
        map.set(valueOf(key), valueOf(inner));
      }
      return map;
    }
    case 'objectValue':
      return objectValue(objectOf(value));
    default:
      return needsProtobuf(kind);
  }
}

/** @throws ProtobufNeeded */
export function typeOf(json: unknown): CelType {
  const [[kind, value] = ['', undefined]] = Object.entries(objectOf(json));
  switch (kind) {
    case 'dyn':
      return dynType;
    case 'null':
      return nullType;
    case 'primitive':
      return primitives[String(value)] ?? needsProtobuf(String(value));
    case 'wellKnown':
      if (value === 'ANY') return needsProtobuf('any');
      return value === 'TIMESTAMP' ? timestampType : durationType;
    case 'listType':
      return listType(typeOf(objectOf(value)['elemType'] ?? { dyn: {} }));
    case 'mapType': {
      const { keyType, valueType } = objectOf(value);
      return mapType(typeOf(keyType), typeOf(valueType));
    }
    case 'abstractType': {
      const { name, parameterTypes } = objectOf(value);
      const [first = { dyn: {} }] = listOf(parameterTypes);
      return name === 'optional_type' ? optionalType(typeOf(first)) : opaqueType(String(name));
    }
    case 'type':
      return typeOfType(dynType);
    default:
      return needsProtobuf(kind);
  }
}

export function objectOf(json: unknown): Json {
  // The cases are JSON of a known form.
  return typeof json === 'object' && json !== null ? (json as Json) : {};
}

export function listOf(json: unknown): readonly unknown[] {
  return Array.isArray(json) ? json : [];
}

function objectValue(json: Json): Value {
  const type = String(json['@type']).replace('type.googleapis.com/', '');
  const text = String(json['value']);
  if (type === 'google.protobuf.Timestamp') return parseTimestamp(text) ?? needsProtobuf(text);
  if (type === 'google.protobuf.Duration') {
    const parsed = parseGoDuration(text);
    return parsed.ok ? new CelDuration(parsed.nanoseconds) : needsProtobuf(text);
  }
  return needsProtobuf(type);
}

function needsProtobuf(what: string): never {
  throw new ProtobufNeeded(what);
}
