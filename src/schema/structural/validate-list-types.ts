/**
 * `x-kubernetes-list-type`: no item twice in a set, no key twice in a map. Mirrors apiextensions-apiserver
 * pkg/apiserver/schema/listtype/validation.go.
 */
import * as field from '../../api/field-error.ts';
import type { FieldError, Path } from '../../api/field-error.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';
import { sortedKeys } from './sorted-keys.ts';
import type { StructuralSchema } from './structural-schema.ts';
import { canonicalText } from './validate-value.ts';

export function validateListTypes(value: JsonObject, schema: StructuralSchema, path: Path): FieldError[] {
  const errors: FieldError[] = [];
  validateObject(value, schema, path, errors);
  return errors;
}

function validateObject(value: JsonObject, schema: StructuralSchema, path: Path, errors: FieldError[]): void {
  const { additionalProperties: additional, properties } = schema;
  if (!properties && typeof additional !== 'object') return;
  for (const key of Object.keys(value)) {
    const inner = value[key] ?? null;
    // Upstream holds a field to both.
    if (typeof additional === 'object') validate(inner, additional, path.key(key), errors);
    const property = properties?.get(key);
    if (property) validate(inner, property, path.child(key), errors);
  }
}

function validate(value: JsonValue, schema: StructuralSchema, path: Path, errors: FieldError[]): void {
  if (isJsonObject(value)) return validateObject(value, schema, path, errors);
  if (!Array.isArray(value)) return;
  if (schema.listType === 'set') {
    for (const index of repeated(value.map(canonicalText))) {
      errors.push(field.duplicate(path.index(index), sortedKeys(value[index] ?? null)));
    }
  } else if (schema.listType === 'map') errors.push(...validateMap(value, schema.listMapKeys ?? [], path));
  if (!schema.items) return;
  for (const [index, item] of value.entries()) validate(item, schema.items, path.index(index), errors);
}

function validateMap(value: readonly JsonValue[], names: readonly string[], path: Path): FieldError[] {
  for (const [index, item] of value.entries()) {
    if (item === null || isJsonObject(item)) continue;
    return [field.invalid(path.index(index), sortedKeys(item), 'must be an object for an array of list-type map')];
  }
  const keys = value.map((item) => keyOf(item, names));
  return repeated(keys.map(canonicalText)).map((index) =>
    field.duplicate(path.index(index), sortedKeys(keys[index] ?? {})),
  );
}

function keyOf(item: JsonValue, names: readonly string[]): JsonObject {
  if (!isJsonObject(item)) return {};
  return Object.fromEntries(
    names.filter((name) => Object.hasOwn(item, name)).map((name) => [name, item[name] ?? null]),
  );
}

/** The second of each. */
function repeated(texts: readonly string[]): number[] {
  const seen = new Map<string, number>();
  const found: number[] = [];
  for (const [index, text] of texts.entries()) {
    const times = seen.get(text) ?? 0;
    seen.set(text, times + 1);
    if (times === 1) found.push(index);
  }
  return found;
}
