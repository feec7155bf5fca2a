/** What has become of a CronJob's Jobs. Mirrors the first half of syncCronJob of kubernetes pkg/controller/cronjob. Pure. */
import type { KubeObject } from '../../api/object.ts';
import { asJob, isFinished } from '../job/job.ts';
import { timestamp } from '../../lib/clock.ts';
import type { CronJob, CronJobStatus, JobReference } from './cron-job.ts';

/** On Jobs that were made because their time had come: which it was. */
export const scheduledAnnotation = 'batch.kubernetes.io/cronjob-scheduled-timestamp';

type Result = 'Complete' | 'Failed' | undefined;

export interface Children {
  readonly status: CronJobStatus;
  /** Just seen to have ended. */
  readonly ended: readonly { readonly name: string; readonly result: Result }[];
  /** Unfinished, not in the status, and made by somebody else. */
  readonly unexpected: readonly Readonly<KubeObject>[];
  /** In the status, and not seen: to be asked for. */
  readonly unseen: readonly { readonly name: string; readonly uid: string }[];
}

/**
 * What was made by the schedule stands in the status afterwards, though the process ended before it could write that down: else its time would have
 * a second Job, and so would one that must be alone. Upstream takes that risk.
 */
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
  const unlisted = jobs.filter((job) => !finished.includes(job) && !known.has(job.metadata.uid ?? ''));
  const forgotten = unlisted.filter((job) => scheduledAt(job) !== undefined);
  const lastScheduleTime = latestTime(status.lastScheduleTime, jobs);
  const last = [status.lastSuccessfulTime ?? '', ...successes].toSorted().at(-1) ?? '';
  return {
    status: {
      ...status,
      active: [...active.filter(({ uid }) => !endedUids.has(uid)), ...forgotten.map(referenceTo)],
      ...(lastScheduleTime === undefined ? {} : { lastScheduleTime }),
      ...(last === '' ? {} : { lastSuccessfulTime: last }),
    },
    ended: ended.map((job) => ({ name: job.metadata.name ?? '', result: resultOf(job) })),
    unexpected: unlisted.filter((job) => !forgotten.includes(job)),
    unseen: active.filter(({ uid }) => !seen.has(uid)),
  };
}

/** As a CronJob's status names it. */
export function referenceTo({ metadata }: Readonly<KubeObject>): JobReference {
  const { namespace = '', name = '', uid = '', resourceVersion = '' } = metadata;
  return { kind: 'Job', namespace, name, uid, apiVersion: 'batch/v1', resourceVersion };
}

/** Those that are too many: the oldest. One whose time isn't written down yet stays to tell of it. Mirrors cleanupFinishedJobs. */
export function surplusJobs(cronJob: CronJob, jobs: readonly Readonly<KubeObject>[]): readonly Readonly<KubeObject>[] {
  const recorded = Date.parse(cronJob.status.lastScheduleTime ?? '1970-01-01T00:00:00Z');
  const tooMany = (result: Result, limit: number | undefined): readonly Readonly<KubeObject>[] => {
    const all = jobs.filter((job) => resultOf(job) === result).toSorted(byStart);
    const surplus = limit === undefined ? [] : all.slice(0, Math.max(0, all.length - limit));
    return surplus.filter((job) => (scheduledAt(job) ?? 0) <= recorded);
  };
  return [...tooMany('Complete', cronJob.successfulLimit), ...tooMany('Failed', cronJob.failedLimit)];
}

function scheduledAt({ metadata }: Readonly<KubeObject>): number | undefined {
  const time = Date.parse(metadata.annotations?.[scheduledAnnotation] ?? '');
  return Number.isNaN(time) ? undefined : time;
}

function latestTime(known: string | undefined, jobs: readonly Readonly<KubeObject>[]): string | undefined {
  const latest = Math.max(...jobs.map((job) => scheduledAt(job) ?? -Infinity));
  return latest === -Infinity || (known !== undefined && latest <= Date.parse(known)) ? known : timestamp(latest);
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
