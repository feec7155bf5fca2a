/**
 * Strategic merge patch: a merge patch that knows, from the schema, which lists are merged by a key and which objects are replaced,
 * and that takes directives. Mirrors apimachinery util/strategicpatch StrategicMergeMapPatch, v1.36.
 */
import { goValueText } from '../../api/go-text.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';
import type { Schema } from '../../schema/schema.ts';
import { copyJson } from '../copy-json.ts';
import {
  applyPatchDirective,
  applyRetainKeys,
  deleteFromField,
  discardNulls,
  isDeleteFrom,
  isSetElementOrder,
  patchDirective,
  setElementOrderField,
  withoutDirectives,
} from './directives.ts';
import { asObject, orderElements, partition } from './element-order.ts';
import { badArgument, MergeError, mergeErrorStatus, noMergeKey } from './merge-error.ts';
import { deleteFromList, elementType, mergeLists } from './merge-lists.ts';
import { listField, objectField } from './patch-fields.ts';

/** Pure; the result shares nothing with the arguments. @throws StatusError */
export function applyStrategicMergePatch(document: JsonObject, patch: JsonObject, schema: Schema): JsonObject {
  try {
    return mergeObjects(copyJson(document), copyJson(patch), schema);
  } catch (error) {
    if (!(error instanceof MergeError)) throw error;
    const status = mergeErrorStatus(error);
    status.cause = error;
    throw status;
  }
}

/** Both belong to this function: they are changed, and the result is made of them. */
function mergeObjects(original: JsonObject, patch: JsonObject, schema: Schema): JsonObject {
  if (Object.hasOwn(patch, patchDirective)) return applyPatchDirective(patch);
  applyRetainKeys(original, patch);
  applySetElementOrders(original, patch, schema);
  for (const [key, change] of Object.entries(patch)) {
    if (isDeleteFrom(key)) applyDeleteFrom(original, deleteFromField(key), change, schema);
    else mergeField(original, key, change, schema);
  }
  return original;
}

function mergeField(original: JsonObject, key: string, change: JsonValue, schema: Schema): void {
  if (change === null) {
    delete original[key];
    return;
  }
  const present = Object.hasOwn(original, key) ? original[key] : undefined;
  if (isJsonObject(present) && isJsonObject(change)) {
    const field = objectField(schema, key);
    original[key] = field.strategy === 'replace' ? change : mergeObjects(present, change, field.schema);
  } else if (Array.isArray(present) && Array.isArray(change)) {
    const field = listField(schema, key);
    original[key] =
      field.strategy === 'merge' ? mergeLists(present, change, field.schema, field.mergeKey, mergeObjects) : change;
  } else {
    if (present === undefined || kindOf(present) !== kindOf(change)) discardNulls(change);
    const kept = withoutDirectives(change);
    if (kept === undefined) delete original[key];
    else original[key] = kept;
  }
}

function applyDeleteFrom(original: JsonObject, key: string, deletions: JsonValue, schema: Schema): void {
  if (deletions === null) {
    delete original[key];
    return;
  }
  const present = Object.hasOwn(original, key) ? original[key] : undefined;
  if (present === undefined || kindOf(present) !== kindOf(deletions)) return;
  if (Array.isArray(present) && Array.isArray(deletions)) {
    const field = listField(schema, key);
    const objects = [...present, ...deletions].some(isJsonObject);
    original[key] = objects
      ? mergeLists(present, deletions, field.schema, field.mergeKey, mergeObjects)
      : deleteFromList(present, deletions);
  } else {
    mergeField(original, key, deletions, schema);
  }
}

function kindOf(value: JsonValue): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'list' : typeof value;
}

/** Every `$setElementOrder/field`: merges the field now, in that order, and takes both out of the patch. */
function applySetElementOrders(original: JsonObject, patch: JsonObject, schema: Schema): void {
  for (const key of Object.keys(patch).filter(isSetElementOrder)) {
    const order = patch[key] ?? null;
    delete patch[key];
    if (!Array.isArray(order)) throw badArgument('list', order);
    const name = setElementOrderField(key);
    const present = listOrAbsent(original, name);
    const changes = listOrAbsent(patch, name);
    const { schema: itemSchema, strategy, mergeKey } = listField(schema, name);
    checkOrderOfPatch(changes ?? [], order, mergeKey);
    if (present === undefined && changes === undefined) continue;
    let merged = present ?? [];
    if (changes !== undefined) {
      if (present === undefined) merged = changes.map(withoutDirectives).filter((item) => item !== undefined);
      else if (strategy === 'merge') merged = mergeLists(present, changes, itemSchema, mergeKey, mergeObjects);
      else merged = changes;
    }
    const parts = partition(merged, order, mergeKey);
    if (elementType(present ?? [], changes ?? []) === 'object' && mergeKey === '') {
      throw new MergeError(`cannot order list ${name} without merge key`);
    }
    original[name] = orderElements(parts, order, present ?? [], mergeKey);
    delete patch[name];
  }
}

function listOrAbsent(object: JsonObject, name: string): JsonValue[] | undefined {
  const value = Object.hasOwn(object, name) ? object[name] : undefined;
  if (value === undefined || Array.isArray(value)) return value;
  throw badArgument('list', value);
}

/** What the patch has must stand in the order that it asks for. Mirrors strategicpatch validatePatchWithSetOrderList. */
function checkOrderOfPatch(patch: readonly JsonValue[], order: readonly JsonValue[], mergeKey: string): void {
  if (patch.length === 0 || order.length === 0) return;
  const isDeletion = (item: JsonValue) => asObject(item)[patchDirective] === 'delete';
  const items = mergeKey === '' ? patch : patch.filter((item) => !isDeletion(item));
  let [inPatch, inOrder] = [0, 0];
  while (inPatch < items.length && inOrder < order.length) {
    const [item = null, place = null] = [items[inPatch], order[inOrder]];
    if (isJsonObject(item) && Object.hasOwn(item, patchDirective)) {
      inPatch++;
      continue;
    }
    if (sameElement(item, place, mergeKey)) inPatch++;
    inOrder++;
  }
  if (inPatch < items.length && inOrder >= order.length) {
    const [patchText, orderText] = [goValueText([...patch]), goValueText([...order])];
    throw new MergeError(
      `The order in patch list:\n${patchText}\n doesn't match $setElementOrder list:\n${orderText}\n`,
    );
  }
}

function sameElement(left: JsonValue, right: JsonValue, mergeKey: string): boolean {
  if (mergeKey === '') return left === right;
  const [leftKey, rightKey] = [asObject(left)[mergeKey], asObject(right)[mergeKey]];
  if (leftKey === undefined) throw noMergeKey(asObject(left), mergeKey);
  if (rightKey === undefined) throw noMergeKey(asObject(right), mergeKey);
  return leftKey === rightKey;
}
