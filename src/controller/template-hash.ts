/**
 * Hashes that names are made of: of a pod template, as a Deployment names its ReplicaSets, and of a revision's data. Both are upstream's own numbers, so
 * that nothing is named anew when a cluster changes from its controllers to these. What is there is recognised by its template, never by its hash.
 */
import { goJson } from '../api/go-text.ts';
import { equalJson, isJsonObject, type JsonObject, type JsonValue } from '../api/json.ts';
import { goDump } from '../schema/builtin/go-dump.ts';

export const templateHashLabel = 'pod-template-hash';

const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
const offsetBasis = 0x811c9dc5;
const prime = 0x01000193;

/** `collisions`: how often the hash has met another template's. Mirrors pkg/controller ComputeHash. */
export function templateHash(template: JsonObject, collisions: number | undefined): string {
  const text = Buffer.from(goDump('core.v1.PodTemplateSpec', template));
  const count = Buffer.alloc(collisions === undefined ? 0 : 8);
  if (collisions !== undefined) count.writeUInt32LE(collisions);
  let hash = offsetBasis;
  for (const bytes of [text, count]) for (const byte of bytes) hash = Math.imul(hash ^ byte, prime) >>> 0;
  return safeText(hash);
}

/** `collisions` as above. Mirrors pkg/controller/history HashControllerRevision. */
export function revisionHash(data: JsonObject, collisions: number): string {
  let hash = offsetBasis;
  for (const byte of Buffer.from(goJson(sortedJson(data)) + String(collisions)))
    hash = (Math.imul(hash, prime) ^ byte) >>> 0;
  return safeText(hash);
}

/** Mirrors apimachinery util/rand SafeEncodeString. */
function safeText(hash: number): string {
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

/** With the keys in the order in which Go writes those of its maps. */
export function sortedJson(value: JsonObject): JsonObject {
  const keys = Object.keys(value).toSorted();
  return Object.fromEntries(keys.map((key) => [key, sorted(value[key] ?? null)]));
}

function sorted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sorted);
  return isJsonObject(value) ? sortedJson(value) : value;
}
