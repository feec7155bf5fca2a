/** All objects below one prefix of the store, as they are now: told once at the start, then each change. Begins anew when the watch ends. */
import type { Clock, Timer } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Store, StoreWatch } from '../../storage/store.ts';
import { storedObject, storedObjectOf } from '../registry/stored-form.ts';
import type { StoredObject } from '../registry/stored-object.ts';

export interface FollowerOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly prefix: string;
  /** `object` absent: it is gone. Keys are without the prefix. Must not throw. */
  changed(key: string, object: StoredObject | undefined): void;
  /** After all changes that came together. */
  settled(): void;
}

const retryMs = 1_000;

export class StoreFollower {
  readonly #options: FollowerOptions;
  readonly #keys = new Set<string>();
  #watch: StoreWatch | undefined;
  #retry: Timer | undefined;
  #stopped = false;

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  /** Resolves when what there is has been told. */
  async start(): Promise<void> {
    const { store, prefix, changed, settled, logger } = this.#options;
    const { entries, revision } = await store.list({ prefix });
    if (this.#stopped) return;
    const gone = new Set(this.#keys);
    for (const entry of entries) {
      const key = entry.key.slice(prefix.length);
      gone.delete(key);
      this.#keys.add(key);
      changed(key, storedObjectOf(entry));
    }
    for (const key of gone) {
      this.#keys.delete(key);
      changed(key, undefined);
    }
    settled();
    const watch = await store.watch({
      prefix,
      after: revision,
      onEvents: (events) => {
        for (const { type, key: whole, value, revision: at } of events) {
          const key = whole.slice(prefix.length);
          if (type === 'delete') this.#keys.delete(key);
          else this.#keys.add(key);
          changed(key, type === 'delete' ? undefined : storedObject(value, at));
        }
        settled();
      },
      onEnd: (error) => {
        this.#watch = undefined;
        if (this.#stopped) return;
        logger.warn({ error, prefix }, 'a watch of the store ended; it begins anew');
        this.#again();
      },
    });
    if (this.#stopped) watch.close();
    else this.#watch = watch;
  }

  stop(): void {
    this.#stopped = true;
    this.#retry?.cancel();
    this.#watch?.close();
  }

  #again(): void {
    this.#retry = this.#options.clock.after(retryMs, () => {
      this.start().catch((error: unknown) => {
        this.#options.logger.warn({ error, prefix: this.#options.prefix }, 'the store cannot be read');
        if (!this.#stopped) this.#again();
      });
    });
  }
}
