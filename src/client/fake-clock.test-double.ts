/** Time that tests move, and randomness from a seed. */
import type { Clock } from '../lib/clock.ts';
import type { Random } from '../lib/random.ts';

interface Pending {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

export class FakeClock implements Clock {
  #now: number;
  #order = 0;
  readonly #pending = new Set<Pending>();

  constructor(start: number = Date.UTC(2030, 0, 1)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  after(delayMs: number, run: () => void): { cancel(): void } {
    const pending = { at: this.#now + Math.max(0, delayMs), order: this.#order++, run };
    this.#pending.add(pending);
    return { cancel: () => this.#pending.delete(pending) };
  }

  /** When the next timer is due; undefined: there is none. */
  nextDue(): number | undefined {
    return this.#first()?.at;
  }

  /** Runs all timers that are due within `ms`, in order, and lets everything else that follows from them happen. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (let next = this.#first(); next && next.at <= end; next = this.#first()) {
      this.#pending.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.run();
      await settle();
    }
    this.#now = end;
  }

  #first(): Pending | undefined {
    let first: Pending | undefined;
    for (const pending of this.#pending)
      if (!first || pending.at < first.at || (pending.at === first.at && pending.order < first.order)) first = pending;
    return first;
  }
}

/** Lets promises that are already on their way resolve. */
export async function settle(turns = 6): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** The same numbers for the same seed (mulberry32). */
export function seededRandom(seed = 1): Random {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const hex = (length: number): string => Array.from({ length }, () => Math.floor(next() * 16).toString(16)).join('');
  return { next, uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}` };
}
