/**
 * Gives memory back after a peak. V8 collects old garbage when it needs room, not when there is quiet: a tenant that was once asked for much would keep
 * gigabytes for the rest of its days.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Clock, Timer } from '../lib/clock.ts';
import type { Service } from '../lib/service.ts';

export interface HeapKeeperOptions {
  readonly clock: Clock;
  /** Bytes of the process now. */
  readonly measure?: () => number;
  /** Collects all garbage there is. */
  readonly collect?: () => void;
}

const intervalMs = 30_000;
/** A process that holds less than this is left alone. */
const bytesMin = 160 * 1024 * 1024;
/** Collected again only when it has grown by so much since: what is held may be needed. */
const growth = 1.25;
/** What was needed then may be garbage now: with each look, less of it is taken for granted. Six minutes make up for `growth`. */
const trust = 0.98;

export class HeapKeeper implements Service {
  readonly name = 'heap keeper';
  readonly #clock: Clock;
  readonly #measure: () => number;
  readonly #collect: () => void;
  /** What was left after the last collection. */
  #kept = 0;
  #timer: Timer | undefined;

  constructor({ clock, measure = residentBytes, collect = garbageCollector() }: HeapKeeperOptions) {
    this.#clock = clock;
    this.#measure = measure;
    this.#collect = collect;
  }

  start(): Promise<void> {
    this.#schedule();
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.#timer?.cancel();
    return Promise.resolve();
  }

  #schedule(): void {
    this.#timer = this.#clock.after(intervalMs, () => {
      this.#look();
      this.#schedule();
    });
  }

  #look(): void {
    const held = this.#measure();
    this.#kept *= trust;
    if (held < bytesMin || held < this.#kept * growth) return;
    this.#collect();
    this.#kept = this.#measure();
  }
}

function residentBytes(): number {
  return process.memoryUsage.rss();
}

/** What `--expose-gc` gives, without the flag. */
function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  // A door: with the flag, every new context has it.
  return runInNewContext('gc') as () => void;
}
