/** How strategies look at objects that they change: as JSON, with Go's eyes where a struct or a list may be missing. */
import { isJsonObject, type JsonObject, type JsonValue } from '../../../api/json.ts';
import type { KubeObject } from '../../../api/object.ts';

/** The object as JSON. What is stored is JSON all through; only the type of its metadata says otherwise. */
export function jsonOf(object: Readonly<KubeObject>): JsonObject {
  return object as unknown as JsonObject;
}

/** The object below `name`; undefined where there is none. */
export function objectAt(object: JsonObject | undefined, name: string): JsonObject | undefined {
  const present = object?.[name];
  return isJsonObject(present) ? present : undefined;
}

/** The objects of a list; empty where there is none. */
export function objectsAt(object: JsonObject | undefined, name: string): readonly JsonObject[] {
  const present = object?.[name];
  return Array.isArray(present) ? present.filter(isJsonObject) : [];
}

/** The object below `name`, made where there is none. May mutate. */
export function ensureObject(object: JsonObject, name: string): JsonObject {
  const present = object[name];
  if (isJsonObject(present)) return present;
  const made: JsonObject = {};
  object[name] = made;
  return made;
}

/** A copy of what `from` has at `name`; what it lacks is taken away. May mutate `to`. */
export function takeField(to: JsonObject, from: JsonObject | undefined, name: string): void {
  const value = from?.[name];
  if (value === undefined) delete to[name];
  else to[name] = structuredClone(value);
}

/** Text at `name`, or the empty text. */
export function textAt(object: JsonObject | undefined, name: string): string {
  const value = object?.[name];
  return typeof value === 'string' ? value : '';
}

export function setUnless(object: JsonObject, name: string, value: JsonValue): void {
  if (object[name] === undefined) object[name] = value;
}
