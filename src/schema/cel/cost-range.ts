/**
 * Costs and sizes between a least and a most, as estimates have them. Upstream counts in uint64 and stops at its end; these stop there,
 * too, and are exact below 2^53, far above all limits.
 */
export interface Range {
  readonly min: number;
  readonly max: number;
}

export const unboundedCost = 2 ** 64;
export const unknownSize: Range = { min: 0, max: unboundedCost };
export const nothing: Range = { min: 0, max: 0 };

export function fixed(value: number): Range {
  return { min: value, max: value };
}

export function add(left: Range, right: Range): Range {
  return { min: bounded(left.min + right.min), max: bounded(left.max + right.max) };
}

export function multiply(left: Range, right: Range): Range {
  return { min: bounded(left.min * right.min), max: bounded(left.max * right.max) };
}

/** Rounded up. */
export function scale(range: Range, factor: number): Range {
  return { min: bounded(Math.ceil(range.min * factor)), max: bounded(Math.ceil(range.max * factor)) };
}

export function union(left: Range, right: Range): Range {
  return { min: Math.min(left.min, right.min), max: Math.max(left.max, right.max) };
}

export function sumOf(ranges: readonly Range[]): Range {
  return ranges.reduce(add, nothing);
}

export function bounded(value: number): number {
  return Math.min(value, unboundedCost);
}
