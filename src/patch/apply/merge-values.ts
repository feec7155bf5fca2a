/**
 * What is applied laid over what is there: nothing goes away by it, scalars and whatever is atomic are replaced, lists with keys keep an
 * order that suits both. Mirrors structured-merge-diff typed merge.go.
 */
import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { Schema } from '../../schema/schema.ts';
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

/** `applied` has been validated. The result shares parts with both. @throws TypedError for a list whose items have no keys */
export function mergeValues(schema: Schema, live: JsonValue, applied: JsonValue): JsonValue {
  return merge(schema, live, applied) ?? null;
}

type Maybe = JsonValue | undefined;

function merge(schema: Schema, live: Maybe, applied: Maybe): Maybe {
  switch (shapeOf(schema, applied === undefined ? live : applied)) {
    case 'scalar':
      return applied === undefined ? live : applied;
    case 'list':
      return mergeLists(schema, live, applied);
    case 'map':
      return mergeMaps(schema, live, applied);
  }
}

/** An explicit null is no map: it leaves what is there. */
function mergeMaps(schema: Schema, live: Maybe, applied: Maybe): Maybe {
  const [old, given] = [mapOf(live), mapOf(applied)];
  const oldNames = old ? Object.keys(old) : [];
  const givenNames = given ? Object.keys(given) : [];
  if (isAtomicMap(schema) || (oldNames.length === 0 && givenNames.length === 0)) {
    return applied === undefined ? live : applied;
  }
  if (givenNames.length === 0) return old;
  const merged: JsonObject = {};
  const take = (name: string): void => {
    const inner = merge(childSchema(schema, name) ?? deduced, ownValue(old, name), ownValue(given, name));
    if (inner !== undefined) setKey(merged, name, inner);
  };
  for (const name of oldNames) take(name);
  for (const name of givenNames) if (!old || !Object.hasOwn(old, name)) take(name);
  return merged;
}

function ownValue(object: JsonObject | undefined, name: string): Maybe {
  return object && Object.hasOwn(object, name) ? object[name] : undefined;
}

function mergeLists(schema: Schema, live: Maybe, applied: Maybe): Maybe {
  const old = listOf(live) ?? [];
  const given = listOf(applied) ?? [];
  if (isAtomicList(schema) || (old.length === 0 && given.length === 0)) return applied === undefined ? live : applied;
  if (given.length === 0) return [...old];
  return weave(schema, old, given);
}

/**
 * Items that only the server has keep their place among those that both have, which come in the order of what is applied. Items that
 * stand twice on the server are not merged with, but replaced.
 */
function weave(schema: Schema, old: readonly JsonValue[], given: readonly JsonValue[]): JsonValue[] {
  const items = itemSchema(schema);
  const oldElements = old.map((item) => listElement(schema, item));
  const givenElements = given.map((item) => listElement(schema, item));
  const oldItems = new Map<string, JsonValue>();
  for (const [index, element] of oldElements.entries()) {
    oldItems.set(element, oldItems.has(element) ? null : (old[index] ?? null));
  }
  const givenItems = new Map(givenElements.map((element, index) => [element, given[index] ?? null]));
  const shared = givenElements.filter((element) => oldItems.has(element));
  const woven: JsonValue[] = [];
  const done = new Set<string>();
  const take = (element: string): void => {
    done.add(element);
    const item = merge(items, oldItems.get(element), givenItems.get(element));
    if (item !== undefined) woven.push(item);
  };
  let [oldAt, givenAt, sharedAt] = [0, 0, 0];
  while (oldAt < old.length || givenAt < given.length) {
    const oldElement = oldElements[oldAt];
    const givenElement = givenElements[givenAt];
    if (oldElement !== undefined && givenElement !== undefined) {
      if (oldElement === givenElement) {
        take(oldElement);
        oldAt++;
        givenAt++;
        sharedAt++;
        continue;
      }
      const next = shared[sharedAt];
      if (givenItems.has(oldElement) && next !== undefined && next !== oldElement) {
        oldAt++;
        continue;
      }
    }
    if (oldElement !== undefined) {
      if (!givenItems.has(oldElement)) {
        const item = merge(items, old[oldAt], undefined);
        if (item !== undefined) woven.push(item);
        oldAt++;
        continue;
      }
      if (done.has(oldElement)) oldAt++;
    }
    if (givenElement !== undefined) {
      take(givenElement);
      givenAt++;
      if (shared[sharedAt] === givenElement) sharedAt++;
    }
  }
  return woven;
}
