/**
 * A store in front of another one, with the same contract: one subscription feeds all watches, and whole lists that are asked for again and again are kept
 * while that lasts. Single entries are not: a store on the same machine gives them faster than their memory is worth.
 *
 * The argument: what is kept is the other store's state at a revision, and all events after it are applied in their order. A list is answered from here only
 * when the subscription has brought everything up to the revision that the other store calls its newest; else that store is asked. A watch is fed from here
 * only when all events after its revision are still here; else it has a subscription of its own. So nothing is ever older or less than what the other store
 * would say.
 *
 * At rest it keeps nothing, has no timer and no subscription.
 */
import type { Clock, Timer } from '../../lib/clock.ts';
import type {
  Entry,
  ListRange,
  ListResult,
  Store,
  StoreEvent,
  StoreWatch,
  WatchOptions,
  Write,
  WriteResult,
} from '../store.ts';
import { EventFeed } from './event-feed.ts';
import { HotList } from './hot-list.ts';

export interface CachedStoreOptions {
  /** Of the values in all lists that are kept. Default: 24 MiB: what is made of them can be as much again, for each form. */
  readonly listBytesMax?: number;
}

const defaultListBytesMax = 24 * 1024 * 1024;
/** A list that is asked for twice within this time is kept, and dropped when nobody has asked for so long. */
const hotMs = 5000;
/** Prefixes of which it is remembered when they were listed. */
const rememberedMax = 256;

interface Kept {
  /** `undefined`: it is being read, or was dropped. */
  list: HotList | undefined;
  /** Events that came while it was being read. */
  readonly early: StoreEvent[];
  watch: StoreWatch | undefined;
  usedMs: number;
}

export class CachedStore implements Store {
  readonly #inner: Store;
  readonly #clock: Clock;
  readonly #listBytesMax: number;
  /** By prefix, when it was listed last. */
  readonly #listed = new Map<string, number>();
  readonly #kept = new Map<string, Kept>();
  #opening: Promise<EventFeed> | undefined;
  #feed: EventFeed | undefined;
  #timer: Timer | undefined;

  /** `inner` is closed with it, and must not be compacted but through it. */
  constructor(inner: Store, clock: Clock, { listBytesMax = defaultListBytesMax }: CachedStoreOptions = {}) {
    this.#inner = inner;
    this.#clock = clock;
    this.#listBytesMax = listBytesMax;
  }

  revision(): Promise<number> {
    return this.#inner.revision();
  }

  get(key: string): Promise<Entry | undefined> {
    return this.#inner.get(key);
  }

  write(write: Write): Promise<WriteResult> {
    return this.#inner.write(write);
  }

  compact(revision: number): Promise<void> {
    const done = this.#inner.compact(revision);
    this.#feed?.forget(revision);
    return done;
  }

  async close(): Promise<void> {
    this.#timer?.cancel();
    // Ends all watches: those that are fed from here, by the end of the feed.
    await this.#inner.close();
  }

  async list(range: ListRange): Promise<ListResult> {
    const whole = range.after === undefined && range.limit === undefined && range.revision === undefined;
    if (!whole) return this.#inner.list(range);
    const { prefix } = range;
    const kept = this.#kept.get(prefix);
    if (!kept) return this.#listedLately(prefix) ? this.#listAndKeep(prefix) : this.#inner.list(range);
    const newest = await this.#inner.revision();
    const revision = this.#feed?.seen ?? 0;
    if (!kept.list || revision < newest) return this.#inner.list(range);
    kept.usedMs = this.#clock.monotonic();
    return { entries: kept.list.entries, revision, remaining: 0 };
  }

  async watch(options: WatchOptions): Promise<StoreWatch> {
    for (;;) {
      const feed = await this.#open();
      // Its last watch may just have gone.
      if (!feed.over) return feed.watch(options);
    }
  }

  #open(): Promise<EventFeed> {
    this.#opening ??= this.#openFeed();
    return this.#opening;
  }

  async #openFeed(): Promise<EventFeed> {
    try {
      const feed = await EventFeed.open(this.#inner, () => {
        if (this.#feed === feed) this.#closeFeed(feed);
      });
      this.#feed = feed;
      return feed;
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
  }

  #closeFeed(feed: EventFeed): void {
    this.#feed = undefined;
    this.#opening = undefined;
    feed.close();
    for (const prefix of this.#kept.keys()) this.#drop(prefix);
  }

  #listedLately(prefix: string): boolean {
    const now = this.#clock.monotonic();
    const before = this.#listed.get(prefix);
    this.#listed.delete(prefix);
    this.#listed.set(prefix, now);
    const [oldest] = this.#listed.keys();
    if (this.#listed.size > rememberedMax && oldest !== undefined) this.#listed.delete(oldest);
    return before !== undefined && now - before <= hotMs;
  }

  async #listAndKeep(prefix: string): Promise<ListResult> {
    const kept: Kept = { list: undefined, early: [], watch: undefined, usedMs: this.#clock.monotonic() };
    this.#kept.set(prefix, kept);
    try {
      kept.watch = await this.watch({
        prefix,
        after: await this.#inner.revision(),
        onEvents: (events) => (kept.list ? kept.list.apply(events) : kept.early.push(...events)),
        onEnd: () => this.#drop(prefix, kept),
      });
      const result = await this.#inner.list({ prefix });
      if (this.#kept.get(prefix) === kept) {
        kept.list = new HotList(result.entries, result.revision);
        kept.list.apply(kept.early);
        this.#makeRoom();
        this.#schedule();
      } else kept.watch.close();
      return result;
    } catch (error) {
      this.#drop(prefix, kept);
      throw error;
    }
  }

  /** The ones that nobody has asked for the longest go first. */
  #makeRoom(): void {
    let bytes = 0;
    for (const [prefix, { list }] of [...this.#kept].toSorted(([, a], [, b]) => b.usedMs - a.usedMs)) {
      bytes += list?.bytes ?? 0;
      if (bytes > this.#listBytesMax) this.#drop(prefix);
    }
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#kept.size === 0) return;
    this.#timer = this.#clock.after(hotMs, () => {
      this.#timer = undefined;
      const now = this.#clock.monotonic();
      for (const [prefix, { usedMs }] of this.#kept) if (now - usedMs >= hotMs) this.#drop(prefix);
      this.#makeRoom();
      this.#schedule();
    });
  }

  #drop(prefix: string, kept = this.#kept.get(prefix)): void {
    if (kept === undefined) return;
    if (this.#kept.get(prefix) === kept) this.#kept.delete(prefix);
    kept.list = undefined;
    kept.watch?.close();
  }
}
