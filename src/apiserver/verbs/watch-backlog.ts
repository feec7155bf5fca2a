/**
 * The frames of one watch on their way to its client: the client pulls, and one that is too slow is cut off instead of being buffered
 * for. What a watch begins with is read and encoded only when it is pulled, page after page, so that a large collection never counts as
 * backlog.
 */

/** Waiting frames of one watch, their bytes, and how many they are: above either, the watch is ended. */
const backlogBytesMax = 16 * 1024 * 1024;
const backlogFramesMax = 20_000;
/** Of all watches together; above it, those that are further behind than most are ended. */
const allBacklogsBytesMax = 128 * 1024 * 1024;
/** Frames are joined into chunks of about this size. */
const chunkBytes = 64 * 1024;

/** What all watches of a server have waiting. Frames that several wait for count for each. */
export class BacklogBudget {
  #bytes = 0;
  #backlogs = 0;

  /** A backlog of `before` bytes has `now`. `false`: that is too much, for one that is so far behind. */
  changed(before: number, now: number): boolean {
    this.#bytes += now - before;
    this.#backlogs += Number(now > 0) - Number(before > 0);
    return this.#bytes <= allBacklogsBytesMax || now < this.#bytes / this.#backlogs;
  }
}

export class WatchBacklog implements AsyncIterable<Uint8Array> {
  readonly #initial: AsyncIterator<readonly Uint8Array[]>;
  readonly #budget: BacklogBudget;
  readonly #onClose: () => void;
  #initialDone = false;
  #frames: Uint8Array[] = [];
  #bytes = 0;
  #ended = false;
  #closed = false;
  #wake: (() => void) | undefined;

  /** `initial`: pages, made while they are pulled. `onClose`: nobody reads any more; called once. */
  constructor(initial: AsyncIterable<readonly Uint8Array[]>, budget: BacklogBudget, onClose: () => void) {
    this.#initial = initial[Symbol.asyncIterator]();
    this.#budget = budget;
    this.#onClose = onClose;
  }

  /** `false`: the client is too slow, and the backlog was dropped; or it has ended. */
  push(frame: Uint8Array): boolean {
    if (this.#ended) return false;
    this.#frames.push(frame);
    const fits = this.#count(this.#bytes + frame.length);
    if (!fits || this.#bytes > backlogBytesMax || this.#frames.length > backlogFramesMax) {
      this.#drop();
      this.end();
      return false;
    }
    this.#wake?.();
    return true;
  }

  /** What is waiting is still delivered. */
  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  /** Only this is still delivered, instead of what is waiting. */
  endWith(frame: Uint8Array): void {
    this.#drop();
    this.#frames = [frame];
    this.#count(frame.length);
    this.#initialDone = true;
    this.end();
  }

  /** Nothing more is delivered. Idempotent. */
  close(): void {
    this.#drop();
    this.end();
    if (this.#closed) return;
    this.#closed = true;
    this.#onClose();
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return {
      next: () => this.#next(),
      return: () => {
        this.#initialDone = true;
        this.close();
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }

  #drop(): void {
    this.#frames = [];
    this.#count(0);
  }

  #count(bytes: number): boolean {
    const before = this.#bytes;
    this.#bytes = bytes;
    return this.#budget.changed(before, bytes);
  }

  async #next(): Promise<IteratorResult<Uint8Array>> {
    for (;;) {
      const chunk = (await this.#takeInitial()) ?? this.#takeChunk();
      if (chunk) return { done: false, value: chunk };
      if (this.#ended) {
        this.close();
        return { done: true, value: undefined };
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }

  async #takeInitial(): Promise<Uint8Array | undefined> {
    while (!this.#initialDone && !this.#closed) {
      const page = await this.#initial.next();
      if (page.done === true) this.#initialDone = true;
      else if (page.value.length > 0 && !this.#closed) return joined(page.value);
    }
    return undefined;
  }

  #takeChunk(): Uint8Array | undefined {
    if (this.#frames.length === 0) return undefined;
    const frames: Uint8Array[] = [];
    let bytes = 0;
    for (const frame of this.#frames) {
      frames.push(frame);
      bytes += frame.length;
      if (bytes >= chunkBytes) break;
    }
    this.#frames = frames.length === this.#frames.length ? [] : this.#frames.slice(frames.length);
    this.#count(this.#bytes - bytes);
    return joined(frames);
  }
}

function joined(frames: readonly Uint8Array[]): Uint8Array {
  const [only] = frames;
  return frames.length === 1 && only ? only : Buffer.concat(frames);
}
