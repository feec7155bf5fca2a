/** CronJobs: one Job for each time, and where it is forbidden never two at a time. */
import { objectKey, type KubeObject } from '../../../../src/api/object.ts';
import { controllerOf } from '../../../../src/controller/owner-reference.ts';
import { asJob, isFinished } from '../../../../src/controllers/job/job.ts';
import type { World } from '../world.ts';
import { controlledBy, isCreation, specOf, statusOf, textOf, type Check } from './check.ts';

interface Spec {
  readonly concurrencyPolicy: string;
  readonly suspend: boolean;
  readonly successfulJobsHistoryLimit: number;
  readonly failedJobsHistoryLimit: number;
}

const scheduledAnnotation = 'batch.kubernetes.io/cronjob-scheduled-timestamp';

export function cronJobCheck(): Check {
  /** Times that have had their Job, by the CronJob's UID. */
  const started = new Map<string, Set<string>>();
  return {
    onWrite(world, write) {
      if (write.plural !== 'jobs' || write.controller !== 'cronjob-controller' || !isCreation(write) || !write.after)
        return [];
      const reference = controllerOf(write.after);
      const cronJob = reference?.kind === 'CronJob' ? world.truth.byUid(reference.uid) : undefined;
      if (!cronJob) return [];
      const { uid = '' } = cronJob.metadata;
      const times = started.get(uid) ?? new Set();
      started.set(uid, times);
      const time = write.after.metadata.annotations?.[scheduledAnnotation] ?? '';
      const wrong = times.has(time) ? [`${textOf(cronJob)} starts a second Job for ${time}`] : [];
      times.add(time);
      return [...wrong, ...concurrent(world, cronJob)];
    },
    whenQuiet: (world) => world.truth.list('cronjobs').flatMap((cronJob) => converged(world, cronJob)),
  };
}

function versions({ truth, machine }: World, cronJob: KubeObject): (KubeObject | undefined)[] {
  const { namespace = '', name = '', uid } = cronJob.metadata;
  const told = machine.views.told('cronjob', objectKey(cronJob), 'cronjobs');
  return truth.versionsSince('cronjobs', namespace, name, told).filter((version) => version?.metadata.uid === uid);
}

function concurrent(world: World, cronJob: KubeObject): string[] {
  const known = versions(world, cronJob);
  if (known.every((version) => specOf<Spec>(version).suspend))
    return [`${textOf(cronJob)} is suspended, and starts a Job`];
  if (known.some((version) => specOf<Spec>(version).concurrencyPolicy !== 'Forbid')) return [];
  const told = world.machine.views.told('cronjob', objectKey(cronJob), 'jobs');
  const busy = controlledBy(world.truth, 'jobs', cronJob.metadata.uid ?? '').filter((job) => {
    const { namespace = '', name = '' } = job.metadata;
    return world.truth.versionsSince('jobs', namespace, name, told).every((one) => !one || !isFinished(asJob(one)));
  });
  return busy.length > 1
    ? [`${textOf(cronJob)} must not run twice: ${busy.map(({ metadata }) => metadata.name).join()}`]
    : [];
}

function converged({ truth }: World, cronJob: KubeObject): string[] {
  const jobs = controlledBy(truth, 'jobs', cronJob.metadata.uid ?? '');
  const { successfulJobsHistoryLimit = 3, failedJobsHistoryLimit = 1 } = specOf<Spec>(cronJob);
  const ended = (type: string): number =>
    jobs.filter((job) => asJob(job).status.conditions?.some((one) => one.type === type && one.status === 'True'))
      .length;
  const wrong: string[] = [];
  if (ended('Complete') > successfulJobsHistoryLimit) wrong.push(`keeps ${ended('Complete')} successes`);
  if (ended('Failed') > failedJobsHistoryLimit) wrong.push(`keeps ${ended('Failed')} failures`);
  const { active = [] } = statusOf<{ active: { uid: string }[] }>(cronJob);
  const busy = new Set(jobs.filter((job) => !isFinished(asJob(job))).map(({ metadata }) => metadata.uid));
  const stale = active.filter(({ uid }) => !busy.has(uid));
  if (stale.length > 0) wrong.push(`says that ${JSON.stringify(stale)} is at work`);
  return wrong.map((text) => `${textOf(cronJob)} ${text}`);
}
