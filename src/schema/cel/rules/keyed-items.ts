/** Items of lists of type `map`, which are known by their keys in new and old objects. Mirrors apiserver pkg/cel/common/maplist.go. */
import { isJsonObject, type JsonObject, type JsonValue } from '../../../api/json.ts';
import type { StructuralSchema } from '../../structural/structural-schema.ts';

/** Items of a list by the keys that its schema names. */
class KeyedItems {
  readonly #keys: readonly string[];
  readonly #items = new Map<string, JsonObject>();

  constructor(keys: readonly string[], items: readonly JsonValue[]) {
    this.#keys = keys;
    for (const item of items) {
      const key = this.#keyOf(item);
      if (key !== undefined && isJsonObject(item) && !this.#items.has(key)) this.#items.set(key, item);
    }
  }

  /** The item with the same keys; null: none. */
  get(item: JsonValue): JsonValue {
    const key = this.#keyOf(item);
    return (key === undefined ? undefined : this.#items.get(key)) ?? null;
  }

  #keyOf(item: JsonValue): string | undefined {
    if (!isJsonObject(item)) return undefined;
    const values = this.#keys.map((key) => (Object.hasOwn(item, key) ? item[key] : null));
    return values.some((value) => value === null || typeof value === 'object') ? undefined : JSON.stringify(values);
  }
}

/** Only lists of type `map` tell their items; of others, none is found. */
export function keyedItems(schema: StructuralSchema, items: JsonValue): KeyedItems | undefined {
  const { type, listType, listMapKeys = [] } = schema;
  if (type !== 'array' || listType !== 'map' || listMapKeys.length === 0) return undefined;
  return Array.isArray(items) && items.length > 0 ? new KeyedItems(listMapKeys, items) : undefined;
}
