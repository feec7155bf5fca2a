/** Whether a Job is over, and why. Mirrors the evaluation in syncJob of kubernetes pkg/controller/job. Pure. */
import { isTrue, newCondition } from './conditions.ts';
import { indexesOf, type Job, type JobCondition } from './job.ts';
import { hasFailed } from './job-pod.ts';
import { matchFailurePolicy, matchSuccessPolicy } from './policies.ts';
import type { Tally } from './tally.ts';

/**
 * The interim condition (`FailureTarget`, `SuccessCriteriaMet`), or the final one where the interim one stands already. `undefined`:
 * it goes on.
 */
export function verdictOn(job: Job, tally: Tally, now: number): JobCondition | undefined {
  const { conditions } = job.status;
  const met = isTrue(conditions, 'SuccessCriteriaMet');
  if (met) return met;
  const target = isTrue(conditions, 'FailureTarget');
  if (target) return newCondition('Failed', target.reason ?? '', target.message ?? '', now);
  const failure = failureOf(job, tally, now);
  if (failure) return newCondition('FailureTarget', failure.reason, failure.message, now);
  const success = job.indexed ? matchSuccessPolicy(job, tally.succeededIndexes) : undefined;
  return success === undefined ? undefined : newCondition('SuccessCriteriaMet', 'SuccessPolicy', success, now);
}

/** Milliseconds until the deadline; `undefined`: there is none, or it is over. */
export function deadlineMs(job: Job, now: number): number | undefined {
  const { activeDeadlineSeconds, suspended, status } = job;
  if (activeDeadlineSeconds === undefined || suspended || status.startTime === undefined) return undefined;
  return Date.parse(status.startTime) + activeDeadlineSeconds * 1000 - now;
}

function failureOf(job: Job, tally: Tally, now: number): { reason: string; message: string } | undefined {
  for (const pod of job.failurePolicy ? tally.pods : []) {
    const message = hasFailed(job, pod) ? matchFailurePolicy(job, pod).failJob : undefined;
    if (message !== undefined) return { reason: 'PodFailurePolicy', message };
  }
  if (tally.failed > job.backoffLimit || restartsTooOften(job, tally)) {
    return { reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' };
  }
  const remaining = deadlineMs(job, now);
  if (remaining !== undefined && remaining <= 0) {
    return { reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' };
  }
  const failed = tally.failedIndexes?.size ?? 0;
  if (job.maxFailedIndexes !== undefined && failed > job.maxFailedIndexes) {
    const message = 'Job has exceeded the specified maximal number of failed indexes';
    return { reason: 'MaxFailedIndexesExceeded', message };
  }
  if (failed > 0 && failed + tally.succeededIndexes.size >= indexesOf(job)) {
    return { reason: 'FailedIndexes', message: 'Job has failed indexes' };
  }
  return undefined;
}

/** Containers that are restarted in place count as failures. */
function restartsTooOften(job: Job, { pods }: Tally): boolean {
  if (!job.restartsOnFailure) return false;
  const running = pods.filter(({ status }) => status?.phase === 'Running' || status?.phase === 'Pending');
  const restarts = running
    .flatMap(({ status }) => [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])])
    .reduce((sum, { restartCount = 0 }) => sum + restartCount, 0);
  return job.backoffLimit === 0 ? restarts > 0 : restarts >= job.backoffLimit;
}
