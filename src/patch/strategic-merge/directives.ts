/** The directives of a strategic merge patch, and what is done with them apart from merging lists. */
import { isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';
import { badPatchType, badPrimitiveList, badRetainKeys, badSetElementOrder } from './merge-error.ts';

/** `$patch: replace | delete | merge` */
export const patchDirective = '$patch';
const retainKeysDirective = '$retainKeys';
const deleteFromPrefix = '$deleteFromPrimitiveList';
const setElementOrderPrefix = '$setElementOrder';

export function isDeleteFrom(key: string): boolean {
  return key.startsWith(deleteFromPrefix);
}

export function isSetElementOrder(key: string): boolean {
  return key.startsWith(setElementOrderPrefix);
}

/** `$deleteFromPrimitiveList/finalizers` → `finalizers`. */
export function deleteFromField(key: string): string {
  const field = fieldBehind(key, deleteFromPrefix);
  if (field === undefined) throw badPrimitiveList();
  return field;
}

/** `$setElementOrder/containers` → `containers`. */
export function setElementOrderField(key: string): string {
  const field = fieldBehind(key, setElementOrderPrefix);
  if (field === undefined) throw badSetElementOrder();
  return field;
}

/** What an object with a `$patch` becomes: the patch without it (replace), or nothing (delete). */
export function applyPatchDirective(patch: JsonObject): JsonObject {
  const directive = patch[patchDirective] ?? null;
  if (directive === 'delete') return {};
  if (directive !== 'replace') throw badPatchType(directive, patch);
  delete patch[patchDirective];
  return patch;
}

/** `$retainKeys`: whatever of `original` the list doesn't name goes. Changes both. */
export function applyRetainKeys(original: JsonObject, patch: JsonObject): void {
  if (!Object.hasOwn(patch, retainKeysDirective)) return;
  const retained = patch[retainKeysDirective];
  delete patch[retainKeysDirective];
  if (!Array.isArray(retained)) throw badRetainKeys();
  const keys = new Set(retained);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null || isDeleteFrom(key) || isSetElementOrder(key)) continue;
    if (!keys.has(key)) throw badRetainKeys();
  }
  for (const key of Object.keys(original)) if (!keys.has(key)) delete original[key];
}

/**
 * What is new in the original is taken as it is, but for objects with a `$patch`: they vanish. In place; `undefined`: the value
 * itself vanishes.
 */
export function withoutDirectives(value: JsonValue): JsonValue | undefined {
  if (Array.isArray(value)) return value.map(withoutDirectives).filter((item) => item !== undefined);
  if (!isJsonObject(value)) return value;
  if (Object.hasOwn(value, patchDirective)) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const kept = withoutDirectives(inner);
    if (kept === undefined) delete value[key];
    else value[key] = kept;
  }
  return value;
}

/** Nulls that delete nothing, in what is new. In place. */
export function discardNulls(value: JsonValue): void {
  if (Array.isArray(value)) {
    for (const item of value) discardNulls(item);
  } else if (isJsonObject(value)) {
    for (const [key, inner] of Object.entries(value)) {
      if (inner === null) delete value[key];
      else discardNulls(inner);
    }
  }
}

function fieldBehind(key: string, prefix: string): string | undefined {
  return key.startsWith(`${prefix}/`) ? key.slice(prefix.length + 1) : undefined;
}
