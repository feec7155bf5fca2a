/**
 * Numbers of replicas are 32 bits wide upstream, and amounts of metrics 64. Where Go's conversion of a float that doesn't fit is left
 * to the processor (on amd64 a huge number of replicas becomes the smallest one), these are bounded instead, as upstream itself does it
 * in some places.
 */
export const int32Max = 2 ** 31 - 1;
export const int64Max = 2n ** 63n - 1n;

/** No number at all is 0. */
export function boundedInt32(value: number): number {
  if (Number.isNaN(value)) return 0;
  return Math.trunc(Math.min(int32Max, Math.max(-int32Max - 1, value)));
}

export function boundedInt64(value: number): bigint {
  if (Number.isNaN(value)) return 0n;
  if (value >= 2 ** 63) return int64Max;
  return value < -(2 ** 63) ? -int64Max - 1n : BigInt(Math.trunc(value));
}
