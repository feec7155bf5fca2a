/** Counts a Job's pods. Mirrors the first half of syncJob of kubernetes pkg/controller/job. Pure. */
import { isPodActive, isPodReady, isPodTerminating } from '../../controller/pod.ts';
import { Indexes } from './indexes.ts';
import { indexesOf, type Job } from './job.ts';
import { completionIndex, finishedAt, hasFailed, indexFailures, isTracked, type JobPod } from './job-pod.ts';
import { matchFailurePolicy } from './policies.ts';

export interface Tally {
  /** All of the Job's; those of an indexed Job in the order of their indexes. */
  readonly pods: readonly JobPod[];
  readonly active: readonly JobPod[];
  readonly terminating: readonly JobPod[];
  readonly ready: number;
  /** Ended since the status was written. */
  readonly newSucceeded: readonly JobPod[];
  readonly newFailed: readonly JobPod[];
  readonly succeeded: number;
  readonly failed: number;
  /** Of indexed Jobs. */
  readonly countedIndexes: Indexes;
  readonly succeededIndexes: Indexes;
  /** Where failures are limited for each index. */
  readonly failedIndexes: Indexes | undefined;
  /** Failed pods that stay until their index has a new one, which counts their failures on. */
  readonly delayed: ReadonlyMap<number, JobPod>;
}

export function tallyOf(job: Job, observed: readonly JobPod[]): Tally {
  const pods = job.indexed
    ? observed.toSorted((left, right) => (completionIndex(left) ?? -1) - (completionIndex(right) ?? -1))
    : observed;
  const { succeeded: uncountedSucceeded = [], failed: uncountedFailed = [] } = job.status.uncountedTerminatedPods ?? {};
  const active = pods.filter(isPodActive);
  const fresh = pods.filter((pod) => isTracked(pod) && (!job.indexed || isValidIndex(job, completionIndex(pod))));
  const isNew = (pod: JobPod, uncounted: readonly string[]): boolean => !uncounted.includes(pod.metadata.uid ?? '');
  const newSucceeded = fresh.filter((pod) => pod.status?.phase === 'Succeeded' && isNew(pod, uncountedSucceeded));
  const newFailed = fresh.filter((pod) => hasFailed(job, pod) && isNew(pod, uncountedFailed));
  const countedFailures = newFailed.filter((pod) => matchFailurePolicy(job, pod).counted).length;
  const countedIndexes = Indexes.parse(job.status.completedIndexes ?? '', indexesOf(job));
  const succeededIndexes = job.indexed ? countedIndexes.union(indexesWith(fresh, isSucceeded)) : Indexes.none;
  const failedIndexes =
    job.indexed && job.backoffLimitPerIndex !== undefined
      ? Indexes.parse(job.status.failedIndexes ?? '', indexesOf(job)).union(
          indexesWith(fresh, (pod) => isIndexFailed(job, pod)),
        )
      : undefined;
  return {
    pods,
    active,
    terminating: pods.filter(isPodTerminating),
    ready: active.filter(isPodReady).length,
    newSucceeded,
    newFailed,
    succeeded: job.indexed
      ? succeededIndexes.size
      : (job.status.succeeded ?? 0) + newSucceeded.length + uncountedSucceeded.length,
    failed: (job.status.failed ?? 0) + countedFailures + uncountedFailed.length,
    countedIndexes,
    succeededIndexes,
    failedIndexes,
    delayed: failedIndexes ? delayedPods(job, fresh, active, succeededIndexes.union(failedIndexes)) : new Map(),
  };
}

export function isValidIndex(job: Job, index: number | undefined): index is number {
  return index !== undefined && index < indexesOf(job);
}

/** Of the pods of one index, those that failed most often and last. */
function delayedPods(
  job: Job,
  fresh: readonly JobPod[],
  active: readonly JobPod[],
  settled: Indexes,
): ReadonlyMap<number, JobPod> {
  const busy = settled.union(indexesWith(active, () => true));
  const latest = new Map<number, JobPod>();
  const failures = (pod: JobPod): number => indexFailures(pod).counted + indexFailures(pod).ignored;
  for (const pod of fresh) {
    const index = completionIndex(pod);
    if (index === undefined || !hasFailed(job, pod) || busy.has(index)) continue;
    const other = latest.get(index);
    if (!other || (failures(other) <= failures(pod) && finishedAt(pod) >= finishedAt(other))) latest.set(index, pod);
  }
  return latest;
}

function isIndexFailed(job: Job, pod: JobPod): boolean {
  if (!hasFailed(job, pod)) return false;
  const { counted, action } = matchFailurePolicy(job, pod);
  if (action === 'FailIndex') return true;
  return counted && indexFailures(pod).counted >= (job.backoffLimitPerIndex ?? Infinity);
}

function isSucceeded(pod: JobPod): boolean {
  return pod.status?.phase === 'Succeeded';
}

export function indexesWith(pods: readonly JobPod[], chosen: (pod: JobPod) => boolean): Indexes {
  return Indexes.of(pods.filter(chosen).flatMap((pod) => completionIndex(pod) ?? []));
}
