/**
 * Forgets history in small transactions, one per turn of the event loop, then gives free pages back to the file system.
 *
 * The argument: each step records how far it came in its own transaction, so a crash leaves a store that is compacted to
 * there; readers are refused by the target from the beginning, so nobody sees a state that is half forgotten.
 */
import type { Tables } from './tables.ts';

/** Revisions that one step looks at. */
const revisionsPerStep = 250;
/** Pages that one step gives back. */
const pagesPerStep = 256;
/** Free pages that are kept for the writes to come: giving back and growing again costs more than it frees. */
const freePagesKept = 256;
/** …or this share of the used ones, if more. */
const freeShareKept = 0.25;

export interface Compaction {
  /** All up to here has been forgotten, or is being. */
  readonly target: number;
  /** Raises the target; resolves when it is reached. Rejects with what the disk says, or with the reason of `stop`. */
  advance(target: number): Promise<void>;
  /** No step runs after this. */
  stop(reason: Error): void;
}

/** `nextTurn` is `setImmediate` but in tests. */
export function openCompaction(tables: Tables, nextTurn: (run: () => void) => unknown = setImmediate): Compaction {
  let reached = tables.compactedRevision();
  let target = reached;
  let running: Promise<void> | undefined;
  let stopped: Error | undefined;

  async function run(): Promise<void> {
    while (reached < target) {
      await turn();
      const through = Math.min(target, reached + revisionsPerStep);
      inTransaction(tables, () => tables.forget(reached, through));
      reached = through;
    }
    await shrink();
  }

  async function shrink(): Promise<void> {
    let vacuumed = false;
    for (let surplus = surplusPages(tables); surplus > 0; surplus = surplusPages(tables)) {
      await turn();
      tables.vacuum(Math.min(pagesPerStep, surplus));
      vacuumed = true;
    }
    if (vacuumed) tables.checkpoint();
  }

  function turn(): Promise<void> {
    return new Promise((resolve, reject) => {
      nextTurn(() => {
        if (stopped) reject(stopped);
        else resolve();
      });
    });
  }

  return {
    get target() {
      return target;
    },
    async advance(wanted) {
      target = Math.max(target, wanted);
      while (reached < wanted) {
        running ??= run().finally(() => (running = undefined));
        await running;
      }
    },
    stop(reason) {
      stopped = reason;
    },
  };
}

function surplusPages(tables: Tables): number {
  const { used, free } = tables.pages();
  const kept = Math.max(freePagesKept, Math.floor(used * freeShareKept));
  return free - kept;
}

function inTransaction(tables: Tables, run: () => void): void {
  tables.begin();
  try {
    run();
    tables.commit();
  } catch (error) {
    tables.rollback();
    throw error;
  }
}
