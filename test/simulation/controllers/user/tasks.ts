/** Jobs and CronJobs. */
import type { JsonObject } from '../../../../src/api/json.ts';
import { cronJobs, jobs } from '../../../../src/controllers/resources.ts';
import type { Choices } from '../../choices.ts';
import { change, creation, deletion, oneOf, podTemplate, resourceOf, type Maker } from './operation.ts';

export const jobOperation: Maker = (choose, world, namespace) => {
  const name = choose.of(['task', 'batch', 'index']);
  const resource = resourceOf(world, jobs, namespace);
  const existing = world.truth.get('jobs', namespace, name) ?? oneOf(choose, world, 'jobs', namespace);
  if (!existing || (!world.truth.get('jobs', namespace, name) && choose.chance(0.6))) {
    const metadata = { name, namespace };
    return creation(resource, { apiVersion: 'batch/v1', kind: 'Job', metadata, spec: jobSpec(choose) });
  }
  const found = existing.metadata.name ?? '';
  return choose.weighted([
    [3, change(resource, 'job', found, { spec: { parallelism: choose.number(5) } })],
    [3, change(resource, 'job', found, { spec: { suspend: choose.chance(0.5) } })],
    [1, change(resource, 'job', found, { spec: { activeDeadlineSeconds: 5 + choose.number(100) } })],
    [1, change(resource, 'job', found, { spec: { ttlSecondsAfterFinished: choose.number(60) } })],
    [0.5, change(resource, 'job', found, { spec: { completions: 1 + choose.number(5), parallelism: 2 } })],
    [1.5, deletion(choose, resource, 'job', found)],
  ]);
};

export function jobSpec(choose: Choices): JsonObject {
  const indexed = choose.chance(0.4);
  const template = podTemplate(choose, {}) as { metadata: JsonObject; spec: JsonObject };
  const completions = indexed || choose.chance(0.7) ? { completions: 1 + choose.number(5) } : {};
  const perIndex = indexed && choose.chance(0.4);
  const policy = choose.chance(0.25);
  return {
    parallelism: choose.number(5),
    ...completions,
    ...(indexed ? { completionMode: 'Indexed' } : {}),
    ...(perIndex ? { backoffLimitPerIndex: choose.number(2), maxFailedIndexes: choose.number(3) } : {}),
    ...(choose.chance(0.5) ? { backoffLimit: choose.number(5) } : {}),
    ...(choose.chance(0.2) ? { activeDeadlineSeconds: 10 + choose.number(200) } : {}),
    ...(choose.chance(0.2) ? { ttlSecondsAfterFinished: choose.number(100) } : {}),
    ...(choose.chance(0.15) ? { suspend: true } : {}),
    ...(indexed && choose.chance(0.2) ? { successPolicy: { rules: [{ succeededCount: 1 }] } } : {}),
    ...(policy ? { podFailurePolicy: failurePolicy(choose, perIndex) } : {}),
    ...(!policy && choose.chance(0.3) ? { podReplacementPolicy: choose.of(['Failed', 'TerminatingOrFailed']) } : {}),
    template: { ...template, spec: { ...template.spec, restartPolicy: 'Never' } },
  };
}

function failurePolicy(choose: Choices, perIndex: boolean): JsonObject {
  const action = choose.of(['Ignore', 'Count', 'FailJob', ...(perIndex ? ['FailIndex'] : [])]);
  return { rules: [{ action, onExitCodes: { operator: 'In', values: [1] } }] };
}

export const cronJobOperation: Maker = (choose, world, namespace) => {
  const name = 'cron';
  const resource = resourceOf(world, cronJobs, namespace);
  const spec = {
    schedule: choose.of(['* * * * *', '*/2 * * * *', '@hourly']),
    concurrencyPolicy: choose.of(['Allow', 'Forbid', 'Forbid', 'Replace']),
    ...(choose.chance(0.4) ? { startingDeadlineSeconds: 10 + choose.number(200) } : {}),
    successfulJobsHistoryLimit: choose.number(3),
    failedJobsHistoryLimit: choose.number(2),
    jobTemplate: { spec: { ...jobSpec(choose), parallelism: 1 + choose.number(2) } },
  };
  if (!world.truth.get('cronjobs', namespace, name)) {
    return creation(resource, { apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name, namespace }, spec });
  }
  return choose.weighted([
    [2, change(resource, 'cronjob', name, { spec: { suspend: choose.chance(0.4) } })],
    [1, change(resource, 'cronjob', name, { spec: { schedule: choose.of(['* * * * *', '*/3 * * * *']) } })],
    [1, change(resource, 'cronjob', name, { spec: { concurrencyPolicy: choose.of(['Forbid', 'Replace']) } })],
    [1, deletion(choose, resource, 'cronjob', name)],
  ]);
};
