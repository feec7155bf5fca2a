/**
 * The store of one tenant in one SQLite file.
 *
 * The argument: all writes that arrive in one turn of the event loop are made in one transaction, by one synchronous function,
 * with `synchronous=FULL`; only when it has committed are they acknowledged and their events published. The counter is the
 * newest revision in the file (or the compacted one, if that is greater), which rises within the same transaction as the writes
 * it numbers: a number that anybody was told is in the file. Watches hear of a write a turn before its writer does.
 *
 * Idle, it has no timers.
 */
import type { DatabaseSync } from 'node:sqlite';

import { eventBytes } from '../event-bytes.ts';
import { checkKey, keysBelow, keysOfList } from '../key-range.ts';
import { CompactedError, FutureRevisionError, StoreClosedError, StoreFullError } from '../store.ts';
import type { Entry, ListRange, ListResult, Store, StoreWatch, WatchOptions, Write, WriteResult } from '../store.ts';
import { WatchHub } from '../watch-hub.ts';
import { openCompaction } from './compaction.ts';
import type { Compaction } from './compaction.ts';
import { openDatabase } from './open-database.ts';
import { storeErrorOf } from './open-errors.ts';
import { openTables } from './tables.ts';
import type { Tables } from './tables.ts';
import { commitWrites } from './transaction.ts';
import type { Committed } from './transaction.ts';
import { WriteQueue } from './write-queue.ts';
import type { QueuedWrite } from './write-queue.ts';

export interface SqliteStoreOptions {
  /** Its folder must exist; the file is created. */
  readonly path: string;
  /** Puts fail with StoreFullError once the values, history and indexes fill so many bytes. Default: 2 GiB, as etcd's. */
  readonly bytesMax?: number;
}

const defaultBytesMax = 2 * 1024 * 1024 * 1024;
/** How many revisions one step of a watch's catch-up looks at, and about how many bytes it reads at most. */
const revisionsPerStep = 500;
const bytesPerStep = 4 * 1024 * 1024;

/** Opens or creates the store. @throws StoreFileError (locked, corrupt, foreign, newer, unreadable), StoreFullError */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<SqliteStore> {
  const database = openDatabase(options.path);
  try {
    return new SqliteStore(database, options);
  } catch (error) {
    database.close();
    throw storeErrorOf(error, options.path);
  }
}

export class SqliteStore implements Store {
  readonly #database: DatabaseSync;
  readonly #path: string;
  readonly #bytesMax: number;
  readonly #tables: Tables;
  readonly #compaction: Compaction;
  readonly #hub: WatchHub;
  readonly #queue = new WriteQueue();
  #newest: number;
  #usedBytes: number;
  #flushScheduled = false;
  #closing: Promise<void> | undefined;

  /** `database`: from `openDatabase`; it is closed with the store. */
  constructor(database: DatabaseSync, options: SqliteStoreOptions) {
    this.#database = database;
    this.#path = options.path;
    this.#bytesMax = options.bytesMax ?? defaultBytesMax;
    this.#tables = openTables(database);
    this.#newest = this.#tables.newestRevision();
    this.#usedBytes = this.#measure();
    this.#compaction = openCompaction(this.#tables);
    this.#hub = new WatchHub(
      {
        compacted: () => this.#compaction.target,
        readEvents: (prefix, after) => {
          const end = Math.min(this.#newest, after + revisionsPerStep);
          const events = this.#tables.events(keysBelow(prefix), after, end, bytesPerStep);
          const bytes = events.reduce((sum, event) => sum + eventBytes(event), 0);
          const through = bytes < bytesPerStep ? end : (events.at(-1)?.revision ?? end);
          return { events, through };
        },
      },
      this.#newest,
    );
  }

  async revision(): Promise<number> {
    this.#checkOpen();
    return this.#newest;
  }

  async get(key: string): Promise<Entry | undefined> {
    this.#checkOpen();
    return this.#known(() => this.#tables.entry(key));
  }

  async list(range: ListRange): Promise<ListResult> {
    this.#checkOpen();
    const keys = keysOfList(range);
    const revision = range.revision ?? this.#newest;
    if (revision > this.#newest) throw new FutureRevisionError(revision, this.#newest);
    if (revision < this.#compaction.target) throw new CompactedError(revision, this.#compaction.target);
    const { limit } = range;
    return this.#known(() => {
      const old = revision < this.#newest;
      // One more than asked for tells whether there is anything to be counted.
      const wanted = limit === undefined ? -1 : limit + 1;
      const entries = old ? this.#tables.entriesAt(revision, keys, wanted) : this.#tables.entries(keys, wanted);
      if (limit === undefined || entries.length <= limit) return { entries, revision, remaining: 0 };
      entries.length = limit;
      if (range.counted === false) return { entries, revision, remaining: 1 };
      const rest = { after: entries.at(-1)?.key ?? keys.after, before: keys.before };
      const remaining = old ? this.#tables.countAt(revision, rest) : this.#tables.count(rest);
      return { entries, revision, remaining };
    });
  }

  async write(write: Write): Promise<WriteResult> {
    this.#checkOpen();
    checkKey(write.key);
    const result = this.#queue.add(write);
    this.#scheduleFlush();
    return result;
  }

  async watch(options: WatchOptions): Promise<StoreWatch> {
    this.#checkOpen();
    return this.#hub.add(options);
  }

  async compact(revision: number): Promise<void> {
    this.#checkOpen();
    if (revision > this.#newest) throw new FutureRevisionError(revision, this.#newest);
    // Nobody can begin there any more: at rest, no old events are held in memory.
    this.#hub.forget(revision);
    try {
      await this.#compaction.advance(revision);
    } catch (error) {
      throw storeErrorOf(error, this.#path);
    }
    if (!this.#closing) this.#usedBytes = this.#measure();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const reason = new StoreClosedError();
    this.#compaction.stop(reason);
    while (this.#queue.size > 0) this.#flush();
    // Watches get the last events in a microtask; they end after it, outside the caller's stack too.
    await Promise.resolve();
    this.#hub.end(reason);
    this.#database.close();
  }

  #scheduleFlush(): void {
    if (this.#flushScheduled || this.#queue.size === 0) return;
    this.#flushScheduled = true;
    // After the turn's input: all requests that arrived together are written together.
    setImmediate(() => {
      this.#flushScheduled = false;
      if (this.#queue.size > 0) this.#flush();
      this.#scheduleFlush();
    });
  }

  #flush(): void {
    const queued = this.#queue.take();
    let committed: Committed;
    try {
      committed = this.#commit(queued);
    } catch (error) {
      for (const { reject } of queued) reject(error);
      return;
    }
    this.#newest = committed.events.at(-1)?.revision ?? this.#newest;
    this.#hub.publish(committed.events);
    // In a turn of their own: by then the events are on their way to all who watch, however many steps that takes, so a
    // client's cache has seen a write before the client is told that it was made.
    setImmediate(() => answer(queued, committed));
    if (committed.events.length > 0) this.#usedBytes = this.#measure();
  }

  #commit(queued: readonly QueuedWrite[]): Committed {
    const full = this.#usedBytes < this.#bytesMax ? undefined : this.#fullError();
    const writes = queued.map(({ write }) => write);
    return commitWrites(this.#tables, writes, this.#newest, full, (error) => storeErrorOf(error, this.#path));
  }

  #fullError(): StoreFullError {
    return new StoreFullError(`the store holds ${this.#usedBytes} bytes; its limit is ${this.#bytesMax}`);
  }

  #measure(): number {
    const { used, bytesEach } = this.#tables.pages();
    return used * bytesEach;
  }

  #known<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw storeErrorOf(error, this.#path);
    }
  }

  #checkOpen(): void {
    if (this.#closing) throw new StoreClosedError();
  }
}

function answer(queued: readonly QueuedWrite[], { outcomes }: Committed): void {
  for (const [index, { resolve, reject }] of queued.entries()) {
    const outcome = outcomes[index];
    if (outcome === undefined || outcome instanceof Error) reject(outcome);
    else resolve(outcome);
  }
}
