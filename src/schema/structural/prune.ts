/**
 * Removes what a structural schema does not know. Mirrors apiextensions-apiserver pkg/apiserver/schema/pruning, and the removal of
 * nulls in schema/defaulting/prunenulls.go.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';
import { UnknownFields } from './unknown-fields.ts';
import type { StructuralSchema } from './structural-schema.ts';

const typeAndMetadata: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

/**
 * Prunes a whole object; its kind, version and metadata stay. Changes `object`. `unknown`: the paths of what was removed are added to
 * it, sorted.
 */
export function pruneObject(object: JsonObject, schema: StructuralSchema, unknown?: UnknownFields): void {
  const found = unknown ?? new UnknownFields(false);
  prune(object, schema.embeddedResource ? schema : { ...schema, embeddedResource: true }, found);
}

/** Prunes any value: a default, say. Changes `value`. */
export function pruneValue(value: JsonValue, schema: StructuralSchema): void {
  prune(value, schema, new UnknownFields(false));
}

/** Removes nulls of fields that are not nullable; those that have a default stay, to be replaced by it. Changes `value`. */
export function dropNulls(value: JsonValue, schema: StructuralSchema | undefined): void {
  if (Array.isArray(value)) {
    for (const item of value) dropNulls(item, schema?.items);
    return;
  }
  if (!isJsonObject(value)) return;
  for (const key of Object.keys(value)) {
    const inner = value[key];
    const field = fieldOf(schema, key);
    if (inner === null && field && !field.nullable && field.default === undefined) delete value[key];
    else if (inner !== undefined) dropNulls(inner, field);
  }
}

/** The schema of a field; absent: none is known. */
export function fieldOf(schema: StructuralSchema | undefined, key: string): StructuralSchema | undefined {
  const property = schema?.properties?.get(key);
  if (property) return property;
  const additional = schema?.additionalProperties;
  return typeof additional === 'object' ? additional : undefined;
}

function prune(value: JsonValue, schema: StructuralSchema | undefined, unknown: UnknownFields): void {
  if (schema?.preserveUnknownFields) return descend(value, schema, unknown);
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      unknown.enterIndex(index);
      prune(item, schema?.items, unknown);
      unknown.leave();
    }
    return;
  }
  if (!isJsonObject(value)) return;
  for (const key of Object.keys(value)) {
    if (schema?.embeddedResource && typeAndMetadata.has(key)) continue;
    const property = schema?.properties?.get(key);
    if (property || schema?.additionalProperties !== undefined) {
      unknown.enterKey(key);
      prune(value[key] ?? null, property ?? fieldOf(schema, key), unknown);
      unknown.leave();
    } else {
      if (!schema || !typeAndMetadata.has(key) || !unknown.atRoot) unknown.record(key);
      delete value[key];
    }
  }
}

/** Into what is known, below what keeps the unknown. */
function descend(value: JsonValue, schema: StructuralSchema | undefined, unknown: UnknownFields): void {
  if (!schema) return;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      unknown.enterIndex(index);
      descend(item, schema.items, unknown);
      unknown.leave();
    }
    return;
  }
  if (!isJsonObject(value)) return;
  for (const key of Object.keys(value)) {
    if (schema.embeddedResource && typeAndMetadata.has(key)) continue;
    const property = schema.properties?.get(key);
    if (!property && schema.additionalProperties === undefined) continue;
    unknown.enterKey(key);
    prune(value[key] ?? null, property ?? fieldOf(schema, key), unknown);
    unknown.leave();
  }
}
