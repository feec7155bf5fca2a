/**
 * Events don't stay: an hour after the last write of one it is gone, and who watches is told. Mirrors kube-apiserver's --event-ttl, which leaves it
 * to etcd's leases.
 *
 * The argument: all live equally long, so what was written first ends first, and one queue in the order of writes with one timer for its head is
 * enough. A deletion names the revision that was queued: who writes meanwhile stands at the queue's end again. After a restart the time of the last
 * write is taken from what the event says of itself, and is never later than the restart.
 */
import { isJsonObject, type JsonObject } from '../../api/json.ts';
import { objectAt, textAt } from '../../api/json-fields.ts';
import { parseJsonBytes } from '../../api/codec/parse-json.ts';
import type { Clock, Timer } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Service } from '../../lib/service.ts';
import type { Entry, Store, StoreEvent, StoreWatch } from '../../storage/store.ts';

export interface EventExpiryOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Default: upstream's hour. */
  readonly lifeMs?: number;
  /** More events than these are not kept: the oldest go early. */
  readonly eventsMax?: number;
}

interface Written {
  readonly key: string;
  readonly revision: number;
  /** Monotonic milliseconds of the write. */
  readonly at: number;
}

const defaultLifeMs = 3_600_000;
const defaultEventsMax = 100_000;
const prefix = '/registry/events/';
const pageSize = 500;
const retryMs = 10_000;
/** What ends within it ends together: one timer for many. */
const togetherMs = 1000;

export class EventExpiry implements Service {
  readonly name = 'event expiry';
  readonly #options: EventExpiryOptions;
  readonly #lifeMs: number;
  readonly #eventsMax: number;
  /** In the order of their writes; `#head` is the first that is not dealt with. */
  #queue: Written[] = [];
  #head = 0;
  #watch: StoreWatch | undefined;
  #timer: Timer | undefined;
  #expiring = false;
  #stopped = false;
  #running: Promise<void> = Promise.resolve();

  constructor(options: EventExpiryOptions) {
    this.#options = options;
    this.#lifeMs = options.lifeMs ?? defaultLifeMs;
    this.#eventsMax = options.eventsMax ?? defaultEventsMax;
  }

  /** Doesn't wait until what is there has been read. */
  start(): Promise<void> {
    this.#running = this.#load();
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#watch?.close();
    await this.#running;
  }

  /** Reads what is there, and follows what is written from then on. */
  async #load(): Promise<void> {
    const { store, logger } = this.#options;
    try {
      const found: Written[] = [];
      let after: string | undefined;
      let revision: number | undefined;
      do {
        const page = await store.list({
          prefix,
          limit: pageSize,
          ...(after === undefined ? {} : { after }),
          ...(revision === undefined ? {} : { revision }),
        });
        ({ revision } = page);
        for (const entry of page.entries) found.push(this.#read(entry));
        after = page.remaining > 0 ? page.entries.at(-1)?.key : undefined;
      } while (after !== undefined && !this.#stopped);
      this.#queue = found.toSorted((left, right) => left.at - right.at);
      this.#head = 0;
      if (this.#stopped) return;
      this.#watch = await store.watch({
        prefix,
        after: revision,
        onEvents: (events) => this.#follow(events),
        onEnd: () => this.#again(),
      });
      this.#schedule();
    } catch (error) {
      if (this.#stopped) return;
      logger.warn({ err: error }, 'events that are there could not be read; trying again');
      this.#again();
    }
  }

  #again(): void {
    if (this.#stopped) return;
    this.#timer?.cancel();
    this.#timer = this.#options.clock.after(retryMs, () => {
      this.#running = this.#load();
    });
  }

  #read({ key, revision, value }: Entry): Written {
    const { clock } = this.#options;
    const age = Math.max(0, clock.now() - lastWrite(value));
    return { key, revision, at: clock.monotonic() - age };
  }

  #follow(events: readonly StoreEvent[]): void {
    const at = this.#options.clock.monotonic();
    for (const { type, key, revision } of events) if (type === 'put') this.#queue.push({ key, revision, at });
    this.#schedule();
  }

  get #tooMany(): boolean {
    return this.#queue.length - this.#head > this.#eventsMax;
  }

  /** One timer: for the head, or at once where there are too many. */
  #schedule(): void {
    const head = this.#queue[this.#head];
    if (!head || this.#stopped || this.#expiring) return;
    if (this.#timer && !this.#tooMany) return;
    this.#timer?.cancel();
    const dueMs = this.#tooMany ? 0 : Math.max(0, head.at + this.#lifeMs - this.#options.clock.monotonic());
    this.#wake(dueMs);
  }

  #wake(dueMs: number): void {
    this.#timer = this.#options.clock.after(dueMs, () => {
      this.#timer = undefined;
      this.#expiring = true;
      this.#running = this.#expire();
    });
  }

  async #expire(): Promise<void> {
    const { clock, store, logger } = this.#options;
    let failed = false;
    try {
      for (let head = this.#queue[this.#head]; head && !this.#stopped; head = this.#queue[this.#head]) {
        if (!this.#tooMany && head.at + this.#lifeMs > clock.monotonic() + togetherMs) break;
        // If it was written meanwhile, it stands in the queue once more.
        await store.write({ key: head.key, value: undefined, expected: head.revision });
        this.#head++;
      }
    } catch (error) {
      failed = true;
      if (!this.#stopped) logger.warn({ err: error }, 'an event that has ended could not be removed; trying again');
    }
    this.#queue = this.#queue.slice(this.#head);
    this.#head = 0;
    this.#expiring = false;
    if (failed && !this.#stopped) this.#wake(retryMs);
    else this.#schedule();
  }
}

/** As the event itself says, milliseconds since the epoch. */
function lastWrite(value: Uint8Array): number {
  const event = eventOf(value);
  const metadata = objectAt(event, 'metadata');
  const managed = metadata?.['managedFields'];
  const times = [
    textAt(metadata, 'creationTimestamp'),
    textAt(event, 'lastTimestamp'),
    textAt(event, 'eventTime'),
    textAt(objectAt(event, 'series'), 'lastObservedTime'),
    ...(Array.isArray(managed) ? managed.filter(isJsonObject).map((entry) => textAt(entry, 'time')) : []),
  ];
  return Math.max(0, ...times.map((text) => Date.parse(text)).filter((time) => !Number.isNaN(time)));
}

function eventOf(value: Uint8Array): JsonObject | undefined {
  try {
    const parsed = parseJsonBytes(value);
    return isJsonObject(parsed) ? parsed : undefined;
  } catch {
    // No event at all: it goes at once.
    return undefined;
  }
}
