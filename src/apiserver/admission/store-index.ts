/**
 * What admission knows of some kinds' objects, as the store has them now: read whole when it is first needed, then kept by watches. A watch
 * hears of a write before its writer does: whoever has the answer to a write is judged by it.
 */
import type { KubeObject } from '../../api/object.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Store, StoreWatch } from '../../storage/store.ts';
import { storedObject, storedObjectOf } from '../registry/stored-form.ts';

/** One kind's objects. */
export interface IndexedKind<Index> {
  readonly prefix: string;
  /** `object` absent: it is gone. Must not throw. */
  put(index: Index, name: string, object: Readonly<KubeObject> | undefined): void;
}

export interface StoreIndexOptions<Index> {
  readonly store: Store;
  readonly logger: Logger;
  readonly kinds: readonly IndexedKind<Index>[];
  /** Empty. */
  make(): Index;
}

export class StoreIndex<Index> {
  readonly #options: StoreIndexOptions<Index>;
  #index: Index | undefined;
  #loading: Promise<Index> | undefined;

  constructor(options: StoreIndexOptions<Index>) {
    this.#options = options;
  }

  /** Undefined: it isn't known yet. */
  get known(): Index | undefined {
    return this.#index;
  }

  /** At once where it is known already. A promise is rejected with what the store says. */
  index(): Index | Promise<Index> {
    if (this.#index !== undefined) return this.#index;
    return (this.#loading ??= this.#load().finally(() => (this.#loading = undefined)));
  }

  async #load(): Promise<Index> {
    const { logger, kinds, make } = this.#options;
    const index = make();
    const watches: StoreWatch[] = [];
    const state: { failure?: Error } = {};
    const end = (reason: Error): void => {
      state.failure = reason;
      for (const watch of watches) watch.close();
      if (this.#index !== index) return;
      this.#index = undefined;
      logger.info({ error: reason, prefixes: kinds.map(({ prefix }) => prefix) }, 'they are read anew');
    };
    try {
      for (const kind of kinds) watches.push(await this.#follow(index, kind, end));
      if (state.failure !== undefined) throw state.failure;
    } catch (error) {
      for (const watch of watches) watch.close();
      throw error;
    }
    return (this.#index = index);
  }

  async #follow(index: Index, { prefix, put }: IndexedKind<Index>, end: (reason: Error) => void): Promise<StoreWatch> {
    const { store } = this.#options;
    const { entries, revision } = await store.list({ prefix });
    for (const entry of entries) put(index, entry.key.slice(prefix.length), storedObjectOf(entry).object);
    return store.watch({
      prefix,
      after: revision,
      onEvents: (events) => {
        for (const { type, key, value, revision: at } of events) {
          put(index, key.slice(prefix.length), type === 'delete' ? undefined : storedObject(value, at).object);
        }
      },
      onEnd: end,
    });
  }
}
