/** What has become of a CronJob's Jobs. Mirrors the first half of syncCronJob of kubernetes pkg/controller/cronjob. Pure. */
import type { KubeObject } from '../../api/object.ts';
import { asJob, isFinished } from '../job/job.ts';
import type { CronJob, CronJobStatus } from './cron-job.ts';

type Result = 'Complete' | 'Failed' | undefined;

export interface Children {
  readonly status: CronJobStatus;
  /** Just seen to have ended. */
  readonly ended: readonly { readonly name: string; readonly result: Result }[];
  /** Unfinished, and not in the status. */
  readonly unexpected: readonly Readonly<KubeObject>[];
  /** In the status, and not seen: to be asked for. */
  readonly unseen: readonly { readonly name: string; readonly uid: string }[];
}

export function childrenOf(cronJob: CronJob, jobs: readonly Readonly<KubeObject>[]): Children {
  const { active = [], ...status } = cronJob.status;
  const known = new Set(active.map(({ uid }) => uid));
  const seen = new Set(jobs.map(({ metadata }) => metadata.uid ?? ''));
  const finished = jobs.filter((job) => isFinished(asJob(job)));
  const ended = finished.filter(({ metadata }) => known.has(metadata.uid ?? ''));
  const endedUids = new Set(ended.map(({ metadata }) => metadata.uid));
  const successes = finished
    .filter((job) => resultOf(job) === 'Complete')
    .map((job) => asJob(job).status.completionTime ?? '');
  const last = [status.lastSuccessfulTime ?? '', ...successes].toSorted().at(-1) ?? '';
  return {
    status: {
      ...status,
      active: active.filter(({ uid }) => !endedUids.has(uid)),
      ...(last === '' ? {} : { lastSuccessfulTime: last }),
    },
    ended: ended.map((job) => ({ name: job.metadata.name ?? '', result: resultOf(job) })),
    unexpected: jobs.filter((job) => !finished.includes(job) && !known.has(job.metadata.uid ?? '')),
    unseen: active.filter(({ uid }) => !seen.has(uid)),
  };
}

/** Those that are too many: the oldest. Mirrors cleanupFinishedJobs. */
export function surplusJobs(cronJob: CronJob, jobs: readonly Readonly<KubeObject>[]): readonly Readonly<KubeObject>[] {
  const surplus = (result: Result, limit: number | undefined): readonly Readonly<KubeObject>[] => {
    const all = jobs.filter((job) => resultOf(job) === result).toSorted(byStart);
    return limit === undefined ? [] : all.slice(0, Math.max(0, all.length - limit));
  };
  return [...surplus('Complete', cronJob.successfulLimit), ...surplus('Failed', cronJob.failedLimit)];
}

function resultOf(job: Readonly<KubeObject>): Result {
  const condition = asJob(job).status.conditions?.find(
    ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
  );
  return condition?.type === 'Complete' || condition?.type === 'Failed' ? condition.type : undefined;
}

/** Those that have not started come last. */
function byStart(left: Readonly<KubeObject>, right: Readonly<KubeObject>): number {
  const key = (job: Readonly<KubeObject>): string => `${asJob(job).status.startTime ?? '~'} ${job.metadata.name}`;
  const [one, other] = [key(left), key(right)];
  return one < other ? -1 : Number(one > other);
}
