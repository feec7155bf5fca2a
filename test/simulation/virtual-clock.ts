/**
 * Virtual time for a whole system in one process. Time moves only when nothing else can happen; each machine has a wall clock of its own, which
 * may jump, and a machine that has crashed has no timers any more.
 */
import type { Clock, Timer } from '../../src/lib/clock.ts';

interface Pending {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
  cancelled: boolean;
}

/** Turns of the event loop without anything new after which nothing more is on its way. */
const quietTurns = 3;
const turnsMax = 100_000;

export class VirtualTime {
  #elapsed = 0;
  #order = 0;
  #activity = 0;
  /** A binary heap by time, then order. */
  readonly #heap: Pending[] = [];

  get elapsed(): number {
    return this.#elapsed;
  }

  /** Something happened that others may follow from. */
  stir(): void {
    this.#activity++;
  }

  after(delayMs: number, run: () => void): Timer {
    this.stir();
    const pending = { at: this.#elapsed + Math.max(0, delayMs), order: this.#order++, run, cancelled: false };
    this.#push(pending);
    return {
      cancel: () => {
        pending.cancelled = true;
      },
    };
  }

  /** Runs all that is due within `ms`, in order, and all that follows from it. */
  async advance(ms: number): Promise<void> {
    const end = this.#elapsed + ms;
    await this.settle();
    for (let next = this.#first(); next && next.at <= end; next = this.#first()) {
      this.#elapsed = next.at;
      while (next && next.at === this.#elapsed) {
        this.#pop();
        if (!next.cancelled) next.run();
        next = this.#first();
      }
      await this.settle();
    }
    this.#elapsed = end;
  }

  /** Advances until `done` resolves or rejects. @throws when it takes longer than `msMax` */
  async during<T>(done: Promise<T>, msMax: number): Promise<T> {
    let ended = false;
    const end = (): void => {
      ended = true;
    };
    done.then(end, end);
    for (let spent = 0; spent <= msMax; spent += 100) {
      await this.advance(100);
      if (ended) return done;
    }
    throw new Error(`not done after ${msMax} virtual ms`);
  }

  async settle(): Promise<void> {
    let quiet = 0;
    for (let turn = 0; quiet < quietTurns; turn++) {
      if (turn > turnsMax) throw new Error('the system never comes to rest: something works without time passing');
      const before = this.#activity;
      await new Promise((resolve) => setImmediate(resolve));
      quiet = this.#activity === before ? quiet + 1 : 0;
    }
  }

  #first(): Pending | undefined {
    while (this.#heap[0]?.cancelled) this.#pop();
    return this.#heap[0];
  }

  #push(pending: Pending): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(pending);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (!above || !isBefore(pending, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = pending;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let index = 0;
    for (;;) {
      const left = index * 2 + 1;
      const [one, other] = [heap[left], heap[left + 1]];
      if (!one) break;
      const [child, at] = other && isBefore(other, one) ? [other, left + 1] : [one, left];
      if (!isBefore(child, last)) break;
      heap[index] = child;
      index = at;
    }
    heap[index] = last;
  }
}

function isBefore(one: Pending, other: Pending): boolean {
  return one.at === other.at ? one.order < other.order : one.at < other.at;
}

const epochMs = Date.UTC(2030, 0, 1);

/** One machine's clock. */
export class MachineClock implements Clock {
  readonly #time: VirtualTime;
  #offsetMs = 0;
  #farthestMs = 0;

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  /** The wall clock, not the monotonic one. */
  jump(ms: number): void {
    this.#offsetMs += ms;
    this.#farthestMs = Math.max(this.#farthestMs, this.#offsetMs);
  }

  /** Nothing that it has shown is in the future any more. */
  catchUp(): void {
    this.#offsetMs = this.#farthestMs;
  }

  /** Shows what the other shows. */
  synchronize(other: MachineClock): void {
    this.#offsetMs = other.#offsetMs;
  }

  now(): number {
    return epochMs + this.#time.elapsed + this.#offsetMs;
  }

  monotonic(): number {
    return this.#time.elapsed;
  }

  after(delayMs: number, run: () => void): Timer {
    return this.#time.after(delayMs, run);
  }
}

/** The clock of one process on a machine: when the process dies, its timers do. */
export class ProcessClock implements Clock {
  readonly #machine: Clock;
  #dead = false;

  constructor(machine: Clock) {
    this.#machine = machine;
  }

  die(): void {
    this.#dead = true;
  }

  now(): number {
    return this.#machine.now();
  }

  monotonic(): number {
    return this.#machine.monotonic();
  }

  after(delayMs: number, run: () => void): Timer {
    return this.#machine.after(delayMs, () => {
      if (!this.#dead) run();
    });
  }
}
