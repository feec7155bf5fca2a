/** Numbers of a range, each given to one at a time. Mirrors kubernetes core/service/allocator with its dynamic band. */
import type { Random } from '../../lib/random.ts';

/** How many of the first numbers are kept for who asks for them. Mirrors calculateRangeOffset. */
const staticMin = 16;
const staticMax = 256;
const staticShare = 16;

export class NumberRange {
  readonly #first: number;
  readonly #last: number;
  readonly #random: Random;
  readonly #taken = new Set<number>();

  /** Both ends are part of it. */
  constructor(first: number, last: number, random: Random) {
    this.#first = first;
    this.#last = last;
    this.#random = random;
  }

  has(number: number): boolean {
    return Number.isInteger(number) && number >= this.#first && number <= this.#last;
  }

  /** `false`: somebody has it, or it is none of the range. */
  take(number: number): boolean {
    if (!this.has(number) || this.#taken.has(number)) return false;
    this.#taken.add(number);
    return true;
  }

  /** Any free one. `undefined`: there is none. */
  takeNext(): number | undefined {
    const size = this.#last - this.#first + 1;
    if (this.#taken.size >= size) return undefined;
    const kept = size <= staticMin ? 0 : Math.min(staticMax, Math.max(staticMin, Math.floor(size / staticShare)));
    return this.#takeFrom(this.#first + kept, this.#last) ?? this.#takeFrom(this.#first, this.#first + kept - 1);
  }

  free(number: number): void {
    this.#taken.delete(number);
  }

  /** From a random place on, around. */
  #takeFrom(first: number, last: number): number | undefined {
    const size = last - first + 1;
    if (size <= 0) return undefined;
    const start = Math.floor(this.#random.next() * size);
    for (let step = 0; step < size; step++) {
      const number = first + ((start + step) % size);
      if (this.take(number)) return number;
    }
    return undefined;
  }
}
