/**
 * The entries below one prefix, kept in their order and up to date by the store's events: a list that is asked for again and again is read once. What was
 * handed out is never changed.
 */
import { compareKeys } from '../key-range.ts';
import type { Entry, StoreEvent } from '../store.ts';

export class HotList {
  /** Everything up to here is in it. */
  revision: number;
  /** Of the values. */
  bytes: number;
  #entries: Entry[];
  #handedOut = false;

  /** `entries`: all of them at `revision`, in the order of their keys; they stay the caller's. */
  constructor(entries: readonly Entry[], revision: number) {
    this.revision = revision;
    this.#entries = [...entries];
    this.bytes = entries.reduce((sum, { value }) => sum + value.byteLength, 0);
  }

  /** The same array until something changes: what is made of it can be kept beside it. */
  get entries(): readonly Entry[] {
    this.#handedOut = true;
    return this.#entries;
  }

  /** Events in order; those that it has seen already are left out. */
  apply(events: readonly StoreEvent[]): void {
    for (const event of events) {
      if (event.revision <= this.revision) continue;
      this.#applyOne(event);
      this.revision = event.revision;
    }
  }

  #applyOne({ type, key, value, revision }: StoreEvent): void {
    if (this.#handedOut) this.#entries = [...this.#entries];
    this.#handedOut = false;
    const at = this.#placeOf(key);
    const old = this.#entries[at]?.key === key ? this.#entries[at] : undefined;
    this.bytes -= old?.value.byteLength ?? 0;
    if (type === 'delete') {
      if (old) this.#entries.splice(at, 1);
      return;
    }
    this.bytes += value.byteLength;
    this.#entries.splice(at, old ? 1 : 0, { key, value, revision });
  }

  /** Where the key stands, or belongs. */
  #placeOf(key: string): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareKeys(this.#entries[middle]?.key ?? '', key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
