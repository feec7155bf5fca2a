/**
 * JSON merge patch (RFC 7396), with the one difference that upstream's library (evanphx/json-patch v4) has: objects inside of
 * arrays lose their nulls too, except where the array replaces an object.
 */
import { equalJson, isJsonObject, type JsonObject, type JsonValue } from '../api/json.ts';
import { copyJson } from './copy-json.ts';

/** Pure; the result shares nothing with the arguments. A patch that is no object replaces the document. */
export function applyMergePatch(document: JsonValue, patch: JsonValue): JsonValue {
  const changes = copyJson(patch);
  if (!isJsonObject(changes) || !isJsonObject(document)) return withoutNulls(changes);
  return mergeObjects(copyJson(document), changes);
}

/**
 * The patch that makes `to` of `from`. Nulls in `to` can't be said in a merge patch and read as absent.
 */
export function createMergePatch(from: JsonObject, to: JsonObject): JsonObject {
  const patch: JsonObject = {};
  for (const key of Object.keys(from)) if (!Object.hasOwn(to, key)) patch[key] = null;
  for (const [key, wanted] of Object.entries(to)) {
    const present = Object.hasOwn(from, key) ? from[key] : undefined;
    if (equalJson(present, wanted)) continue;
    patch[key] = isJsonObject(present) && isJsonObject(wanted) ? createMergePatch(present, wanted) : copyJson(wanted);
  }
  return patch;
}

function mergeObjects(target: JsonObject, changes: JsonObject): JsonObject {
  for (const [key, change] of Object.entries(changes)) {
    const present = Object.hasOwn(target, key) ? (target[key] ?? null) : null;
    if (change === null) delete target[key];
    else if (!isJsonObject(present)) target[key] = withoutNulls(change);
    else target[key] = isJsonObject(change) ? mergeObjects(present, change) : change;
  }
  return target;
}

/** In place. */
function withoutNulls(value: JsonValue): JsonValue {
  if (Array.isArray(value)) {
    for (const item of value) withoutNulls(item);
  } else if (isJsonObject(value)) {
    for (const [key, inner] of Object.entries(value)) {
      if (inner === null) delete value[key];
      else withoutNulls(inner);
    }
  }
  return value;
}
