/**
 * Counts each ended pod once, whatever crashes: its UID is written into the status before its finalizer is taken away, and becomes part of
 * a number only after. Mirrors trackJobStatusAndRemoveFinalizers of kubernetes pkg/controller/job. Pure.
 */
import { timestamp } from '../../lib/clock.ts';
import { isTrue, newCondition, withCondition } from './conditions.ts';
import { Indexes } from './indexes.ts';
import type { Job, JobCondition, JobStatus } from './job.ts';
import { completionIndex, hasFailed, isTracked, type JobPod } from './job-pod.ts';
import { matchFailurePolicy } from './policies.ts';
import { isValidIndex, type Tally } from './tally.ts';

export interface Counted {
  /** To be written before any finalizer goes. */
  readonly status: JobStatus;
  /** Whose finalizers go. */
  readonly release: readonly JobPod[];
  /** With which the Job ends when all is counted. */
  readonly final: JobCondition | undefined;
  /** More pods have ended than are counted in one go. */
  readonly truncated: boolean;
}

/** UIDs in a status at a time. */
const uncountedMax = 500;

/** `status`: as it is so far. `verdict`: the Job is over, but for what is still to be counted. */
export function countEnded(
  job: Job,
  tally: Tally,
  status: JobStatus,
  verdict: JobCondition | undefined,
  now: number,
): Counted {
  const before = settled(status, trackedUids(tally.pods));
  const succeeded = [...(before.uncountedTerminatedPods?.succeeded ?? [])];
  const failed = [...(before.uncountedTerminatedPods?.failed ?? [])];
  const indexes: number[] = [];
  const release: JobPod[] = [];
  let truncated = false;
  for (const pod of tally.pods.filter(isTracked)) {
    const { uid = '' } = pod.metadata;
    const ended = hasFailed(job, pod);
    if (!isReleasable(job, tally, pod, ended, verdict)) continue;
    release.push(pod);
    if (pod.status?.phase === 'Succeeded' && !failed.includes(uid)) {
      const index = completionIndex(pod);
      if (!job.indexed && !succeeded.includes(uid)) succeeded.push(uid);
      if (job.indexed && isValidIndex(job, index) && !tally.countedIndexes.has(index)) indexes.push(index);
    } else if (ended || (verdict && verdict.type !== 'SuccessCriteriaMet')) {
      const valid = !job.indexed || isValidIndex(job, completionIndex(pod));
      if (valid && !failed.includes(uid) && matchFailurePolicy(job, pod).counted) failed.push(uid);
    }
    truncated = indexes.length + succeeded.length + failed.length >= uncountedMax;
    if (truncated) break;
  }
  const interim = withInterim(before.conditions ?? [], verdict);
  return {
    status: {
      ...before,
      ...(job.indexed ? indexCounts(tally, indexes) : {}),
      uncountedTerminatedPods: uncounted(succeeded, failed),
      ...(interim.length > 0 ? { conditions: interim } : {}),
    },
    release,
    final: finalOf(verdict, now),
    truncated,
  };
}

/** The status when the pods of these UIDs alone still have their finalizers: the others are counted. */
export function settled(status: JobStatus, tracked: ReadonlySet<string>): JobStatus {
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {};
  const left = {
    succeeded: succeeded.filter((uid) => tracked.has(uid)),
    failed: failed.filter((uid) => tracked.has(uid)),
  };
  return {
    ...status,
    succeeded: (status.succeeded ?? 0) + succeeded.length - left.succeeded.length,
    failed: (status.failed ?? 0) + failed.length - left.failed.length,
    uncountedTerminatedPods: uncounted(left.succeeded, left.failed),
  };
}

export function trackedUids(pods: readonly JobPod[]): Set<string> {
  return new Set(pods.filter(isTracked).map(({ metadata }) => metadata.uid ?? ''));
}

/** The status of the Job that has ended; `undefined`: something is still to be counted, or to end. */
export function finished(status: JobStatus, final: JobCondition | undefined): JobStatus | undefined {
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {};
  if (!final || succeeded.length + failed.length > 0 || (status.terminating ?? 0) > 0) return undefined;
  const conditions = withCondition(status.conditions ?? [], final) ?? status.conditions ?? [];
  const { lastTransitionTime: completionTime } = final;
  const completed = final.type === 'Complete' && completionTime !== undefined;
  return { ...status, conditions, ...(completed ? { completionTime } : {}) };
}

/** Suspended and resumed; `undefined`: it says so already. */
export function withSuspension(job: Job, status: JobStatus, now: number): JobStatus | undefined {
  const condition = job.suspended
    ? newCondition('Suspended', 'JobSuspended', 'Job suspended', now)
    : { ...newCondition('Suspended', 'JobResumed', 'Job resumed', now), status: 'False' };
  const conditions = withCondition(status.conditions ?? [], condition);
  if (!conditions) return undefined;
  const { startTime: _before, ...rest } = status;
  // The time at rest doesn't count towards the deadline.
  return job.suspended ? { ...rest, conditions } : { ...rest, conditions, startTime: timestamp(now) };
}

function isReleasable(
  { metadata }: Job,
  { delayed }: Tally,
  pod: JobPod,
  ended: boolean,
  verdict: JobCondition | undefined,
): boolean {
  if (metadata.deletionTimestamp !== undefined || verdict || pod.status?.phase === 'Succeeded') return true;
  const index = completionIndex(pod);
  return ended && !(index !== undefined && delayed.get(index)?.metadata.uid === pod.metadata.uid);
}

function indexCounts({ succeededIndexes, failedIndexes }: Tally, fresh: readonly number[]): JobStatus {
  const completed = succeededIndexes.union(Indexes.of(fresh));
  return {
    succeeded: completed.size,
    completedIndexes: String(completed),
    ...(failedIndexes ? { failedIndexes: String(failedIndexes) } : {}),
  };
}

function uncounted(
  succeeded: readonly string[],
  failed: readonly string[],
): NonNullable<JobStatus['uncountedTerminatedPods']> {
  return { ...(succeeded.length > 0 ? { succeeded } : {}), ...(failed.length > 0 ? { failed } : {}) };
}

function withInterim(conditions: readonly JobCondition[], verdict: JobCondition | undefined): readonly JobCondition[] {
  if (verdict?.type === 'FailureTarget') return [...conditions, verdict];
  if (verdict?.type !== 'SuccessCriteriaMet' || isTrue(conditions, verdict.type)) return conditions;
  return [...conditions, verdict];
}

function finalOf(verdict: JobCondition | undefined, now: number): JobCondition | undefined {
  const { type, reason = '', message = '' } = verdict ?? {};
  if (type === 'FailureTarget') return newCondition('Failed', reason, message, now);
  return type === 'SuccessCriteriaMet' ? newCondition('Complete', reason, message, now) : verdict;
}
