/** How long a Job waits before it tries again. Mirrors kubernetes pkg/controller/job backoff_utils.go. */
import { finishedAt, type JobPod } from './job-pod.ts';

const firstMs = 10_000;
const maxMs = 600_000;

export interface Failures {
  readonly count: number;
  /** Milliseconds since the epoch. */
  readonly lastAt: number;
}

const noFailures: Failures = { count: 0, lastAt: 0 };

/** The failures since the last success, when these pods have ended too. Pure. */
export function failuresAfter(
  before: Failures | undefined,
  succeeded: readonly JobPod[],
  failed: readonly JobPod[],
): Failures {
  const lastSuccess = succeeded.length === 0 ? -Infinity : Math.max(...succeeded.map(finishedAt));
  const times = failed.map(finishedAt).filter((time) => time > lastSuccess);
  const { count, lastAt } = (succeeded.length === 0 ? before : undefined) ?? noFailures;
  if (times.length === 0) return { count, lastAt };
  return { count: count + times.length, lastAt: Math.max(...times) };
}

/** Milliseconds from `now`; 0: nothing is waited for. */
export function remainingMs({ count, lastAt }: Failures, now: number): number {
  if (count === 0) return 0;
  const wait = Math.min(maxMs, firstMs * 2 ** Math.min(count - 1, 20));
  return Math.max(0, lastAt + wait - now);
}
