/**
 * Which old value belongs to a new one, on the way down a structural schema: fields by name, items of `map` lists by key, no others. What did
 * not change is not held against an update. Mirrors apiserver pkg/cel/common CorrelatedObject.
 */
import { equalJson, isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';
import { fieldOf } from './prune.ts';
import type { StructuralSchema } from './structural-schema.ts';

export class Correlation {
  readonly value: JsonValue;
  readonly old: JsonValue;
  readonly #schema: StructuralSchema;
  readonly #children = new Map<string | number, Correlation | undefined>();
  #equal: boolean | undefined;
  #oldItems: ReadonlyMap<string, JsonObject> | undefined;

  constructor(value: JsonValue, old: JsonValue, schema: StructuralSchema) {
    this.value = value;
    this.old = old;
    this.#schema = schema;
  }

  /** Of a field; `undefined`: nothing to compare with. */
  key(name: string): Correlation | undefined {
    const known = this.#children.get(name);
    if (known) return known;
    if (!isJsonObject(this.old) || !isJsonObject(this.value)) return undefined;
    if (!Object.hasOwn(this.old, name) || !Object.hasOwn(this.value, name)) return undefined;
    const schema = fieldOf(this.#schema, name);
    const [value = null, old = null] = [this.value[name], this.old[name]];
    if (!schema) return undefined;
    const child = new Correlation(value, old, schema);
    this.#children.set(name, child);
    return child;
  }

  /** Of an item of the new list. */
  index(index: number): Correlation | undefined {
    const known = this.#children.get(index);
    if (known) return known;
    const { items, listType } = this.#schema;
    if (!Array.isArray(this.value) || !Array.isArray(this.old) || listType !== 'map' || !items) return undefined;
    const value = this.value[index] ?? null;
    const key = this.#keyOf(value);
    this.#oldItems ??= this.#itemsByKey(this.old);
    const old = key === undefined ? undefined : this.#oldItems.get(key);
    if (!old) return undefined;
    const child = new Correlation(value, old, items);
    this.#children.set(index, child);
    return child;
  }

  /** Whether nothing changed; the order of `map` lists is nothing. */
  get unchanged(): boolean {
    return (this.#equal ??= this.#compare());
  }

  #compare(): boolean {
    const { value, old } = this;
    if (Array.isArray(value) && Array.isArray(old)) {
      if (value.length !== old.length) return false;
      if (this.#schema.listType !== 'map') return equalJson(value, old);
      return value.every((_, index) => this.index(index)?.unchanged ?? false);
    }
    if (isJsonObject(value) && isJsonObject(old)) {
      const keys = Object.keys(value);
      return keys.length === Object.keys(old).length && keys.every((key) => this.key(key)?.unchanged ?? false);
    }
    return equalJson(value, old);
  }

  #itemsByKey(list: readonly JsonValue[]): ReadonlyMap<string, JsonObject> {
    const items = new Map<string, JsonObject>();
    for (const item of list) {
      const key = this.#keyOf(item);
      if (key !== undefined && isJsonObject(item) && !items.has(key)) items.set(key, item);
    }
    return items;
  }

  #keyOf(item: JsonValue): string | undefined {
    if (!isJsonObject(item)) return undefined;
    const values: JsonValue[] = [];
    for (const name of this.#schema.listMapKeys ?? []) {
      const value = Object.hasOwn(item, name) ? item[name] : undefined;
      if (value === undefined || value === null || typeof value === 'object') return undefined;
      values.push(value);
    }
    return JSON.stringify(values);
  }
}
