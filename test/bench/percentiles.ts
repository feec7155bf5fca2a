/** The middle and the tail of measurements. */

/** The smallest value that at least this share of the values doesn't exceed (nearest rank). `share` in (0, 1]. @throws RangeError when there are none */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const found = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
  if (found === undefined) throw new RangeError('a percentile of nothing');
  return found;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}
