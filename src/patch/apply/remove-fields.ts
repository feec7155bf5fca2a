/** A value without some of its fields. Mirrors structured-merge-diff typed remove.go. */
import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { Schema } from '../../schema/schema.ts';
import type { FieldSet } from './field-set.ts';
import { listElement } from './list-element.ts';
import {
  childSchema,
  deduced,
  isAtomicList,
  isAtomicMap,
  itemSchema,
  listOf,
  mapOf,
  setKey,
  shapeOf,
} from './shape.ts';

/** What loses all it has becomes null. The result shares parts with `value`, which has been looked at before. */
export function removeFields(schema: Schema, value: JsonValue, fields: FieldSet): JsonValue {
  switch (shapeOf(schema, value)) {
    case 'scalar':
      return value;
    case 'list':
      return isAtomicList(schema) ? null : removeItems(schema, listOf(value) ?? [], fields);
    case 'map':
      return isAtomicMap(schema) ? null : removeKeys(schema, mapOf(value) ?? {}, fields);
  }
}

function removeItems(schema: Schema, list: readonly JsonValue[], fields: FieldSet): JsonValue {
  const kept: JsonValue[] = [];
  for (const item of list) {
    const element = listElement(schema, item);
    if (fields.hasMember(element)) continue;
    const below = fields.below(element);
    kept.push(below ? removeFields(itemSchema(schema), item, below) : item);
  }
  return kept.length > 0 ? kept : null;
}

function removeKeys(schema: Schema, map: JsonObject, fields: FieldSet): JsonValue {
  const kept: JsonObject = {};
  let empty = true;
  for (const name of Object.keys(map)) {
    const element = `f:${name}`;
    if (fields.hasMember(element)) continue;
    const below = fields.below(element);
    const value = map[name] ?? null;
    setKey(kept, name, below ? removeFields(childSchema(schema, name) ?? deduced, value, below) : value);
    empty = false;
  }
  return empty ? null : kept;
}
