/** Lists that are merged by a merge key, or as sets of scalars. Mirrors apimachinery strategicpatch mergeSlice. */
import { goValueText } from '../../api/go-text.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';
import type { Schema } from '../../schema/schema.ts';
import { patchDirective } from './directives.ts';
import { asObject, mergeKeyValue, orderElements, partition } from './element-order.ts';
import { badPatchType, listOfLists, MergeError, noMergeKey } from './merge-error.ts';
import { goKind } from './patch-fields.ts';

/** Merges an element's patch into the element. */
export type MergeObjects = (original: JsonObject, patch: JsonObject, schema: Schema) => JsonObject;

/**
 * `original` is upstream's slice: its memory, which somebody else may look at still. So it is changed in place, and never grows.
 */
export function mergeLists(
  original: JsonValue[],
  patch: readonly JsonValue[],
  schema: Schema,
  mergeKey: string,
  mergeObjects: MergeObjects,
): JsonValue[] {
  if (original.length === 0 && patch.length === 0) return original;
  if (elementType(original, patch) !== 'object') {
    const merged = withoutDuplicates(patch.length === 0 ? original : [...original, ...patch]);
    return orderElements(partition(merged, patch, mergeKey), patch, original, mergeKey);
  }
  if (mergeKey === '') throw new MergeError(`cannot merge lists without merge key for ${goKind(schema)}`);
  const { kept, changes } = applyElementDirectives(original, patch, mergeKey);
  const keptCount = kept.length;
  for (const change of changes) mergeElement(kept, asObject(change), schema, mergeKey, mergeObjects);
  const merged = kept.items();
  const order = merged.slice(0, keptCount);
  return orderElements(partition(merged, changes, mergeKey), changes, order, mergeKey);
}

/** `$deleteFromPrimitiveList`. */
export function deleteFromList(original: JsonValue[], deletions: readonly JsonValue[]): JsonValue[] {
  if (original.length === 0 && deletions.length === 0) return original;
  if (elementType(original, deletions) === 'object') {
    throw new MergeError('cannot merge lists without merge key for a list of objects');
  }
  const gone = new Set(deletions);
  return original.filter((item) => !gone.has(item));
}

export type ElementType = 'object' | 'string' | 'number' | 'boolean';

/** What all elements are. @throws MergeError where they aren't all the same, are lists, or are none */
export function elementType(...lists: readonly (readonly JsonValue[])[]): ElementType {
  let found: ElementType | undefined;
  for (const item of lists.flat()) {
    // Only flattened one level: a list here is an element.
    if (Array.isArray(item)) {
      if (found === undefined) throw listOfLists();
      throw differingTypes(lists);
    }
    const type = typeOf(item);
    if (type === undefined || (found !== undefined && found !== type)) throw differingTypes(lists);
    found = type;
  }
  if (found === undefined) throw new MergeError('no elements in any of the given slices');
  return found;
}

function typeOf(item: JsonValue): ElementType | undefined {
  if (isJsonObject(item)) return 'object';
  const type = typeof item;
  return type === 'string' || type === 'number' || type === 'boolean' ? type : undefined;
}

function differingTypes(lists: readonly (readonly JsonValue[])[]): MergeError {
  return new MergeError(`list element types are not identical: ${goValueText(lists.map((list) => [...list]))}`);
}

/** Upstream's slice: a view of memory that shrinks, and grows into that memory as long as there is room. */
class Slice {
  #memory: JsonValue[];
  #owned = false;
  #length: number;

  constructor(memory: JsonValue[]) {
    this.#memory = memory;
    this.#length = memory.length;
  }

  get length(): number {
    return this.#length;
  }

  items(): JsonValue[] {
    return this.#memory.slice(0, this.#length);
  }

  indexOf(mergeKey: string, value: JsonValue): number {
    for (let index = 0; index < this.#length; index++) {
      const item = this.#memory[index];
      if (!isJsonObject(item)) throw new MergeError(`value for key ${index} is not a map`);
      if (item[mergeKey] === value) return index;
    }
    return -1;
  }

  get(index: number): JsonValue {
    return this.#memory[index] ?? null;
  }

  set(index: number, value: JsonValue): void {
    this.#memory[index] = value;
  }

  delete(index: number): void {
    this.#memory.copyWithin(index, index + 1, this.#length);
    this.#length--;
  }

  append(value: JsonValue): void {
    if (!this.#owned && this.#length === this.#memory.length) {
      this.#memory = [...this.#memory];
      this.#owned = true;
    }
    this.#memory[this.#length] = value;
    this.#length++;
  }
}

/** `$patch: delete` of elements, `$patch: replace` of the list. */
function applyElementDirectives(
  original: JsonValue[],
  patch: readonly JsonValue[],
  mergeKey: string,
): { kept: Slice; changes: JsonValue[] } {
  const kept = new Slice(original);
  const changes: JsonValue[] = [];
  let replaces = false;
  for (const item of patch) {
    const change = asObject(item);
    if (!Object.hasOwn(change, patchDirective)) {
      changes.push(change);
      continue;
    }
    const directive = change[patchDirective] ?? null;
    if (directive === 'delete') deleteElements(kept, change, mergeKey);
    else if (directive === 'replace') replaces = true;
    else if (directive === 'merge') throw new MergeError('merging lists cannot yet be specified in the patch');
    else throw badPatchType(directive, change);
  }
  return replaces ? { kept: new Slice(changes), changes: [] } : { kept, changes };
}

function deleteElements(kept: Slice, deletion: JsonObject, mergeKey: string): void {
  const value = deletion[mergeKey];
  if (value === undefined) throw noMergeKey(deletion, mergeKey);
  for (;;) {
    const index = kept.indexOf(mergeKey, value);
    if (index < 0) return;
    kept.delete(index);
  }
}

function mergeElement(
  kept: Slice,
  change: JsonObject,
  schema: Schema,
  mergeKey: string,
  mergeObjects: MergeObjects,
): void {
  const index = kept.indexOf(mergeKey, mergeKeyValue(change, mergeKey));
  if (index < 0) kept.append(change);
  else kept.set(index, mergeObjects(asObject(kept.get(index)), change, schema));
}

/** In place, as upstream: the last element takes the place of a duplicate. Returns what is left. */
function withoutDuplicates(items: JsonValue[]): JsonValue[] {
  let last = items.length - 1;
  for (let index = 0; index < last; index++) {
    for (let other = index + 1; other <= last; other++) {
      if (items[index] !== items[other]) continue;
      items[other] = items[last] ?? null;
      last--;
      other--;
    }
  }
  return items.slice(0, last + 1);
}
