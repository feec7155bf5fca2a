/**
 * The newest events, kept as objects: whoever begins to watch shortly before now gets the *same* objects as those who watch
 * already, and no table is read for it. Bounded by number and by bytes.
 */
import { eventBytes } from './event-bytes.ts';
import type { StoreEvent } from './store.ts';

/** Above this the older half is dropped. */
const recentEventsMax = 1024;
/** Of values and previous values. */
const recentBytesMax = 2 * 1024 * 1024;

export class RecentEvents {
  #events: StoreEvent[] = [];
  #bytes = 0;
  #after: number;

  constructor(newest: number) {
    this.#after = newest;
  }

  add(events: readonly StoreEvent[]): void {
    for (const event of events) {
      this.#events.push(event);
      this.#bytes += eventBytes(event);
      // Halving keeps the cost of dropping constant per event.
      while (this.#events.length > recentEventsMax || this.#bytes > recentBytesMax) this.#dropOlderHalf();
    }
  }

  /** Whether all events with a revision greater than `revision` are here. */
  reachesBackTo(revision: number): boolean {
    return revision >= this.#after;
  }

  /** Every event with a greater revision is here. */
  get after(): number {
    return this.#after;
  }

  /** Drops the events up to `revision`. */
  forget(revision: number): void {
    if (revision <= this.#after) return;
    const kept = this.#events.filter((event) => event.revision > revision);
    this.#bytes = kept.reduce((sum, event) => sum + eventBytes(event), 0);
    this.#events = kept;
    this.#after = revision;
  }

  /** The events below `prefix` after `revision`, in order. */
  read(prefix: string, revision: number): StoreEvent[] {
    return this.#events.filter((event) => event.revision > revision && event.key.startsWith(prefix));
  }

  #dropOlderHalf(): void {
    const dropped = this.#events.splice(0, Math.ceil(this.#events.length / 2));
    for (const event of dropped) this.#bytes -= eventBytes(event);
    this.#after = dropped.at(-1)?.revision ?? this.#after;
  }
}
