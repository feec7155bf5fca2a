/**
 * One transaction of many writes: all of them are decided and made in one synchronous function, so that nothing can come
 * between a comparison and its swap.
 */
import { StoreFullError } from '../store.ts';
import type { StoreEvent, Write, WriteResult } from '../store.ts';
import type { Tables } from './tables.ts';

/** What became of one write: its result, or why the disk refused it. */
type Outcome = WriteResult | StoreFullError;

export interface Committed {
  /** One for each write, in their order. */
  readonly outcomes: readonly Outcome[];
  /** One for each write that was made, in order of revision. */
  readonly events: readonly StoreEvent[];
}

/**
 * Makes `writes` in their order, numbered from `newest` + 1, and returns when they are durable. With `full` set, or when it turns out
 * that the disk is full, puts fail with that error and deletions are still made.
 * @throws what SQLite says; then nothing was written.
 */
export function commitWrites(
  tables: Tables,
  writes: readonly Write[],
  newest: number,
  full: StoreFullError | undefined,
  errorOf: (error: unknown) => unknown,
): Committed {
  try {
    return attempt(tables, writes, newest, full);
  } catch (error) {
    tables.rollback();
    const known = errorOf(error);
    if (!(known instanceof StoreFullError) || full !== undefined) throw known;
    // A deletion may fit where a put does not.
    return commitWrites(tables, writes, newest, known, errorOf);
  }
}

function attempt(
  tables: Tables,
  writes: readonly Write[],
  newest: number,
  full: StoreFullError | undefined,
): Committed {
  const outcomes: Outcome[] = [];
  const events: StoreEvent[] = [];
  tables.begin();
  for (const write of writes) {
    const outcome = make(tables, write, newest + events.length + 1, full, events);
    outcomes.push(outcome);
  }
  if (events.length > 0) tables.commit();
  else tables.rollback();
  return { outcomes, events };
}

function make(
  tables: Tables,
  write: Write,
  revision: number,
  full: StoreFullError | undefined,
  events: StoreEvent[],
): Outcome {
  const { key, value } = write;
  const current = tables.entry(key);
  if (write.expected !== (current?.revision ?? 0)) return { ok: false, current };
  if (value === undefined) {
    if (current === undefined) return { ok: false, current };
    tables.remove(revision, key, current.revision);
    events.push({ type: 'delete', key, revision, value: current.value, previous: current });
  } else {
    if (full !== undefined) return full;
    tables.put(revision, key, current?.revision ?? 0, value);
    events.push({ type: 'put', key, revision, value, previous: current });
  }
  return { ok: true, revision };
}
