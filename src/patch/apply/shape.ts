/**
 * What a value is to server-side apply: a scalar, a list or a map, and of what kind. A schema mostly says so; where it says "anything"
 * the value itself does, and apply owns lists whole and maps key by key. Mirrors structured-merge-diff typed deduceAtom, and how
 * kube-openapi schemaconv turns OpenAPI into its types.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';
import type { AnySchema, Field, Schema } from '../../schema/schema.ts';

export type Shape = 'scalar' | 'list' | 'map';

/** `null` is of any shape; where the schema leaves it open it counts as a map, as upstream tries that first. */
export function shapeOf(schema: Schema, value: JsonValue | undefined): Shape {
  switch (schema.type) {
    case 'object':
    case 'map':
      return 'map';
    case 'list':
      return 'list';
    case 'any':
    case 'int-or-string':
      if (value === undefined || value === null) return 'map';
      if (typeof value !== 'object') return 'scalar';
      return Array.isArray(value) ? 'list' : 'map';
    case 'string':
    case 'integer':
    case 'number':
    case 'boolean':
      return 'scalar';
  }
}

/** A list that is owned as a whole. */
export function isAtomicList(schema: Schema): boolean {
  return schema.type !== 'list' || schema.listType === 'atomic';
}

/** A map or object that is owned as a whole. */
export function isAtomicMap(schema: Schema): boolean {
  if (schema.type === 'object' || schema.type === 'map') return schema.mapType === 'atomic';
  return schema.type === 'any' && schema.goType === rawExtension;
}

/** The named field of an object; maps have none. */
export function namedField(schema: Schema, name: string): Field | undefined {
  return schema.type === 'object' ? schema.field(name) : undefined;
}

/** The schema of what stands below `key`. `undefined`: the schema declares no such field. */
export function childSchema(schema: Schema, key: string): Schema | undefined {
  if (schema.type === 'map') return schema.values;
  if (schema.type !== 'object') return isAtomicMap(schema) ? schema : deduced;
  const field = schema.field(key);
  if (field) return field.schema;
  return schema.preserveUnknownFields || schema.fieldNames().length === 0 ? deduced : undefined;
}

/** Of a list's items. */
export function itemSchema(schema: Schema): Schema {
  return schema.type === 'list' ? schema.items : atomic;
}

export function mapOf(value: JsonValue | undefined): JsonObject | undefined {
  return isJsonObject(value) ? value : undefined;
}

export function listOf(value: JsonValue | undefined): readonly JsonValue[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

/** Writes a key that somebody chose: never one of the prototype. */
export function setKey(object: JsonObject, key: string, value: JsonValue): void {
  if (key === '__proto__') {
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  } else object[key] = value;
}

/** Upstream's own type for it is atomic, whatever OpenAPI says. */
const rawExtension = 'runtime.RawExtension';
export const deduced: AnySchema = { type: 'any' };
const atomic: AnySchema = { type: 'any', goType: rawExtension };
