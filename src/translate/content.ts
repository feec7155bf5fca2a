/** Copies that are what the tenant's object is, field by field. Pure. */
import { cloneJson, equalJson, type JsonObject, type JsonValue } from '../api/json.ts';
import type { KubeObject } from '../api/object.ts';
import { markOn, type On } from '../api/side.ts';
import { updatedMetadata } from './metadata.ts';

/** Those of the fields that the object has, as a copy of its own. */
export function contentOf(object: Readonly<KubeObject>, fields: readonly string[]): JsonObject {
  const found: JsonObject = {};
  for (const field of fields) {
    // Plain JSON; only `metadata` is an ObjectMeta.
    const value = object[field] as JsonValue | undefined;
    if (value !== undefined) found[field] = cloneJson(value);
  }
  return found;
}

/** The existing copy with the fields as they are wanted; `current` itself when nothing is to be done. */
export function updatedContent(
  fields: readonly string[],
  current: On<'host', KubeObject>,
  wanted: On<'host', KubeObject>,
): On<'host', KubeObject> {
  const updated: KubeObject = { ...current, metadata: updatedMetadata(current.metadata, wanted.metadata) };
  for (const field of fields) {
    if (wanted[field] === undefined) delete updated[field];
    else updated[field] = wanted[field];
  }
  return equalJson(comparable(updated, fields), comparable(current, fields)) ? current : markOn('host', updated);
}

function comparable(object: Readonly<KubeObject>, fields: readonly string[]): JsonObject {
  const { labels = {}, annotations = {} } = object.metadata;
  return { labels, annotations, content: contentOf(object, fields) };
}
