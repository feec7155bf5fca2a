/**
 * The chunks of a stream, pulled at the reader's pace. Not Node's own iterator: an HTTP/2 stream calls itself closed as soon as its last
 * frame has come, and the iterator, begun after that, takes it for broken off though all of its data is there.
 */
import type { Readable } from 'node:stream';
import { ConnectionError } from './connection-error.ts';

/** Listens from now on, so nothing is missed however late the first chunk is asked for. */
export class StreamChunks {
  readonly #stream: Readable;
  #state: 'open' | 'ended' | 'closed' = 'open';
  #error: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(stream: Readable) {
    this.#stream = stream;
    stream.on('readable', () => this.#wake?.());
    stream.once('end', () => this.#settle('ended'));
    stream.once('error', (error) => {
      this.#error = error;
      this.#settle('closed');
    });
    stream.once('close', () => this.#settle('closed'));
  }

  /** `undefined`: the stream has ended. Rejects with its error, or when it was closed before its end. One call at a time. */
  async next(): Promise<Uint8Array | undefined> {
    for (;;) {
      // Without an encoding, a stream of bytes reads as buffers.
      const chunk = this.#stream.read() as Uint8Array | null;
      if (chunk !== null) return chunk;
      if (this.#state === 'ended') return undefined;
      if (this.#state === 'closed') throw this.#error ?? new ConnectionError('the stream was closed before its end');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }

  #settle(state: 'ended' | 'closed'): void {
    if (this.#state === 'open') this.#state = state;
    this.#wake?.();
  }
}
