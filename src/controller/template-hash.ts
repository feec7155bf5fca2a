/**
 * The name of a pod template: a hash in the alphabet of upstream's (rand.SafeEncodeString), stable over the order of keys. It need
 * not be upstream's own: an existing ReplicaSet is recognised by its template, never by its hash.
 */
import { equalJson, isJsonObject, type JsonObject, type JsonValue } from '../api/json.ts';

export const templateHashLabel = 'pod-template-hash';

const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** `collisions`: how often the hash has met another template's. */
export function templateHash(template: JsonObject, collisions: number | undefined): string {
  const text = canonical(significant(template)) + (collisions === undefined ? '' : `#${collisions}`);
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return Array.from(String(hash), (digit) => alphabet[digit.charCodeAt(0) % alphabet.length]).join('');
}

/** Whether both are the same but for the label of the hash. Mirrors deploymentutil.EqualIgnoreHash. */
export function sameTemplate(left: JsonObject, right: JsonObject): boolean {
  return equalJson(significant(withoutHash(left)), significant(withoutHash(right)));
}

function withoutHash(template: JsonObject): JsonObject {
  const { metadata } = template;
  if (!isJsonObject(metadata) || !isJsonObject(metadata['labels'])) return template;
  const { [templateHashLabel]: _hash, ...labels } = metadata['labels'];
  return { ...template, metadata: { ...metadata, labels } };
}

/** Null, empty lists and empty maps of metadata mean the same as absence. */
function significant(value: JsonValue, key = ''): JsonValue {
  if (Array.isArray(value)) return value.map((item) => significant(item));
  if (!isJsonObject(value)) return value;
  const kept: JsonObject = {};
  for (const [name, field] of Object.entries(value)) {
    if (field === null || (Array.isArray(field) && field.length === 0)) continue;
    if (key === 'metadata' && isJsonObject(field) && Object.keys(field).length === 0) continue;
    kept[name] = significant(field, name);
  }
  return kept;
}

function canonical(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const fields = Object.keys(value).sort();
  return `{${fields.map((name) => `${JSON.stringify(name)}:${canonical(value[name] ?? null)}`).join(',')}}`;
}
