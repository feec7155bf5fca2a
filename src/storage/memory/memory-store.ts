/** A store without a disk, for tests. What a closed one leaves behind can be opened again, as a file can. */
import { checkKey, compareKeys, keysBelow, keysOfList } from '../key-range.ts';
import { CompactedError, FutureRevisionError, StoreClosedError } from '../store.ts';
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
import { WatchHub } from '../watch-hub.ts';

/** What outlives a store: its "disk". */
export interface MemoryState {
  readonly current: Map<string, Entry>;
  /** All events after `compacted`, in order. */
  history: StoreEvent[];
  revision: number;
  compacted: number;
}

export function emptyMemoryState(): MemoryState {
  return { current: new Map(), history: [], revision: 1, compacted: 0 };
}

export class MemoryStore implements Store {
  readonly #state: MemoryState;
  readonly #hub: WatchHub;
  #closed = false;

  constructor(state: MemoryState = emptyMemoryState()) {
    this.#state = state;
    const readEvents = (prefix: string, after: number) => ({
      events: this.#eventsAfter(after).filter((event) => event.key.startsWith(prefix)),
      through: state.revision,
    });
    this.#hub = new WatchHub({ compacted: () => state.compacted, readEvents }, state.revision);
  }

  async revision(): Promise<number> {
    this.#checkOpen();
    return this.#state.revision;
  }

  async get(key: string): Promise<Entry | undefined> {
    this.#checkOpen();
    return this.#state.current.get(key);
  }

  async list(range: ListRange): Promise<ListResult> {
    this.#checkOpen();
    const keys = keysOfList(range);
    const newest = this.#state.revision;
    const revision = range.revision ?? newest;
    if (revision > newest) throw new FutureRevisionError(revision, newest);
    if (revision < this.#state.compacted) throw new CompactedError(revision, this.#state.compacted);
    const all = [...this.#stateAt(revision, range.prefix).values()]
      .filter(({ key }) => compareKeys(key, keys.after) > 0)
      .sort((left, right) => compareKeys(left.key, right.key));
    const entries = all.slice(0, range.limit);
    return { entries, revision, remaining: all.length - entries.length };
  }

  async write(write: Write): Promise<WriteResult> {
    this.#checkOpen();
    const { key, value, expected } = write;
    checkKey(key);
    const state = this.#state;
    const current = state.current.get(key);
    if (expected !== (current?.revision ?? 0)) return { ok: false, current };
    const revision = state.revision + 1;
    let event: StoreEvent;
    if (value !== undefined) {
      event = { type: 'put', key, revision, value, previous: current };
      state.current.set(key, { key, value, revision });
    } else {
      if (current === undefined) return { ok: false, current };
      event = { type: 'delete', key, revision, value: current.value, previous: current };
      state.current.delete(key);
    }
    state.revision = revision;
    state.history.push(event);
    this.#hub.publish([event]);
    return { ok: true, revision };
  }

  async watch(options: WatchOptions): Promise<StoreWatch> {
    this.#checkOpen();
    return this.#hub.add(options);
  }

  async compact(revision: number): Promise<void> {
    this.#checkOpen();
    if (revision > this.#state.revision) throw new FutureRevisionError(revision, this.#state.revision);
    if (revision <= this.#state.compacted) return;
    this.#state.history = this.#eventsAfter(revision);
    this.#state.compacted = revision;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.resolve();
    this.#hub.end(new StoreClosedError());
  }

  #eventsAfter(revision: number): StoreEvent[] {
    return this.#state.history.filter((event) => event.revision > revision);
  }

  /** The newest state, with what happened since undone. */
  #stateAt(revision: number, prefix: string): Map<string, Entry> {
    keysBelow(prefix);
    const state = new Map([...this.#state.current].filter(([key]) => key.startsWith(prefix)));
    for (const { key, previous } of this.#eventsAfter(revision).toReversed()) {
      if (!key.startsWith(prefix)) continue;
      if (previous === undefined) state.delete(key);
      else state.set(key, previous);
    }
    return state;
  }

  #checkOpen(): void {
    if (this.#closed) throw new StoreClosedError();
  }
}
