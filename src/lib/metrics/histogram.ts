/** How often a value was at most so much, in Prometheus' way: cumulated counts for upper bounds, the sum, and the count. */
import type { Labels, Sample } from './metric-text.ts';

export class Histogram {
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #count = 0;
  #sum = 0;

  /** `bounds`: upper ones, ascending; what is above the last counts, too. */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = bounds.map(() => 0);
  }

  observe(value: number): void {
    const bucket = this.#bounds.findIndex((bound) => value <= bound);
    if (bucket >= 0) this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#count++;
    this.#sum += value;
  }

  /** What a metric of type `histogram` has for these labels. */
  samples(labels: Labels): Sample[] {
    let cumulated = 0;
    const buckets = this.#bounds.map((bound, index): Sample => {
      cumulated += this.#counts[index] ?? 0;
      return { suffix: '_bucket', labels: { ...labels, le: String(bound) }, value: cumulated };
    });
    return [
      ...buckets,
      { suffix: '_bucket', labels: { ...labels, le: '+Inf' }, value: this.#count },
      { suffix: '_sum', labels, value: this.#sum },
      { suffix: '_count', labels, value: this.#count },
    ];
  }
}
