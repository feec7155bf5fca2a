/**
 * One subscription to all of a store, handed on to as many watches as there are. A watch that begins before what is at hand, or falls behind it, gets a
 * subscription of its own.
 */
import { CompactedError } from '../store.ts';
import type { Store, StoreEvent, StoreWatch, WatchOptions } from '../store.ts';
import { WatchHub } from '../watch-hub.ts';

export class EventFeed {
  readonly #store: Store;
  readonly #hub: WatchHub;
  readonly #watches = new Set<StoreWatch>();
  readonly #onIdle: () => void;
  #subscription: StoreWatch | undefined;
  #seen: number;
  #over = false;

  /** `onIdle`: it has ended, or its last watch has. */
  static async open(store: Store, onIdle: () => void): Promise<EventFeed> {
    const revision = await store.revision();
    const feed = new EventFeed(store, revision, onIdle);
    feed.#subscription = await store.watch({
      prefix: '/',
      after: revision,
      onEvents: (events) => feed.#take(events),
      onEnd: (reason) => feed.#end(reason),
    });
    return feed;
  }

  private constructor(store: Store, revision: number, onIdle: () => void) {
    this.#store = store;
    this.#seen = revision;
    this.#onIdle = onIdle;
    this.#hub = new WatchHub(
      {
        compacted: () => this.#hub.windowStart,
        readEvents() {
          throw new Error('who is behind the window reads the store itself');
        },
      },
      revision,
    );
  }

  /** All events up to here have been handed on. */
  get seen(): number {
    return this.#seen;
  }

  /** Nothing comes any more. */
  get over(): boolean {
    return this.#over;
  }

  get idle(): boolean {
    return this.#watches.size === 0;
  }

  /** As {@link Store.watch}. */
  async watch(options: WatchOptions): Promise<StoreWatch> {
    try {
      return this.#add(options);
    } catch (error) {
      if (this.idle) this.#onIdle();
      if (!(error instanceof CompactedError)) throw error;
      return this.#store.watch(options);
    }
  }

  /** The events up to `revision` must not be handed on to new watches. */
  forget(revision: number): void {
    this.#hub.forget(revision);
  }

  close(): void {
    this.#over = true;
    this.#subscription?.close();
  }

  #take(events: readonly StoreEvent[]): void {
    this.#hub.publish(events);
    this.#hub.flush();
    this.#seen = events.at(-1)?.revision ?? this.#seen;
  }

  #end(reason: Error): void {
    this.#over = true;
    this.#hub.end(reason);
    this.#onIdle();
  }

  #add(options: WatchOptions): StoreWatch {
    let seen = options.after;
    let closed = false;
    let current: StoreWatch | undefined;
    const watch: StoreWatch = {
      close: () => {
        closed = true;
        current?.close();
        this.#leave(watch);
      },
    };
    // Behind what is at hand: from where it was, the store itself goes on.
    const goOnAlone = (): void => {
      this.#store.watch({ ...options, after: seen }).then(
        (own) => {
          if (closed) own.close();
          else current = own;
        },
        (error: unknown) => closed || options.onEnd(error instanceof Error ? error : new Error(String(error))),
      );
    };
    current = this.#hub.add({
      ...options,
      onEvents: (events) => {
        seen = events.at(-1)?.revision ?? seen;
        options.onEvents(events);
      },
      onEnd: (reason) => {
        this.#leave(watch);
        if (reason instanceof CompactedError) goOnAlone();
        else options.onEnd(reason);
      },
    });
    this.#watches.add(watch);
    return watch;
  }

  #leave(watch: StoreWatch): void {
    if (this.#watches.delete(watch) && this.idle) this.#onIdle();
  }
}
