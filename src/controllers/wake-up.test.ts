/** When a tenant whose process sleeps must be up again: at the next thing that is due, and for nothing else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../api/json.ts';
import type { KubeObject } from '../api/object.ts';
import { cronJobs, deployments, jobs, namespaces } from './resources.ts';
import { eventually, world } from './world.test-double.ts';

const template = (restartPolicy: string): JsonObject => ({
  metadata: { labels: { app: 'a' } },
  spec: { restartPolicy, containers: [{ name: 'c', image: 'i' }] },
});

async function withNamespace(): ReturnType<typeof world> {
  const tenant = await world();
  await tenant.client
    .resource(namespaces)
    .create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } });
  return tenant;
}

/** What is due when all has come to rest. */
async function dueAtRest({ manager }: Awaited<ReturnType<typeof world>>): Promise<number | undefined> {
  await eventually('at rest', async () => {
    const due = manager.nextWakeUp();
    return manager.idle && (due === undefined || due > Date.now() + 60_000);
  });
  return manager.nextWakeUp();
}

test('an idle tenant need never wake up, with a finished rollout neither', async () => {
  const tenant = await withNamespace();
  assert.equal(await dueAtRest(tenant), undefined);
  const resource = tenant.client.resource(deployments, 'default');
  await resource.create({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'd' },
    spec: { replicas: 2, selector: { matchLabels: { app: 'a' } }, template: template('Always') },
  });
  await eventually('rolled out', async () => {
    const { status } = (await resource.get('d')) as { status?: { readyReplicas?: number } };
    return status?.readyReplicas === 2;
  });
  assert.equal(await dueAtRest(tenant), undefined);
  await tenant.stop();
});

test('a cron job wakes it at its next time, and a suspended one does not', async () => {
  const tenant = await withNamespace();
  const resource = tenant.client.resource(cronJobs, 'default');
  const newYear = Date.UTC(new Date().getUTCFullYear() + 1, 0, 1);
  await resource.create({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'c' },
    spec: { schedule: '0 0 1 1 *', jobTemplate: { spec: { template: template('Never') } } },
  });
  await eventually('seen', async () => tenant.manager.nextWakeUp() !== undefined);
  const due = (await dueAtRest(tenant)) ?? 0;
  assert.ok(Math.abs(due - newYear) < 1000, `due ${new Date(due).toISOString()}`);
  await resource.patch('c', 'merge', { spec: { suspend: true } });
  await eventually('put off', async () => tenant.manager.idle && tenant.manager.nextWakeUp() === undefined);
  await tenant.stop();
});

test('a finished job wakes it when its time to live is over, a running one at its deadline', async () => {
  const tenant = await withNamespace();
  const job = (name: string, spec: JsonObject): KubeObject => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name },
    spec: { template: template('Never'), ...spec },
  });
  const resource = tenant.client.resource(jobs, 'default');
  await resource.create(job('ended', { parallelism: 0, completions: 0, ttlSecondsAfterFinished: 7200 }));
  const inTwoHours = ((await dueAtRest(tenant)) ?? 0) - Date.now();
  assert.ok(Math.abs(inTwoHours - 7_200_000) < 30_000, `due in ${inTwoHours} ms`);
  await resource.create(job('running', { activeDeadlineSeconds: 3600 }));
  await eventually('started', async () => (tenant.manager.nextWakeUp() ?? 0) < Date.now() + 3_700_000);
  const inAnHour = ((await dueAtRest(tenant)) ?? 0) - Date.now();
  assert.ok(Math.abs(inAnHour - 3_600_000) < 30_000, `due in ${inAnHour} ms`);
  await tenant.stop();
});
