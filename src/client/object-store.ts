/** Objects by key, with indexes. Mirrors client-go tools/cache ThreadSafeStore and Indexer. */
import { objectKey, type KubeObject } from '../api/object.ts';
import type { On, Side } from '../api/side.ts';

/** The values under which an object is found. */
export type IndexFunction = (object: Readonly<KubeObject>) => readonly string[];

/** The reading half. What it returns is shared: read only. */
export interface Lister<S extends Side> {
  /** `key`: `namespace/name`, or `name`. */
  get(key: string): On<S, KubeObject> | undefined;
  /** All, or those of one namespace, in no particular order. */
  list(namespace?: string): readonly On<S, KubeObject>[];
  /** @throws Error when there is no such index. */
  byIndex(index: string, value: string): readonly On<S, KubeObject>[];
  readonly size: number;
}

/** The indexes that every store has. */
const namespaceIndex = 'namespace';
/** By the UID of each owner reference. */
export const ownerIndex = 'owner';

interface Index {
  readonly of: IndexFunction;
  readonly keys: Map<string, Set<string>>;
}

export class ObjectStore<S extends Side> implements Lister<S> {
  readonly #objects = new Map<string, On<S, KubeObject>>();
  readonly #indexes = new Map<string, Index>([
    [namespaceIndex, { of: (object) => [object.metadata.namespace ?? ''], keys: new Map() }],
    [ownerIndex, { of: ownersOf, keys: new Map() }],
  ]);

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): On<S, KubeObject> | undefined {
    return this.#objects.get(key);
  }

  keys(): IterableIterator<string> {
    return this.#objects.keys();
  }

  list(namespace?: string): readonly On<S, KubeObject>[] {
    return namespace === undefined ? [...this.#objects.values()] : this.byIndex(namespaceIndex, namespace);
  }

  byIndex(index: string, value: string): readonly On<S, KubeObject>[] {
    const found = this.#indexes.get(index);
    if (!found) throw new Error(`no index is called ${index}`);
    const objects: On<S, KubeObject>[] = [];
    for (const key of found.keys.get(value) ?? []) {
      const object = this.#objects.get(key);
      if (object) objects.push(object);
    }
    return objects;
  }

  /** May be called at any time; what is there already is indexed too. The same name again: ignored. */
  addIndex(name: string, of: IndexFunction): void {
    if (this.#indexes.has(name)) return;
    const index: Index = { of, keys: new Map() };
    this.#indexes.set(name, index);
    for (const [key, object] of this.#objects) enter(index, key, object);
  }

  /** Returns what was there before. */
  set(object: On<S, KubeObject>): On<S, KubeObject> | undefined {
    const key = objectKey(object);
    const old = this.#objects.get(key);
    for (const index of this.#indexes.values()) {
      if (old) leave(index, key, old);
      enter(index, key, object);
    }
    this.#objects.set(key, object);
    return old;
  }

  delete(key: string): On<S, KubeObject> | undefined {
    const old = this.#objects.get(key);
    if (!old) return undefined;
    for (const index of this.#indexes.values()) leave(index, key, old);
    this.#objects.delete(key);
    return old;
  }
}

function ownersOf(object: Readonly<KubeObject>): readonly string[] {
  return object.metadata.ownerReferences?.map((owner) => owner.uid) ?? [];
}

function enter(index: Index, key: string, object: Readonly<KubeObject>): void {
  for (const value of index.of(object)) {
    const keys = index.keys.get(value);
    if (keys) keys.add(key);
    else index.keys.set(value, new Set([key]));
  }
}

function leave(index: Index, key: string, object: Readonly<KubeObject>): void {
  for (const value of index.of(object)) {
    const keys = index.keys.get(value);
    keys?.delete(key);
    if (keys?.size === 0) index.keys.delete(value);
  }
}
