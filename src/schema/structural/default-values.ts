/** Fills in the defaults of a structural schema. Mirrors apiextensions-apiserver pkg/apiserver/schema/defaulting/algorithm.go. */
import { isJsonObject, type JsonValue } from '../../api/json.ts';
import { copyValue, setOwn } from './copy-value.ts';
import { fieldOf } from './prune.ts';
import type { StructuralSchema } from './structural-schema.ts';

/** Changes `value`. Values of wrong types are passed by. */
export function applySchemaDefaults(value: JsonValue, schema: StructuralSchema | undefined): void {
  if (!schema) return;
  if (Array.isArray(value)) {
    const { items } = schema;
    if (!items) return;
    for (const [index, item] of value.entries()) {
      if (item === null && !items.nullable) value[index] = copyValue(items.default ?? null);
      applySchemaDefaults(value[index] ?? null, items);
    }
    return;
  }
  if (!isJsonObject(value)) return;
  for (const [name, property] of schema.properties ?? []) {
    if (property.default === undefined) continue;
    const present = Object.hasOwn(value, name) ? value[name] : undefined;
    if (present === undefined || (present === null && !property.nullable)) {
      setOwn(value, name, copyValue(property.default));
    }
  }
  for (const key of Object.keys(value)) {
    const field = fieldOf(schema, key);
    if (!field) continue;
    const additional = !schema.properties?.has(key);
    if (additional && value[key] === null && !field.nullable) setOwn(value, key, copyValue(field.default ?? null));
    applySchemaDefaults(value[key] ?? null, field);
  }
}
