/**
 * The statements on a store's tables, as synchronous functions. Nothing here decides; `transaction.ts`, `compaction.ts` and
 * `sqlite-store.ts` do.
 */
import type { DatabaseSync } from 'node:sqlite';

import { eventBytes } from '../event-bytes.ts';
import type { KeyRange } from '../key-range.ts';
import type { Entry, StoreEvent } from '../store.ts';
import { prepare } from './statement.ts';

export interface Tables {
  begin(): void;
  commit(): void;
  /** Does nothing when SQLite has rolled back by itself. */
  rollback(): void;
  /** The newest revision ever written; 1 when none was. */
  newestRevision(): number;
  /** The revision up to which history has been forgotten. */
  compactedRevision(): number;
  entry(key: string): Entry | undefined;
  /** At most `limit` entries (-1: all), in order. */
  entries(range: KeyRange, limit: number): Entry[];
  count(range: KeyRange): number;
  /** As {@link entries}, of an old state that has not been compacted. */
  entriesAt(revision: number, range: KeyRange, limit: number): Entry[];
  countAt(revision: number, range: KeyRange): number;
  /** Writes one row of history, and what `current` says of the key. `previous`: 0 for a creation. */
  put(revision: number, key: string, previous: number, value: Uint8Array): void;
  remove(revision: number, key: string, previous: number): void;
  /** The events in the range with `after` < revision ≤ `through`; fewer where they are so large that the last one reaches `bytesMax`. */
  events(range: KeyRange, after: number, through: number, bytesMax: number): StoreEvent[];
  /** Forgets what only revisions up to `through` need; everything up to `from` must have been forgotten before. */
  forget(from: number, through: number): void;
  pages(): { readonly used: number; readonly free: number; readonly bytesEach: number };
  /** Gives up to `pages` free pages back to the file system at the next checkpoint. */
  vacuum(pages: number): void;
  /** Moves the log into the main file, and empties it. */
  checkpoint(): void;
}

/** Prepares all statements. The database stays the caller's to close. */
export function openTables(database: DatabaseSync): Tables {
  return { ...transactions(database), ...currentState(database), ...oldState(database), ...history(database) };
}

function transactions(database: DatabaseSync) {
  const begin = prepare(database, 'BEGIN IMMEDIATE');
  const commit = prepare(database, 'COMMIT');
  const newest = prepare<[], [number | null]>(database, 'SELECT max(revision) FROM revisions');
  const compacted = prepare<[], [number]>(database, `SELECT value FROM meta WHERE name = 'compacted'`);
  const pageCount = prepare<[], [number]>(database, 'PRAGMA page_count');
  const freeCount = prepare<[], [number]>(database, 'PRAGMA freelist_count');
  const pageSize = prepare<[], [number]>(database, 'PRAGMA page_size').get()?.[0] ?? 0;
  const compactedRevision = (): number => compacted.get()?.[0] ?? 0;
  return {
    begin: () => begin.run(),
    commit: () => commit.run(),
    rollback: () => {
      if (database.isTransaction) database.exec('ROLLBACK');
    },
    // The newest row may be a deletion that compaction has removed, but only in the transaction that recorded its revision.
    newestRevision: () => Math.max(1, newest.get()?.[0] ?? 0, compactedRevision()),
    compactedRevision,
    pages: () => {
      const free = freeCount.get()?.[0] ?? 0;
      return { used: (pageCount.get()?.[0] ?? 0) - free, free, bytesEach: pageSize };
    },
    vacuum: (pages: number) => database.exec(`PRAGMA incremental_vacuum(${pages})`),
    checkpoint: () => database.exec('PRAGMA wal_checkpoint(TRUNCATE)'),
  };
}

type EntryRow = [key: string, revision: number, value: Uint8Array];

function currentState(database: DatabaseSync) {
  const one = prepare<[string], EntryRow>(
    database,
    'SELECT c.key, c.revision, r.value FROM current c CROSS JOIN revisions r ON r.revision = c.revision WHERE c.key = ?',
  );
  const some = prepare<[string, string, number], EntryRow>(
    database,
    `SELECT c.key, c.revision, r.value FROM current c CROSS JOIN revisions r ON r.revision = c.revision
     WHERE c.key > ? AND c.key < ? ORDER BY c.key LIMIT ?`,
  );
  const count = prepare<[string, string], [number]>(database, 'SELECT count(*) FROM current WHERE key > ? AND key < ?');
  return {
    entry: (key: string) => {
      const row = one.get(key);
      return row && toEntry(row);
    },
    entries: (range: KeyRange, limit: number) => some.all(range.after, range.before, limit).map(toEntry),
    count: (range: KeyRange) => count.get(range.after, range.before)?.[0] ?? 0,
  };
}

/**
 * The state at revision R is what has not changed since (`current` up to R), and what the first change after R of each other
 * key found there. SQLite takes bare columns beside `min()` from the row that has the minimum.
 */
function oldState(database: DatabaseSync) {
  const state = `
    WITH changed AS MATERIALIZED (
      SELECT key, min(revision), previous AS revision FROM revisions
      WHERE revision > ?1 AND key > ?2 AND key < ?3 GROUP BY key
    ), state AS (
      SELECT key, revision FROM current WHERE key > ?2 AND key < ?3 AND revision <= ?1
      UNION ALL
      SELECT key, revision FROM changed WHERE revision > 0
    )`;
  const some = prepare<[number, string, string, number], EntryRow>(
    database,
    `${state}, page AS (SELECT key, revision FROM state ORDER BY key LIMIT ?4)
     SELECT page.key, page.revision, r.value FROM page CROSS JOIN revisions r ON r.revision = page.revision ORDER BY page.key`,
  );
  const count = prepare<[number, string, string], [number]>(database, `${state} SELECT count(*) FROM state`);
  return {
    entriesAt: (revision: number, range: KeyRange, limit: number) =>
      some.all(revision, range.after, range.before, limit).map(toEntry),
    countAt: (revision: number, range: KeyRange) => count.get(revision, range.after, range.before)?.[0] ?? 0,
  };
}

type EventRow = [key: string, revision: number, value: Uint8Array | null, previous: number, before: Uint8Array | null];

function history(database: DatabaseSync) {
  const insert = prepare<[number, string, number, Uint8Array | null]>(
    database,
    'INSERT INTO revisions (revision, key, previous, value) VALUES (?, ?, ?, ?)',
  );
  const appear = prepare<[string, number]>(database, 'INSERT INTO current (key, revision) VALUES (?, ?)');
  const change = prepare<[number, string]>(database, 'UPDATE current SET revision = ? WHERE key = ?');
  const vanish = prepare<[string]>(database, 'DELETE FROM current WHERE key = ?');
  const events = prepare<[number, number, string, string], EventRow>(
    database,
    `SELECT r.key, r.revision, r.value, r.previous, p.value FROM revisions r LEFT JOIN revisions p ON p.revision = r.previous
     WHERE r.revision > ? AND r.revision <= ? AND r.key > ? AND r.key < ? ORDER BY r.revision`,
  );
  const forgetReplaced = prepare<[number, number]>(
    database,
    `DELETE FROM revisions WHERE revision IN
       (SELECT previous FROM revisions WHERE revision > ? AND revision <= ?)`,
  );
  const forgetDeletions = prepare<[number, number]>(
    database,
    'DELETE FROM revisions WHERE revision > ? AND revision <= ? AND value IS NULL',
  );
  const setCompacted = prepare<[number]>(database, `UPDATE meta SET value = ? WHERE name = 'compacted'`);
  return {
    put: (revision: number, key: string, previous: number, value: Uint8Array) => {
      insert.run(revision, key, previous, value);
      if (previous === 0) appear.run(key, revision);
      else change.run(revision, key);
    },
    remove: (revision: number, key: string, previous: number) => {
      insert.run(revision, key, previous, null);
      vanish.run(key);
    },
    events: (range: KeyRange, after: number, through: number, bytesMax: number) => {
      const found: StoreEvent[] = [];
      let bytes = 0;
      for (const row of events.each(after, through, range.after, range.before)) {
        const event = toEvent(row);
        found.push(event);
        bytes += eventBytes(event);
        if (bytes >= bytesMax) break;
      }
      return found;
    },
    forget: (from: number, through: number) => {
      forgetReplaced.run(from, through);
      forgetDeletions.run(from, through);
      setCompacted.run(through);
    },
  };
}

function toEntry([key, revision, value]: EntryRow): Entry {
  return { key, value, revision };
}

function toEvent([key, revision, value, previousRevision, before]: EventRow): StoreEvent {
  const previous = before === null ? undefined : { key, value: before, revision: previousRevision };
  if (value !== null) return { type: 'put', key, revision, value, previous };
  if (previous === undefined) throw new Error(`the deletion of ${key} at revision ${revision} has no last value`);
  return { type: 'delete', key, revision, value: previous.value, previous };
}
