/** How many pods a Job should have now. Mirrors manageJob of kubernetes pkg/controller/job. Pure. */
import { podsToDelete } from '../replicaset/deletion-order.ts';
import { remainingMs, type Failures } from './backoff.ts';
import { indexesOf, type Job } from './job.ts';
import { completionIndex, finishedAt, indexFailures, type IndexFailures, type JobPod } from './job-pod.ts';
import { matchFailurePolicy } from './policies.ts';
import { indexesWith, isValidIndex, type Tally } from './tally.ts';

export interface NewPod {
  /** Of indexed Jobs. */
  readonly index: number | undefined;
  /** Where they are limited for each index. */
  readonly failures: IndexFailures | undefined;
}

export type PodPlan =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'delete'; readonly pods: readonly JobPod[] }
  | { readonly kind: 'create'; readonly pods: readonly NewPod[] }
  /** Too early to try again. */
  | { readonly kind: 'wait'; readonly ms: number };

/** Pods that are made or deleted in one go. */
const changesMax = 500;

export function planJobPods(job: Job, tally: Tally, failures: Failures, now: number): PodPlan {
  const { active } = tally;
  if (job.suspended) return deletion(active);
  const wanted = wantedActive(job, tally);
  const surplus = surplusPods(job, active, Math.max(0, active.length - wanted), now).slice(0, changesMax);
  if (surplus.length > 0) return deletion(surplus);
  const leaving = job.replacesEndedOnly ? tally.terminating.length : 0;
  const missing = Math.min(changesMax, wanted - leaving - active.length);
  if (missing <= 0) return { kind: 'nothing' };
  const perIndex = job.backoffLimitPerIndex !== undefined;
  const wait = perIndex ? 0 : remainingMs(failures, now);
  if (wait > 0) return { kind: 'wait', ms: wait };
  if (!job.indexed) {
    return { kind: 'create', pods: Array.from({ length: missing }, () => ({ index: undefined, failures: undefined })) };
  }
  return planIndexes(job, tally, freeIndexes(job, tally, missing), perIndex, now);
}

function wantedActive({ completions, parallelism }: Job, { succeeded, active }: Tally): number {
  // Whoever is at work finishes.
  if (completions === undefined) return succeeded > 0 ? active.length : parallelism;
  return Math.max(0, Math.min(parallelism, completions - succeeded));
}

function deletion(pods: readonly JobPod[]): PodPlan {
  return pods.length === 0 ? { kind: 'nothing' } : { kind: 'delete', pods };
}

/** Those without an index of their own, and so many more. */
function surplusPods(job: Job, active: readonly JobPod[], atLeast: number, now: number): readonly JobPod[] {
  const first = (pods: readonly JobPod[], count: number) => podsToDelete(pods, [], count, now) as readonly JobPod[];
  if (!job.indexed) return atLeast === 0 ? [] : first(active, atLeast);
  const removed: JobPod[] = [];
  const kept: JobPod[] = [];
  for (const [index, pods] of Map.groupBy(active, completionIndex)) {
    const doubles = isValidIndex(job, index) ? first(pods, pods.length - 1) : pods;
    removed.push(...doubles);
    kept.push(...pods.filter((pod) => !doubles.includes(pod)));
  }
  const more = Math.max(0, atLeast - removed.length);
  return more === 0 ? removed : [...removed, ...first(kept, more)];
}

function freeIndexes(job: Job, tally: Tally, count: number): readonly number[] {
  const { active, terminating, succeededIndexes, failedIndexes } = tally;
  let taken = succeededIndexes.union(indexesWith(active, () => true));
  if (job.replacesEndedOnly) taken = taken.union(indexesWith(terminating, () => true));
  if (failedIndexes) taken = taken.union(failedIndexes);
  return taken.missing(count, indexesOf(job));
}

function planIndexes(
  job: Job,
  { delayed }: Tally,
  indexes: readonly number[],
  perIndex: boolean,
  now: number,
): PodPlan {
  if (!perIndex) return creation(indexes.map((index) => ({ index, failures: undefined })));
  const waits = indexes.map((index) => {
    const before = delayed.get(index);
    if (!before) return 0;
    const { counted, ignored } = indexFailures(before);
    return remainingMs({ count: counted + ignored + 1, lastAt: finishedAt(before) }, now);
  });
  const due = indexes.filter((_, at) => waits[at] === 0);
  if (due.length === 0 && waits.length > 0) return { kind: 'wait', ms: Math.min(...waits) };
  return creation(due.map((index) => ({ index, failures: nextFailures(job, delayed.get(index)) })));
}

function creation(pods: readonly NewPod[]): PodPlan {
  return pods.length === 0 ? { kind: 'nothing' } : { kind: 'create', pods };
}

function nextFailures(job: Job, before: JobPod | undefined): IndexFailures {
  if (!before) return { counted: 0, ignored: 0 };
  const { counted, ignored } = indexFailures(before);
  return matchFailurePolicy(job, before).counted
    ? { counted: counted + 1, ignored }
    : { counted, ignored: ignored + 1 };
}
