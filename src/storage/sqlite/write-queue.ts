/** Writes that wait for the next transaction. Bounded by number and by bytes. */
import { StoreBusyError } from '../store.ts';
import type { Write, WriteResult } from '../store.ts';

/** As many writes may wait at once; above it they are refused. */
export const queuedWritesMax = 8192;
/** Of the values of waiting writes. */
export const queuedBytesMax = 64 * 1024 * 1024;
/** One transaction blocks the event loop for its length; what is more waits for the next turn. */
export const transactionWritesMax = 512;
export const transactionBytesMax = 8 * 1024 * 1024;

export interface QueuedWrite {
  readonly write: Write;
  readonly resolve: (result: WriteResult) => void;
  readonly reject: (error: unknown) => void;
}

export class WriteQueue {
  #waiting: QueuedWrite[] = [];
  #bytes = 0;

  get size(): number {
    return this.#waiting.length;
  }

  /** @throws StoreBusyError (as a rejection) when the queue is full. */
  add(write: Write): Promise<WriteResult> {
    const bytes = bytesOf(write);
    if (this.#waiting.length >= queuedWritesMax || (this.#bytes > 0 && this.#bytes + bytes > queuedBytesMax)) {
      const waiting = `${this.#waiting.length} writes of ${this.#bytes} bytes`;
      return Promise.reject(new StoreBusyError(`${waiting} wait for the disk already; try again later`));
    }
    this.#bytes += bytes;
    return new Promise((resolve, reject) => this.#waiting.push({ write, resolve, reject }));
  }

  /** The writes of the next transaction: at least one if there is any. */
  take(): readonly QueuedWrite[] {
    let count = 0;
    let bytes = 0;
    for (const { write } of this.#waiting) {
      const more = bytesOf(write);
      if (count >= transactionWritesMax || (count > 0 && bytes + more > transactionBytesMax)) break;
      bytes += more;
      count++;
    }
    const taken = this.#waiting.slice(0, count);
    this.#waiting = this.#waiting.slice(count);
    this.#bytes -= bytes;
    return taken;
  }
}

function bytesOf(write: Write): number {
  return write.value?.byteLength ?? 0;
}
