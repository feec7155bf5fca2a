/** Choices from a seed. */
import type { Random } from '../../src/lib/random.ts';

export class Choices {
  readonly random: Random;

  constructor(random: Random) {
    this.random = random;
  }

  /** An integer from 0 to `below` - 1. */
  number(below: number): number {
    return Math.floor(this.random.next() * below);
  }

  chance(share: number): boolean {
    return this.random.next() < share;
  }

  /** @throws Error for an empty list */
  of<T>(list: readonly T[]): T {
    const [found] = list.slice(this.number(list.length));
    if (found === undefined) throw new Error('nothing to choose from');
    return found;
  }

  /** Some of the list, in its order. */
  some<T>(list: readonly T[], share: number): T[] {
    return list.filter(() => this.chance(share));
  }

  /** What is chosen by weight. */
  weighted<T>(list: readonly (readonly [weight: number, value: T])[]): T {
    let left = this.random.next() * list.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, value] of list) {
      left -= weight;
      if (left < 0) return value;
    }
    throw new Error('nothing to choose from');
  }
}
