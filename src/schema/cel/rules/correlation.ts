/**
 * Which parts of an object are the old ones of its last revision, and whether they are unchanged: what is wrong with these is forgiven
 * (ratcheting). Mirrors apiserver pkg/cel/common/equality.go and maplist.go.
 */
import { equalJson, isJsonObject, type JsonObject, type JsonValue } from '../../../api/json.ts';
import type { StructuralSchema } from '../../structural/structural-schema.ts';

/** Items of a list by the keys that its schema names. */
export class KeyedItems {
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

export class Correlation {
  readonly #value: JsonValue;
  readonly #old: JsonValue;
  readonly #schema: StructuralSchema;
  #unchanged: boolean | undefined;
  #oldItems: KeyedItems | undefined;

  constructor(value: JsonValue, old: JsonValue, schema: StructuralSchema) {
    this.#value = value;
    this.#old = old;
    this.#schema = schema;
  }

  /** The property of that name; undefined: it has no counterpart. */
  key(name: string): Correlation | undefined {
    if (!isJsonObject(this.#value) || !isJsonObject(this.#old)) return undefined;
    if (!Object.hasOwn(this.#value, name) || !Object.hasOwn(this.#old, name)) return undefined;
    const { properties, additionalProperties } = this.#schema;
    const inner = properties?.get(name) ?? additionalProperties;
    if (inner === undefined || typeof inner === 'boolean') return undefined;
    return new Correlation(this.#value[name] ?? null, this.#old[name] ?? null, inner);
  }

  index(index: number): Correlation | undefined {
    const { items } = this.#schema;
    if (!Array.isArray(this.#value) || items === undefined) return undefined;
    this.#oldItems ??= keyedItems(this.#schema, this.#old);
    const old = this.#oldItems?.get(this.#value[index] ?? null) ?? null;
    return old === null ? undefined : new Correlation(this.#value[index] ?? null, old, items);
  }

  /** Items of lists of type `map` may have changed their order; everything else is compared as it is. */
  get unchanged(): boolean {
    return (this.#unchanged ??= this.#isUnchanged());
  }

  #isUnchanged(): boolean {
    const [value, old] = [this.#value, this.#old];
    if (Array.isArray(value) && Array.isArray(old) && keyedItems(this.#schema, old) !== undefined) {
      if (value.length !== old.length) return false;
      return value.every((_, index) => this.index(index)?.unchanged === true);
    }
    if (isJsonObject(value) && isJsonObject(old)) {
      const names = Object.keys(value);
      if (names.length !== Object.keys(old).length) return false;
      return names.every((name) => this.key(name)?.unchanged === true);
    }
    return equalJson(value, old);
  }
}
