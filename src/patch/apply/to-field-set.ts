/** The fields that a value has: what whoever applies it owns. Mirrors structured-merge-diff typed tofieldset.go. */
import { isJsonObject, type JsonValue } from '../../api/json.ts';
import type { Schema } from '../../schema/schema.ts';
import { FieldSet } from './field-set.ts';
import { listElement } from './list-element.ts';
import {
  childSchema,
  deduced,
  isAtomicList,
  isAtomicMap,
  itemSchema,
  listOf,
  mapOf,
  namedField,
  shapeOf,
} from './shape.ts';

/** Of a value that has been validated, or was stored. @throws TypedError for a list whose items have no keys */
export function fieldSetOf(schema: Schema, value: JsonValue): FieldSet {
  return partOf(schema, value).below;
}

interface Part {
  readonly member: boolean;
  readonly below: FieldSet;
}

const leaf: Part = { member: true, below: FieldSet.empty };
const nothing: Part = { member: false, below: FieldSet.empty };

function partOf(schema: Schema, value: JsonValue): Part {
  switch (shapeOf(schema, value)) {
    case 'scalar':
      return leaf;
    case 'list':
      return isAtomicList(schema) ? leaf : listPart(schema, listOf(value));
    case 'map':
      return isAtomicMap(schema) ? leaf : mapPart(schema, value);
  }
}

function mapPart(schema: Schema, value: JsonValue): Part {
  const map = mapOf(value);
  if (!map) return nothing;
  const below = new FieldSet();
  for (const name of Object.keys(map)) {
    const inner = map[name] ?? null;
    const part = partOf(childSchema(schema, name) ?? deduced, inner);
    const empty = inner === null || (isJsonObject(inner) && Object.keys(inner).length === 0);
    below.put(`f:${name}`, part.member || empty || !namedField(schema, name), part.below);
  }
  return { member: false, below };
}

/** What stands twice or more is a member, and nothing below it. */
function listPart(schema: Schema, list: readonly JsonValue[] | undefined): Part {
  if (!list) return nothing;
  const below = new FieldSet();
  const items = new Map<string, JsonValue>();
  const repeated = new Set<string>();
  for (const item of list) {
    const element = listElement(schema, item);
    if (items.has(element)) repeated.add(element);
    else items.set(element, item);
  }
  for (const [element, item] of items) {
    const part = repeated.has(element) ? nothing : partOf(itemSchema(schema), item);
    below.put(element, true, part.below);
  }
  return { member: false, below };
}
