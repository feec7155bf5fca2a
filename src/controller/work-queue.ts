/**
 * Keys that need work. A key waits at most once, however often it is added; a key that is being worked on and is added again waits
 * until it is done; so one key is never worked on twice at a time. Failures come back with exponential delay.
 *
 * Mirrors client-go util/workqueue (Queue, DelayingQueue, RateLimitingQueue).
 */
import type { Clock, Timer } from '../lib/clock.ts';

export interface WorkQueueOptions {
  /** For metrics and logs. */
  readonly name: string;
  readonly clock: Clock;
  /** The delay after the first failure; doubled at each further one. Default 5. */
  readonly retryInitialMs?: number;
  /** Default 1,000,000. */
  readonly retryMaxMs?: number;
  readonly metrics?: WorkQueueMetrics;
}

/** What a queue tells of itself. Methods must not throw. */
export interface WorkQueueMetrics {
  /** There is a new queue; it can be asked what it is doing. */
  opened(queue: Pick<WorkQueue, 'name' | 'workUnderWay'>): void;
  added(queue: string): void;
  /** How many keys wait, after each change. */
  depth(queue: string, depth: number): void;
  /** How long a key has waited when it is taken. */
  waited(queue: string, milliseconds: number): void;
  /** How long the work on a key took. */
  worked(queue: string, milliseconds: number): void;
  retried(queue: string): void;
}

export interface DelayOptions {
  /** Whether a process that sleeps must be up when the delay is over. Default true; false for what is only looked at again now and then. */
  readonly wakes?: boolean;
}

interface Delayed {
  /** Milliseconds of the clock's wall time. */
  readonly at: number;
  /** The earliest time for which a sleeping process must be up, of all delays that were asked for; `Infinity`: none. */
  readonly wakesAt: number;
  readonly timer: Timer;
}

/** Timers of JavaScript take no longer delays; a key due later is simply looked at again. */
const timerMaxMs = 2 ** 31 - 1;

export class WorkQueue {
  readonly name: string;
  readonly #options: WorkQueueOptions;
  /** Waiting keys, with the time since when. A Map keeps their order. */
  readonly #waiting = new Map<string, number>();
  /** Keys being worked on, with the time since when; and whether they were added meanwhile. */
  readonly #working = new Map<string, { since: number; again: boolean }>();
  readonly #delayed = new Map<string, Delayed>();
  readonly #failures = new Map<string, number>();
  readonly #takers: ((key: string | undefined) => void)[] = [];
  #closed = false;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
    this.name = options.name;
    options.metrics?.opened(this);
  }

  /** How many keys wait for their turn now (without those that are delayed or worked on). */
  get length(): number {
    return this.#waiting.size;
  }

  /** Nothing waits, nothing is worked on; delayed keys don't count. */
  get idle(): boolean {
    return this.#waiting.size === 0 && this.#working.size === 0;
  }

  add(key: string): void {
    if (this.#closed || this.#waiting.has(key)) return;
    const working = this.#working.get(key);
    if (working?.again) return;
    this.#options.metrics?.added(this.name);
    if (working) {
      working.again = true;
      return;
    }
    const taker = this.#takers.shift();
    if (taker) {
      this.#begin(key, 0);
      taker(key);
      return;
    }
    this.#waiting.set(key, this.#options.clock.monotonic());
    this.#tellDepth();
  }

  /** Adds the key when the delay is over. Of several delays of one key the earliest counts. */
  addAfter(key: string, delayMs: number, { wakes = true }: DelayOptions = {}): void {
    if (this.#closed) return;
    if (delayMs <= 0) return this.add(key);
    const { clock } = this.#options;
    const at = clock.now() + delayMs;
    const known = this.#delayed.get(key);
    const wakesAt = Math.min(known?.wakesAt ?? Infinity, wakes ? at : Infinity);
    if (known && known.at <= at) return void this.#delayed.set(key, { ...known, wakesAt });
    known?.timer.cancel();
    const timer = clock.after(Math.min(delayMs, timerMaxMs), () => {
      this.#delayed.delete(key);
      this.add(key);
    });
    this.#delayed.set(key, { at, wakesAt, timer });
  }

  /** Adds the key after a delay that doubles each time, until {@link forget}. */
  addRateLimited(key: string): void {
    const { retryInitialMs = 5, retryMaxMs = 1_000_000, metrics } = this.#options;
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    metrics?.retried(this.name);
    this.addAfter(key, Math.min(retryMaxMs, retryInitialMs * 2 ** Math.min(failures, 64)));
  }

  /** The key will be looked at now: what it was delayed for no longer needs a wake-up. */
  cancelDelay(key: string): void {
    this.#delayed.get(key)?.timer.cancel();
    this.#delayed.delete(key);
  }

  /** The key's work succeeded: its next failure starts with the shortest delay. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** The key waits, is worked on, or will be tried again since it failed. */
  isUnderWay(key: string): boolean {
    return this.#waiting.has(key) || this.#working.has(key) || this.#failures.has(key);
  }

  /** How often in a row the key has failed. */
  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  /** The next key, when there is one; `undefined` when the queue is closed. {@link done} must follow. */
  take(): Promise<string | undefined> {
    if (this.#closed) return Promise.resolve(undefined);
    for (const [key, since] of this.#waiting) {
      this.#waiting.delete(key);
      this.#begin(key, this.#options.clock.monotonic() - since);
      this.#tellDepth();
      return Promise.resolve(key);
    }
    return new Promise((resolve) => this.#takers.push(resolve));
  }

  /** The work on a key that was taken has ended, well or not. */
  done(key: string): void {
    const working = this.#working.get(key);
    if (!working) return;
    this.#working.delete(key);
    this.#options.metrics?.worked(this.name, this.#options.clock.monotonic() - working.since);
    if (working.again) this.add(key);
  }

  /**
   * When (milliseconds since the epoch) there will be work without anything happening outside: now when keys wait or are worked
   * on, the earliest time of those delays that wake, or `undefined` for never. A process that sleeps must be up again by then.
   */
  nextWakeUp(): number | undefined {
    if (!this.idle) return this.#options.clock.now();
    let earliest = Infinity;
    for (const { wakesAt } of this.#delayed.values()) earliest = Math.min(earliest, wakesAt);
    return earliest === Infinity ? undefined : earliest;
  }

  /** For how long the keys that are being worked on have been, in milliseconds. */
  workUnderWay(): { readonly totalMs: number; readonly longestMs: number } {
    const now = this.#options.clock.monotonic();
    let [totalMs, longestMs] = [0, 0];
    for (const { since } of this.#working.values()) {
      totalMs += now - since;
      longestMs = Math.max(longestMs, now - since);
    }
    return { totalMs, longestMs };
  }

  /** Nothing is taken or added any more; those who wait get `undefined`. Idempotent. */
  close(): void {
    this.#closed = true;
    for (const { timer } of this.#delayed.values()) timer.cancel();
    this.#delayed.clear();
    this.#waiting.clear();
    for (const taker of this.#takers.splice(0)) taker(undefined);
  }

  #begin(key: string, waitedMs: number): void {
    this.#working.set(key, { since: this.#options.clock.monotonic(), again: false });
    this.#options.metrics?.waited(this.name, waitedMs);
  }

  #tellDepth(): void {
    this.#options.metrics?.depth(this.name, this.#waiting.size);
  }
}
