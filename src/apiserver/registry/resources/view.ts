/**
 * Typed looks at stored objects, for the files of this room. The one door: what is stored has been decoded against its schema, so a partial
 * interface that agrees with the schema is true.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../../../api/json.ts';
import type { KubeObject, ObjectMeta } from '../../../api/object.ts';

/** What is null in the object (Go's nil, where JSON always has the field) is absent in the view. To be read only. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the door's very purpose
export function viewAs<T extends { readonly metadata?: ObjectMeta }>(object: Readonly<KubeObject>): T {
  return withoutNulls(object as unknown as JsonObject) as unknown as T;
}

/** The value itself where nothing in it is null. */
function withoutNulls(value: JsonValue): JsonValue {
  if (Array.isArray(value)) {
    const items = value.map(withoutNulls);
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  if (!isJsonObject(value)) return value;
  let copy: JsonObject | undefined;
  for (const [key, inner] of Object.entries(value)) {
    const kept = inner === null ? undefined : withoutNulls(inner);
    if (kept === inner) continue;
    copy ??= { ...value };
    if (kept === undefined) delete copy[key];
    else copy[key] = kept;
  }
  return copy ?? value;
}
