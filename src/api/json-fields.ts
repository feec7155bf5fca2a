/** Looks into decoded JSON as Go looks at its structs, where a struct, a pointer or a list may be missing. */
import { isJsonObject, type JsonObject } from './json.ts';

/** The object below `name`; undefined where there is none. */
export function objectAt(object: JsonObject | undefined, name: string): JsonObject | undefined {
  const present = object?.[name];
  return isJsonObject(present) ? present : undefined;
}

/** The objects of a list, as a list of its own; empty where there is none. */
export function objectsAt(object: JsonObject | undefined, name: string): JsonObject[] {
  const present = object?.[name];
  return Array.isArray(present) ? present.filter(isJsonObject) : [];
}

/** Text at `name`, or the empty text. */
export function textAt(object: JsonObject | undefined, name: string): string {
  const value = object?.[name];
  return typeof value === 'string' ? value : '';
}

/** The object below `name`, made where there is none. May mutate. */
export function ensureObject(object: JsonObject, name: string): JsonObject {
  const present = object[name];
  if (isJsonObject(present)) return present;
  const made: JsonObject = {};
  object[name] = made;
  return made;
}
