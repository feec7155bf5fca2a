/**
 * Does something many times, carefully: one at first, then twice as many at a time for as long as all succeed; so what fails for
 * all of them (a quota) fails once and not a hundred times. Mirrors kubernetes pkg/controller/replicaset slowStartBatch.
 */

export interface SlowStartResult {
  readonly succeeded: number;
  /** The first failure, if there was one. */
  readonly failure: { readonly error: unknown } | undefined;
}

/** Never rejects. */
export async function slowStart(count: number, run: () => Promise<void>): Promise<SlowStartResult> {
  let succeeded = 0;
  for (let batch = Math.min(count, 1); batch > 0; batch = Math.min(2 * batch, count - succeeded)) {
    const results = await Promise.allSettled(Array.from({ length: batch }, run));
    const failed = results.filter((result) => result.status === 'rejected');
    succeeded += batch - failed.length;
    if (failed[0]) return { succeeded, failure: { error: failed[0].reason } };
  }
  return { succeeded, failure: undefined };
}
