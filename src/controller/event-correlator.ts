/**
 * Keeps Events few: an Event that was sent before is counted up instead of sent anew, many that differ by their message alone are
 * combined, and one object's Events of one source are limited in rate. Mirrors client-go tools/record EventCorrelator.
 */
import { timestamp } from '../lib/clock.ts';

/** An Event as a recorder makes it. */
export interface RecordedEvent {
  readonly namespace: string;
  readonly name: string;
  readonly involvedObject: Readonly<Record<string, string>>;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly component: string;
  /** Stands for several. */
  readonly combined?: true;
}

/** What to do with an Event. */
export type Correlated =
  | { readonly kind: 'skip' }
  | { readonly kind: 'create'; readonly event: RecordedEvent }
  /** The Event called `event.name` is there already: raise its count. */
  | { readonly kind: 'count'; readonly event: RecordedEvent; readonly count: number; readonly firstTimestamp: string };

const entriesMax = 4096;
const aggregateMax = 10;
const aggregateIntervalMs = 600_000;
const spamBurst = 25;
const spamPerSecond = 1 / 300;

export class EventCorrelator {
  readonly #buckets = new BoundedMap<{ tokens: number; at: number }>(entriesMax);
  readonly #aggregates = new BoundedMap<{ messages: Set<string>; at: number }>(entriesMax);
  readonly #seen = new BoundedMap<{ name: string; count: number; firstTimestamp: string }>(entriesMax);

  /** `now`: milliseconds since the epoch. */
  correlate(event: RecordedEvent, now: number): Correlated {
    const [combined, key] = this.#aggregate(event, now);
    const seen = this.#seen.get(key);
    const firstTimestamp = seen?.firstTimestamp ?? timestamp(now);
    const count = (seen?.count ?? 0) + 1;
    const name = seen?.name ?? combined.name;
    this.#seen.set(key, { name, count, firstTimestamp });
    if (this.#isSpam(event, now)) return { kind: 'skip' };
    if (!seen) return { kind: 'create', event: combined };
    return { kind: 'count', event: { ...combined, name }, count, firstTimestamp };
  }

  #aggregate(event: RecordedEvent, now: number): [RecordedEvent, string] {
    const similar = keyOf(event, event.reason);
    const known = this.#aggregates.get(similar);
    const record = known && now - known.at <= aggregateIntervalMs ? known : { messages: new Set<string>(), at: now };
    record.messages.add(event.message);
    record.at = now;
    this.#aggregates.set(similar, record);
    if (record.messages.size < aggregateMax) return [event, keyOf(event, event.reason, event.message)];
    for (const message of record.messages) {
      record.messages.delete(message);
      break;
    }
    return [{ ...event, combined: true, message: `(combined from similar events): ${event.message}` }, similar];
  }

  #isSpam(event: RecordedEvent, now: number): boolean {
    const key = keyOf(event);
    const bucket = this.#buckets.get(key) ?? { tokens: spamBurst, at: now };
    bucket.tokens = Math.min(spamBurst, bucket.tokens + ((now - bucket.at) / 1000) * spamPerSecond);
    bucket.at = now;
    this.#buckets.set(key, bucket);
    if (bucket.tokens < 1) return true;
    bucket.tokens--;
    return false;
  }
}

function keyOf(event: RecordedEvent, ...more: readonly string[]): string {
  const { kind, namespace, name, fieldPath, uid, apiVersion } = event.involvedObject;
  return JSON.stringify([event.component, kind, namespace, name, fieldPath, uid, apiVersion, event.type, ...more]);
}

/** Forgets what was written longest ago. */
class BoundedMap<V> {
  readonly #max: number;
  readonly #entries = new Map<string, V>();

  constructor(max: number) {
    this.#max = max;
  }

  get(key: string): V | undefined {
    return this.#entries.get(key);
  }

  set(key: string, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= this.#max) return;
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      return;
    }
  }
}
