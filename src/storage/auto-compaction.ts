/**
 * Forgets a store's old history by itself: what is older than some minutes, as upstream's API server has etcd do (apiserver
 * storage/etcd3/compact.go), and in any case all but a number of revisions, so that a storm of writes cannot fill the disk.
 *
 * It watches the store's own commits. A timer exists only while there is history that grows older: at rest, none.
 */
import type { Clock, Timer } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Service } from '../lib/service.ts';
import type { Store, StoreEvent, StoreWatch } from './store.ts';

export interface AutoCompactionOptions {
  /** History younger than this is kept (unless there is too much of it). Default: 5 minutes. */
  readonly keepMs?: number;
  /** At most about so many revisions of history are kept, however young. Default: 50,000. */
  readonly revisionsMax?: number;
}

const defaultKeepMs = 5 * 60_000;
const defaultRevisionsMax = 50_000;
/** History is dropped in slices of this share of `keepMs`: so much longer than that may it be kept. */
const sliceShare = 0.2;
/** Beyond `revisionsMax` history is dropped in slices of this share of it. */
const excessShare = 0.1;

/** What was written from `startMs` (monotonic) on, up to `revision`. */
interface Slice {
  readonly startMs: number;
  revision: number;
}

export class AutoCompaction implements Service {
  readonly name = 'auto-compaction';
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #keepMs: number;
  readonly #revisionsMax: number;
  /** Oldest first. */
  #slices: Slice[] = [];
  #compacted = 0;
  #timer: Timer | undefined;
  #watch: StoreWatch | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(store: Store, clock: Clock, log: Logger, options: AutoCompactionOptions = {}) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
    this.#keepMs = options.keepMs ?? defaultKeepMs;
    this.#revisionsMax = options.revisionsMax ?? defaultRevisionsMax;
  }

  async start(): Promise<void> {
    const revision = await this.#store.revision();
    this.#watch = await this.#store.watch({
      prefix: '/',
      after: revision,
      onEvents: (events) => this.#noteEvents(events),
      onEnd: (reason) => this.#log.debug({ err: reason }, 'auto-compaction ends with the store'),
    });
    // What earlier processes left, of an age that nobody knows any more.
    this.#note(revision);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#watch?.close();
    this.#timer?.cancel();
    await this.#running;
  }

  #noteEvents(events: readonly StoreEvent[]): void {
    this.#note(events.at(-1)?.revision ?? 0);
  }

  #note(revision: number): void {
    const now = this.#clock.monotonic();
    const last = this.#slices.at(-1);
    if (last !== undefined && now < last.startMs + this.#sliceMs()) last.revision = revision;
    else this.#slices.push({ startMs: now, revision });
    const excess = revision - this.#revisionsMax - this.#compacted;
    if (excess > this.#revisionsMax * excessShare) this.#compact(revision - this.#revisionsMax);
    this.#arm();
  }

  /** For the oldest slice, when it ends and has grown old. */
  #arm(): void {
    const oldest = this.#slices[0];
    if (this.#timer !== undefined || oldest === undefined || this.#stopped) return;
    const delayMs = Math.max(0, this.#dueMs(oldest) - this.#clock.monotonic());
    this.#timer = this.#clock.after(delayMs, () => {
      this.#timer = undefined;
      this.#fire();
    });
  }

  #fire(): void {
    const now = this.#clock.monotonic();
    const due = this.#slices.findLastIndex((slice) => this.#dueMs(slice) <= now);
    const slice = this.#slices[due];
    this.#slices = this.#slices.slice(due + 1);
    if (slice !== undefined) this.#compact(slice.revision);
    this.#arm();
  }

  #compact(revision: number): void {
    if (revision <= this.#compacted || this.#stopped) return;
    this.#compacted = revision;
    this.#running = this.#running.then(async () => {
      if (this.#stopped) return;
      try {
        await this.#store.compact(revision);
      } catch (error) {
        // The next slice tries again, and further.
        this.#log.warn({ err: error, revision }, 'the history of the store could not be compacted');
      }
    });
  }

  #sliceMs(): number {
    return this.#keepMs * sliceShare;
  }

  #dueMs(slice: Slice): number {
    return slice.startMs + this.#sliceMs() + this.#keepMs;
  }
}
