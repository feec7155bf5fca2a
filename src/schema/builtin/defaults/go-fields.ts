/**
 * How defaults look at decoded JSON: as Go looks at its structs, where a pointer can be nil, and a plain field can't tell its zero
 * value from absence.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../../../api/json.ts';
import { ensureObject, objectAt } from '../../../api/json-fields.ts';

/** Sets a pointer, list or map that is nil. */
export function setIfNil(object: JsonObject, name: string, value: JsonValue): void {
  if (object[name] === undefined || object[name] === null) object[name] = value;
}

/** Sets a plain field that has Go's zero value, or a list without items. */
export function setIfEmpty(object: JsonObject, name: string, value: JsonValue): void {
  const present = object[name];
  if (!present || (Array.isArray(present) && present.length === 0)) object[name] = value;
}

export function isEmptyAt(object: JsonObject, name: string): boolean {
  const present = object[name];
  if (Array.isArray(present)) return present.length === 0;
  return isJsonObject(present) ? Object.keys(present).length === 0 : !present;
}

/** Copies what `to` has no entry for. */
export function addMissing(to: JsonObject, from: JsonObject | undefined): void {
  for (const [key, value] of Object.entries(from ?? {})) if (!Object.hasOwn(to, key)) to[key] = value;
}

/** An object's labels, where it has none, are those of its pods' template. */
export function labelsFromTemplate(object: JsonObject): void {
  const labels = objectAt(objectAt(objectAt(objectAt(object, 'spec'), 'template'), 'metadata'), 'labels');
  const metadata = ensureObject(object, 'metadata');
  if (labels && isEmptyAt(metadata, 'labels') && Object.keys(labels).length > 0) metadata['labels'] = { ...labels };
}
