/** How strategies change objects: as JSON. */
import type { JsonObject, JsonValue } from '../../../api/json.ts';
import type { KubeObject } from '../../../api/object.ts';

/** The object as JSON. What is stored is JSON all through; only the type of its metadata says otherwise. */
export function jsonOf(object: Readonly<KubeObject>): JsonObject {
  return object as unknown as JsonObject;
}

/** A copy of what `from` has at `name`; what it lacks is taken away. May mutate `to`. */
export function takeField(to: JsonObject, from: JsonObject | undefined, name: string): void {
  const value = from?.[name];
  if (value === undefined) delete to[name];
  else to[name] = structuredClone(value);
}

export function setUnless(object: JsonObject, name: string, value: JsonValue): void {
  if (object[name] === undefined) object[name] = value;
}
