/** One tenant's forwarded answers, as long as they are good. What others asked can't be found out by asking: it is not here. */
import { LRUCache } from 'lru-cache';
import type { UpstreamAnswer } from './upstream-message.ts';

export interface CacheLimits {
  readonly bytesMax: number;
  /** An answer is not kept longer. */
  readonly positiveSecondsMax: number;
  readonly negativeSecondsMax: number;
}

export interface CachedAnswer {
  readonly answer: UpstreamAnswer;
  readonly ageSeconds: number;
}

interface Entry {
  readonly answer: UpstreamAnswer;
  readonly storedAt: number;
  readonly goodUntil: number;
}

/** What an entry costs besides its message: map, key, objects. */
const entryBytes = 400;

export class AnswerCache {
  readonly #limits: CacheLimits;
  readonly #entries: LRUCache<string, Entry>;

  constructor(limits: CacheLimits) {
    this.#limits = limits;
    this.#entries = new LRUCache({
      maxSize: limits.bytesMax,
      sizeCalculation: ({ answer }) => answer.message.length + entryBytes,
    });
  }

  /** `nowMs`: monotonic. */
  get(key: string, nowMs: number): CachedAnswer | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    if (nowMs < entry.goodUntil)
      return { answer: entry.answer, ageSeconds: Math.floor((nowMs - entry.storedAt) / 1000) };
    this.#entries.delete(key);
    return undefined;
  }

  put(key: string, answer: UpstreamAnswer, nowMs: number): void {
    const isPositive = answer.rcode === 0 && answer.message.readUInt16BE(6) > 0;
    const secondsMax = isPositive ? this.#limits.positiveSecondsMax : this.#limits.negativeSecondsMax;
    const seconds = Math.min(answer.ttl, secondsMax);
    if (seconds <= 0) return;
    // A copy: the packet may be cut from something larger.
    const kept = { ...answer, message: Buffer.from(answer.message) };
    this.#entries.set(key, { answer: kept, storedAt: nowMs, goodUntil: nowMs + seconds * 1000 });
  }
}
