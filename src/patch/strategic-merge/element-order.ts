/**
 * In which order a merged list stands: what the patch names in the order of the patch (or of its `$setElementOrder`), what only the
 * server has in the server's order, and both woven together. Mirrors apimachinery strategicpatch normalizeElementOrder, including
 * what it does with elements that stand in neither order.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';
import { badArgument, MergeError, noMergeKey } from './merge-error.ts';

export interface Partition {
  readonly patchItems: JsonValue[];
  readonly serverOnly: JsonValue[];
}

/** Which of `merged` are named by `named`: by merge key, or (no merge key) by value. */
export function partition(merged: readonly JsonValue[], named: readonly JsonValue[], mergeKey: string): Partition {
  const keyOf = mergeKey === '' ? scalar : (item: JsonValue) => mergeKeyValue(item, mergeKey);
  const keys = new Set(mergeKey === '' ? named.map(scalar) : merged.length === 0 ? [] : namedKeys(named, mergeKey));
  const patchItems: JsonValue[] = [];
  const serverOnly: JsonValue[] = [];
  for (const item of merged) (keys.has(keyOf(item)) ? patchItems : serverOnly).push(item);
  return { patchItems, serverOnly };
}

/** `mergeKey` empty: scalars. */
export function orderElements(
  { patchItems, serverOnly }: Partition,
  patchOrder: readonly JsonValue[],
  serverOrder: readonly JsonValue[],
  mergeKey: string,
): JsonValue[] {
  const sortedPatch = sortByOrder(patchItems, patchOrder, mergeKey);
  const sortedServer = sortByOrder(serverOnly, serverOrder, mergeKey);
  return weave(sortedServer, sortedPatch, positions(serverOrder, mergeKey), mergeKey);
}

/** The value of an element's merge key. @throws MergeError where the element is no object or lacks it */
export function mergeKeyValue(item: JsonValue, mergeKey: string): JsonValue {
  const value = asObject(item)[mergeKey];
  if (value === undefined) throw noMergeKey(asObject(item), mergeKey);
  return value;
}

export function asObject(item: JsonValue): JsonObject {
  if (!isJsonObject(item)) throw badArgument('object', item);
  return item;
}

function scalar(item: JsonValue): JsonValue {
  // Upstream panics there.
  if (typeof item === 'object' && item !== null) throw new MergeError('a list without merge key cannot be ordered');
  return item;
}

/** Elements of the order without the key match nothing. */
function namedKeys(named: readonly JsonValue[], mergeKey: string): JsonValue[] {
  return named.flatMap((item, index) => {
    if (!isJsonObject(item)) throw new MergeError(`value for key ${index} is not a map`);
    const value = item[mergeKey];
    return value === undefined ? [] : [value];
  });
}

type Positions = ReadonlyMap<JsonValue, number>;

/** The first place of each element. */
function positions(order: readonly JsonValue[], mergeKey: string): Positions {
  const places = new Map<JsonValue, number>();
  for (const [index, item] of order.entries()) {
    const key = keyOf(item, mergeKey);
    if (!places.has(key)) places.set(key, index);
  }
  return places;
}

function keyOf(item: JsonValue, mergeKey: string): JsonValue {
  if (mergeKey === '') return item;
  return isJsonObject(item) ? (item[mergeKey] ?? null) : null;
}

/** Deletions (`$patch: delete`) come last. */
function sortByOrder(items: readonly JsonValue[], order: readonly JsonValue[], mergeKey: string): JsonValue[] {
  const places = positions(order, mergeKey);
  if (mergeKey === '') return insertionSort([...items], places, mergeKey);
  for (const item of [...items, ...order]) mergeKeyValue(item, mergeKey);
  const isDeletion = (item: JsonValue) => asObject(item)['$patch'] === 'delete';
  const kept = items.filter((item) => !isDeletion(item));
  return [...insertionSort(kept, places, mergeKey), ...items.filter(isDeletion)];
}

/**
 * Upstream's order is no order at all for elements without a place (each comes before its predecessor), so the result hangs on the
 * algorithm, which is this one for lists of up to 20 elements.
 */
function insertionSort(items: JsonValue[], places: Positions, mergeKey: string): JsonValue[] {
  const ranks = items.map((item) => places.get(keyOf(item, mergeKey)));
  if (ranks.every((rank) => rank !== undefined)) {
    return items
      .map((item, index) => ({ item, rank: ranks[index] ?? 0 }))
      .sort((left, right) => left.rank - right.rank)
      .map(({ item }) => item);
  }
  const entries = items.map((item, index) => ({ item, rank: ranks[index] }));
  const sorted: typeof entries = [];
  for (const entry of entries) {
    let at = sorted.length;
    while (at > 0) {
      const before = sorted[at - 1]?.rank;
      if (entry.rank !== undefined && before !== undefined && entry.rank >= before) break;
      at--;
    }
    sorted.splice(at, 0, entry);
  }
  return sorted.map(({ item }) => item);
}

/** A merge of two sorted lists, in which what can't be compared lets the right one go first. */
function weave(
  left: readonly JsonValue[],
  right: readonly JsonValue[],
  places: Positions,
  mergeKey: string,
): JsonValue[] {
  const woven: JsonValue[] = [];
  let [atLeft, atRight] = [0, 0];
  while (atLeft < left.length && atRight < right.length) {
    const [leftItem = null, rightItem = null] = [left[atLeft], right[atRight]];
    const leftPlace = places.get(keyOf(leftItem, mergeKey));
    const rightPlace = places.get(keyOf(rightItem, mergeKey));
    if (leftPlace !== undefined && rightPlace !== undefined && leftPlace < rightPlace) {
      woven.push(leftItem);
      atLeft++;
    } else {
      woven.push(rightItem);
      atRight++;
    }
  }
  return [...woven, ...left.slice(atLeft), ...right.slice(atRight)];
}
