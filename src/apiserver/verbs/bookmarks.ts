/**
 * Tells watchers from time to time how far the store has come, so that one that sees few events can go on from there. One clock for
 * all of them. Mirrors apiserver storage/cacher bookmarks.
 */
import type { Clock } from '../../lib/clock.ts';
import type { Store } from '../../storage/store.ts';

const bookmarkIntervalMs = 60_000;
/** After this, every watcher has been handed all events up to a revision that was read before. */
const settleMs = 1000;

export type Bookmarked = (revision: number) => void;

export class Bookmarks {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #watchers = new Set<Bookmarked>();
  #running = false;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Returns how to stop it. */
  add(watcher: Bookmarked): () => void {
    this.#watchers.add(watcher);
    this.#run();
    return () => this.#watchers.delete(watcher);
  }

  #run(): void {
    if (this.#running || this.#watchers.size === 0) return;
    this.#running = true;
    this.#clock.after(bookmarkIntervalMs - settleMs, () => {
      const watchers = [...this.#watchers];
      void this.#store.revision().then(
        (revision) => this.#clock.after(settleMs, () => this.#tell(watchers, revision)),
        // The store is closed: so are its watches.
        () => undefined,
      );
    });
  }

  /** Only those that were there when the revision was read: others may have begun after it. */
  #tell(watchers: readonly Bookmarked[], revision: number): void {
    this.#running = false;
    for (const watcher of watchers) if (this.#watchers.has(watcher)) watcher(revision);
    this.#run();
  }
}
