/**
 * Decoded JSON as values, by its schema: texts with formats are times, durations and bytes, lists are compared and joined as their list
 * types say, properties have their escaped names. Lazily: nothing is copied. Mirrors apiserver pkg/cel/common/valuesunstructured.go.
 */
import { goTypeText } from '../../../api/go-text.ts';
import { equalJson, isJsonObject, type JsonObject, type JsonValue } from '../../../api/json.ts';
import type { StructuralSchema } from '../../structural/structural-schema.ts';
import { opaqueType } from '../cel-type.ts';
import { equalValues } from '../equality.ts';
import { bytesValue, dateTimeValue, dateValue, durationValue } from '../library/string-formats.ts';
import {
  CelDouble,
  CelError,
  intValue,
  isInt,
  ListValue,
  MapValue,
  noSuchOverload,
  OpaqueValue,
  type Value,
} from '../value.ts';
import { escapeProperty, unescapeProperty } from './property-name.ts';
import { withObjectMeta } from './schema-type.ts';

const unknownType = opaqueType('unknown');

/** What doesn't fit its schema is an error, as a value. */
export function schemaValue(json: JsonValue, schema: StructuralSchema): Value {
  if (json === null) {
    return schema.nullable === true ? null : new CelError('invalid data, got null for schema with nullable=false');
  }
  if (schema.intOrString === true) {
    if (typeof json === 'string') return json;
    return intOf(json) ?? new CelError('invalid data, expected XIntOrString value to be either a string or integer');
  }
  switch (schema.type) {
    case 'object':
      if (isJsonObject(json)) return new SchemaMap(json, schema);
      return new CelError('invalid data, expected a map for the provided schema with type=object');
    case 'array':
      return listValue(json, schema);
    case 'string':
      return typeof json === 'string' ? textValue(json, schema.format) : unexpected('string', json);
    case 'number':
      return typeof json === 'number' ? new CelDouble(json) : unexpected('float', json);
    case 'integer':
      return intOf(json) ?? unexpected('int', json);
    case 'boolean':
      return typeof json === 'boolean' ? json : unexpected('bool', json);
    case undefined:
  }
  if (schema.preserveUnknownFields === true) return new PreservedValue(json);
  return new CelError(
    'invalid type, expected object, array, number, integer, boolean or string, or no type with x-kubernetes-int-or-string or x-kubernetes-preserve-unknown-fields is true, got ',
  );
}

function unexpected(wanted: string, json: JsonValue): CelError {
  return new CelError(`invalid data, expected ${wanted}, got ${goTypeText(json)}`);
}

function intOf(json: JsonValue): Value | undefined {
  if (typeof json !== 'number' || !Number.isInteger(json)) return undefined;
  return Number.isSafeInteger(json) ? json + 0 : intValue(BigInt.asIntN(64, BigInt(json)));
}

function textValue(text: string, format: string | undefined): Value {
  if (format === 'duration') return durationValue(text);
  if (format === 'date') return dateValue(text);
  if (format === 'date-time') return dateTimeValue(text);
  return format === 'byte' ? bytesValue(text) : text;
}

function listValue(json: JsonValue, schema: StructuralSchema): Value {
  if (!Array.isArray(json)) {
    return new CelError('invalid data, expected an array for the provided schema with type=array');
  }
  const { items } = schema;
  if (items === undefined) return new CelError('invalid array type, expected Items with a non-empty Schema');
  if (schema.listType === 'map') return new KeyedList(json, items, schema.listMapKeys ?? []);
  return schema.listType === 'set' ? new SetList(json, items) : new SchemaList(json, items);
}

/** Ordered: `x-kubernetes-list-type: atomic`. */
class SchemaList extends ListValue {
  readonly json: readonly JsonValue[];
  readonly items: StructuralSchema;

  constructor(json: readonly JsonValue[], items: StructuralSchema) {
    super();
    this.json = json;
    this.items = items;
  }

  get size(): number {
    return this.json.length;
  }

  at(index: number): Value {
    return schemaValue(this.json[index] ?? null, this.items);
  }

  override equalTo(other: Value): boolean | CelError {
    if (!(other instanceof ListValue)) return noSuchOverload;
    if (this.size !== other.size) return false;
    for (let index = 0; index < this.size; index++) {
      const equal = equalValues(this.at(index), other.at(index));
      if (equal !== true) return equal;
    }
    return true;
  }
}

/** Its order doesn't matter, and items that are there already aren't added. */
class SetList extends SchemaList {
  override equalTo(other: Value): boolean | CelError {
    if (!(other instanceof ListValue)) return noSuchOverload;
    if (this.size !== other.size) return false;
    const present = new Set(this.json.map(scalarOf));
    for (const item of other) if (!present.has(scalarOf(nativeOf(item) ?? null))) return false;
    return true;
  }

  override joined(other: Value): Value | undefined {
    if (!(other instanceof ListValue)) return noSuchOverload;
    const union = new Map(this.json.map((item) => [scalarOf(item), item]));
    for (const item of other) {
      const native = nativeOf(item);
      if (native === undefined) return undefined;
      if (!union.has(scalarOf(native))) union.set(scalarOf(native), native);
    }
    return new SetList([...union.values()], this.items);
  }
}

/** Items are told by their keys, wherever they are; adding replaces those of the same keys. */
class KeyedList extends SchemaList {
  readonly #keys: readonly string[];

  constructor(json: readonly JsonValue[], items: StructuralSchema, keys: readonly string[]) {
    super(json, items);
    this.#keys = keys;
  }

  override equalTo(other: Value): boolean | CelError {
    if (!(other instanceof ListValue)) return noSuchOverload;
    if (this.size !== other.size) return false;
    const byKey = new Map(this.json.map((item) => [this.#keyOf(item), item]));
    for (const item of other) {
      const own = byKey.get(this.#keyOf(nativeOf(item) ?? null));
      if (own === undefined) return false;
      const equal = equalValues(schemaValue(own, this.items), item);
      if (equal !== true) return equal;
    }
    return true;
  }

  override joined(other: Value): Value | undefined {
    if (!(other instanceof ListValue)) return noSuchOverload;
    const byKey = new Map(this.json.map((item) => [this.#keyOf(item), item]));
    for (const item of other) {
      const native = nativeOf(item);
      if (native === undefined) return undefined;
      byKey.set(this.#keyOf(native), native);
    }
    return new KeyedList([...byKey.values()], this.items, this.#keys);
  }

  #keyOf(item: JsonValue): string {
    const values = this.#keys.map((key) => (isJsonObject(item) && Object.hasOwn(item, key) ? item[key] : null));
    return JSON.stringify(values);
  }
}

class SchemaMap extends MapValue {
  readonly json: JsonObject;
  readonly #schema: StructuralSchema;
  /** An object of known properties, not a map. */
  readonly #isObject: boolean;

  constructor(json: JsonObject, schema: StructuralSchema) {
    super();
    this.json = json;
    this.#schema = schema.embeddedResource === true ? withObjectMeta(schema) : schema;
    this.#isObject = this.#schema.properties !== undefined;
  }

  get size(): number {
    return Object.keys(this.json).length;
  }

  find(key: Value): Value | undefined {
    if (typeof key !== 'string') return noSuchOverload;
    const name = this.#isObject ? unescapeProperty(key) : key;
    if (name === undefined || !Object.hasOwn(this.json, name)) return undefined;
    const json = this.json[name] ?? null;
    // A property that is null is as good as absent.
    if (this.#isObject && json === null) return undefined;
    const schema = this.#schemaOf(name);
    return schema === undefined ? undefined : schemaValue(json, schema);
  }

  *keys(): Generator<Value> {
    for (const name of Object.keys(this.json)) {
      if (this.#schemaOf(name) === undefined) continue;
      yield this.#isObject ? (escapeProperty(name) ?? name) : name;
    }
  }

  override equalTo(other: Value): boolean | CelError {
    if (!(other instanceof MapValue)) return noSuchOverload;
    if (this.size !== other.size) return false;
    for (const [name, json] of Object.entries(this.json)) {
      if (this.#schemaOf(name) === undefined) {
        if (!(other instanceof SchemaMap)) return noSuchOverload;
        if (Object.hasOwn(other.json, name) && !equalJson(json, other.json[name])) return false;
        continue;
      }
      const value = this.find(name);
      const otherValue = other.find(name);
      if ((value === undefined) !== (otherValue === undefined)) return false;
      if (value === undefined || otherValue === undefined) continue;
      const equal = equalValues(value, otherValue);
      if (equal !== true) return equal;
    }
    return true;
  }

  #schemaOf(name: string): StructuralSchema | undefined {
    const { properties, additionalProperties } = this.#schema;
    if (properties !== undefined) return properties.get(name);
    return typeof additionalProperties === 'object' ? additionalProperties : undefined;
  }
}

/** Data without a schema: it can only be compared. */
class PreservedValue extends OpaqueValue {
  readonly type = unknownType;
  readonly #json: JsonValue;

  constructor(json: JsonValue) {
    super();
    this.#json = json;
  }

  equalTo(other: Value): boolean {
    const native = other instanceof PreservedValue ? other.#json : nativeOf(other);
    return native !== undefined && equalJson(this.#json, native);
  }
}

/** What is equal is the same. Items of sets are scalars; others are told by their text. */
function scalarOf(json: JsonValue): JsonValue {
  return typeof json === 'object' ? JSON.stringify(json) : json;
}

/** The JSON behind a value; undefined: there is none. */
function nativeOf(value: Value): JsonValue | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (isInt(value)) return Number(value);
  if (value instanceof CelDouble) return value.value;
  if (value instanceof SchemaMap) return value.json;
  return value instanceof SchemaList ? [...value.json] : undefined;
}
