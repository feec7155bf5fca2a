/**
 * The revisioned key/value store under an API server: etcd's model, reduced to what Kubernetes uses of it.
 *
 * The argument: every write gets the next revision of one counter; a revision is never used twice, not even over a crash; a
 * write is acknowledged only when it is durable; a watch delivers every event after its revision in order, without gaps, or
 * fails. One contract suite (`contract.test-suite.ts`) holds every implementation to this.
 *
 * Keys are upstream's etcd layout (`/registry/pods/default/web`), values the JSON of an object *without* its resourceVersion:
 * an object's resourceVersion is the revision of its entry.
 */

export interface Entry {
  readonly key: string;
  readonly value: Uint8Array;
  /** The revision that wrote this value. */
  readonly revision: number;
}

export interface ListRange {
  /** Only keys that start with this. Ends in a slash, so that `/registry/pods/a/` never reads `a2`. */
  readonly prefix: string;
  /** Only keys after this one (exclusive): where the previous chunk ended. */
  readonly after?: string;
  /** At most so many entries. */
  readonly limit?: number;
  /** The state as it was at this revision; the newest when absent. */
  readonly revision?: number;
  /** `false`: `remaining` needn't be counted: where there is more, any number above 0 will do. */
  readonly counted?: boolean;
}

export interface ListResult {
  /** In the order of their keys' bytes. */
  readonly entries: readonly Entry[];
  /** The revision that the list shows: the asked-for one, or the store's newest. */
  readonly revision: number;
  /** How many entries of the range come after the last one returned. */
  readonly remaining: number;
}

/** Compare and swap of one key. */
export interface Write {
  readonly key: string;
  /** The new value; `undefined` deletes the key. */
  readonly value: Uint8Array | undefined;
  /** The revision that the key's entry must have; 0: the key must not exist. */
  readonly expected: number;
}

export type WriteResult =
  | { readonly ok: true; readonly revision: number }
  /** `current`: the entry that is there instead; absent when there is none. */
  | { readonly ok: false; readonly current: Entry | undefined };

/** One change. All watchers of a store get the *same* event object, so what is derived from it can be kept beside it. */
export interface StoreEvent {
  readonly type: 'put' | 'delete';
  readonly key: string;
  readonly revision: number;
  /** The new value; for a deletion the last one. */
  readonly value: Uint8Array;
  /** What the key held before; absent for a creation. */
  readonly previous: Entry | undefined;
}

/**
 * One way to tell events apart, so that a watch that wants few of them isn't called for all. Watches that share the *same* index object are found by
 * their value, whatever their number.
 */
export interface EventIndex {
  /** The values under which an event is found: those of the state before and of the state after it. Pure; must not throw. */
  valuesOf(event: StoreEvent): readonly string[];
}

export interface WatchOptions {
  /** As in {@link ListRange}. */
  readonly prefix: string;
  /** Only events that `by` finds under `value`; all of the prefix when absent. */
  readonly only?: { readonly by: EventIndex; readonly value: string };
  /** Every event with a greater revision is delivered. */
  readonly after: number;
  /** Called in order of revision, outside the writer's stack. `events` is never empty. Must not throw. */
  readonly onEvents: (events: readonly StoreEvent[]) => void;
  /** The watch has ended by itself and delivers nothing more: the window was compacted away, or the store closed. */
  readonly onEnd: (reason: Error) => void;
}

export interface StoreWatch {
  /** No callback is called after this returns. Idempotent. */
  close(): void;
}

export interface Store {
  /** The newest revision that is durable. 1 for a store that was never written. */
  revision(): Promise<number>;
  get(key: string): Promise<Entry | undefined>;
  /** @throws CompactedError, FutureRevisionError */
  list(range: ListRange): Promise<ListResult>;
  /** Resolves when the write is durable. @throws StoreFullError, StoreBusyError, and what the disk says; then nothing was written. */
  write(write: Write): Promise<WriteResult>;
  /** @throws CompactedError when events after `after` are no longer there. An `after` in the future waits for it. */
  watch(options: WatchOptions): Promise<StoreWatch>;
  /** Forgets what lists and watches before `revision` would need. The newest value of each key stays. */
  compact(revision: number): Promise<void>;
  /** Ends all watches; pending writes are finished first. Idempotent. */
  close(): Promise<void>;
}

/** The asked-for revision has been compacted. */
export class CompactedError extends Error {
  override readonly name = 'CompactedError';
  readonly requested: number;
  readonly oldest: number;
  constructor(requested: number, oldest: number) {
    super(`revision ${requested} has been compacted; the oldest is ${oldest}`);
    this.requested = requested;
    this.oldest = oldest;
  }
}

/** The asked-for revision does not exist yet. */
export class FutureRevisionError extends Error {
  override readonly name = 'FutureRevisionError';
  readonly requested: number;
  readonly current: number;
  constructor(requested: number, current: number) {
    super(`revision ${requested} is in the future; the newest is ${current}`);
    this.requested = requested;
    this.current = current;
  }
}

/** The store's size limit, or the disk, is exhausted. Reads and deletions go on. */
export class StoreFullError extends Error {
  override readonly name = 'StoreFullError';
}

/** More writes wait for the disk than the store holds at once. Nothing was written; try again later. */
export class StoreBusyError extends Error {
  override readonly name = 'StoreBusyError';
}

/** The store was closed, before the call or while it ran. A write that fails with this was not made. */
export class StoreClosedError extends Error {
  override readonly name = 'StoreClosedError';
  constructor() {
    super('the store is closed');
  }
}
