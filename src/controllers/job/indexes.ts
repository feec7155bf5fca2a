/** Sets of completion indexes, as a Job's status writes them: `1,3-5,7`. Mirrors kubernetes pkg/controller/job indexed_job_utils.go. Pure. */

interface Interval {
  readonly first: number;
  readonly last: number;
}

/** Disjoint, in order, and never side by side. */
export class Indexes {
  static readonly none = new Indexes([]);
  readonly #intervals: readonly Interval[];

  private constructor(intervals: readonly Interval[]) {
    this.#intervals = intervals;
  }

  /** What makes no sense is passed over; what is not below `end` is cut off. */
  static parse(text: string, end: number): Indexes {
    const intervals = text.split(',').flatMap((part): Interval[] => {
      const match = /^(\d+)(?:-(\d+))?$/.exec(part);
      const first = Number(match?.[1]);
      if (!match || first >= end) return [];
      return [{ first, last: Math.min(end - 1, Number(match[2] ?? first)) }];
    });
    return Indexes.none.#merged(intervals);
  }

  static of(indexes: Iterable<number>): Indexes {
    return Indexes.none.#merged([...indexes].map((index) => ({ first: index, last: index })));
  }

  get size(): number {
    return this.#intervals.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  }

  has(index: number): boolean {
    return this.#intervals.some(({ first, last }) => first <= index && index <= last);
  }

  union(other: Indexes): Indexes {
    return this.#merged(other.#intervals);
  }

  /** How many both have. */
  overlap(other: Indexes): number {
    let count = 0;
    for (const { first, last } of this.#intervals) {
      for (const interval of other.#intervals) {
        count += Math.max(0, Math.min(last, interval.last) - Math.max(first, interval.first) + 1);
      }
    }
    return count;
  }

  /** The lowest below `end` that are not in the set, at most `count`. */
  missing(count: number, end: number): number[] {
    const found: number[] = [];
    let candidate = 0;
    for (const { first, last } of [...this.#intervals, { first: end, last: end }]) {
      for (; candidate < Math.min(first, end) && found.length < count; candidate++) found.push(candidate);
      if (found.length >= count) return found;
      candidate = last + 1;
    }
    return found;
  }

  toString(): string {
    return this.#intervals
      .map(({ first, last }) => {
        if (first === last) return String(first);
        return last === first + 1 ? `${first},${last}` : `${first}-${last}`;
      })
      .join(',');
  }

  #merged(others: readonly Interval[]): Indexes {
    const sorted = [...this.#intervals, ...others].toSorted((left, right) => left.first - right.first);
    const merged: Interval[] = [];
    for (const interval of sorted) {
      const before = merged.at(-1);
      if (!before || interval.first > before.last + 1) merged.push(interval);
      else merged[merged.length - 1] = { first: before.first, last: Math.max(before.last, interval.last) };
    }
    return new Indexes(merged);
  }
}
