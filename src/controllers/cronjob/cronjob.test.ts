/** A CronJob's life over the real API server, with a clock that leaps. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { realClock } from '../../main/real-clock.ts';
import { cronJobs, jobs, namespaces } from '../resources.ts';
import { eventually, world } from '../world.test-double.ts';

type Status = Readonly<Record<string, unknown>>;

const minuteMs = 60_000;

function everyMinute(spec: JsonObject = {}): KubeObject {
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'one' }] } };
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'tick', namespace: 'demo' },
    spec: {
      schedule: '* * * * *',
      jobTemplate: { metadata: { labels: { app: 'tick' } }, spec: { template } },
      ...spec,
    },
  };
}

async function demo(spec: JsonObject = {}) {
  let offset = 0;
  const made = await world({ clock: { ...realClock, now: () => realClock.now() + offset } });
  const { client } = made;
  await client.resource(namespaces).create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'demo' } });
  const resource = client.resource(cronJobs, 'demo');
  await resource.create(everyMinute(spec));
  const children = async (): Promise<KubeObject[]> => (await client.resource(jobs, 'demo').list()).items;
  const statusOf = async (): Promise<Status> => ((await resource.get('tick'))['status'] ?? {}) as Status;
  const events = async (): Promise<string[]> => {
    const { items } = await client.resource({ group: '', version: 'v1', resource: 'events' }, 'demo').list();
    return items.map((event) => {
      const { reason, message } = event as unknown as Readonly<Record<string, string>>;
      return `${reason}: ${message}`;
    });
  };
  /** Timers know nothing of it: somebody touches the CronJob. */
  const leap = async (ms: number): Promise<void> => {
    offset += ms;
    await resource.patch('tick', 'merge', { metadata: { annotations: { leapt: String(offset) } } });
  };
  const finish = async (job: KubeObject, type: 'Complete' | 'Failed'): Promise<void> => {
    const time = new Date(realClock.now() + offset).toISOString().replace(/\.\d+/, '');
    const conditions = [{ type, status: 'True', lastProbeTime: time, lastTransitionTime: time }];
    const status = { conditions, startTime: time, ...(type === 'Complete' ? { completionTime: time } : {}) };
    await client.resource(jobs, 'demo').patch(job.metadata.name ?? '', 'merge', { status }, { subresource: 'status' });
  };
  return { ...made, resource, children, statusOf, events, leap, finish };
}

test('a Job is made when its minute has come, named by it; what becomes of it is written down', async () => {
  const { children, statusOf, events, leap, finish, stop } = await demo();
  await leap(minuteMs);
  await eventually('it is there', async () => (await children()).length === 1);
  const [job] = await children();
  assert.ok(job);
  const { lastScheduleTime, active } = await statusOf();
  const minute = Date.parse(String(lastScheduleTime)) / minuteMs;
  assert.equal(job.metadata.name, `tick-${minute}`);
  assert.equal(job.metadata.labels?.['app'], 'tick');
  assert.equal(job.metadata.annotations?.['batch.kubernetes.io/cronjob-scheduled-timestamp'], lastScheduleTime);
  assert.equal((active as { name: string }[])[0]?.name, job.metadata.name);
  await finish(job, 'Complete');
  await eventually('it is no longer active', async () => (await statusOf())['active'] === undefined);
  assert.ok((await statusOf())['lastSuccessfulTime']);
  await eventually('the events tell', async () => {
    const texts = await events();
    const { name } = job.metadata;
    return [
      `SuccessfulCreate: Created job ${name}`,
      `SawCompletedJob: Saw completed job: ${name}, condition: Complete`,
    ].every((text) => texts.includes(text));
  });
  await stop();
});

test('many minutes that were missed make one Job', async () => {
  const { children, leap, stop } = await demo();
  await leap(30 * minuteMs);
  await eventually('it is there', async () => (await children()).length === 1);
  await leap(0);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal((await children()).length, 1);
  await stop();
});

test('none is made while another runs, if that is forbidden', async () => {
  const { children, events, leap, stop } = await demo({ concurrencyPolicy: 'Forbid' });
  await leap(minuteMs);
  await eventually('it is there', async () => (await children()).length === 1);
  await leap(minuteMs);
  await eventually('the event tells', async () => (await events()).some((text) => text.startsWith('JobAlreadyActive')));
  assert.equal((await children()).length, 1);
  await stop();
});

test('the next takes the place of one that runs, if that is asked for', async () => {
  const { children, statusOf, leap, stop } = await demo({ concurrencyPolicy: 'Replace' });
  await leap(minuteMs);
  await eventually('it is there', async () => (await children()).length === 1);
  const [first] = await children();
  await leap(minuteMs);
  await eventually('another is there alone', async () => {
    const all = await children();
    return all.length === 1 && all[0]?.metadata.uid !== first?.metadata.uid;
  });
  assert.equal(((await statusOf())['active'] as unknown[]).length, 1);
  await stop();
});

test('too late is too late; suspended is suspended', async () => {
  const { children, events, resource, leap, stop } = await demo({ startingDeadlineSeconds: 10, schedule: '0 0 1 1 *' });
  await leap(400 * 24 * 60 * minuteMs);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal((await children()).length, 0);
  await resource.patch('tick', 'merge', {
    spec: { suspend: true, schedule: '* * * * *', startingDeadlineSeconds: null },
  });
  await leap(10 * minuteMs);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal((await children()).length, 0);
  assert.ok(!(await events()).some((text) => text.startsWith('SuccessfulCreate')));
  await stop();
});

test('old Jobs go, the oldest first', async () => {
  const { children, leap, finish, stop } = await demo({ successfulJobsHistoryLimit: 1, failedJobsHistoryLimit: 1 });
  const names: string[] = [];
  for (const result of ['Complete', 'Failed', 'Complete'] as const) {
    await leap(minuteMs);
    await eventually('the next is there', async () =>
      (await children()).some(({ metadata }) => !names.includes(metadata.name ?? '')),
    );
    const job = (await children()).find(({ metadata }) => !names.includes(metadata.name ?? ''));
    assert.ok(job);
    names.push(job.metadata.name ?? '');
    await finish(job, result);
  }
  await eventually('the first is gone', async () => {
    const left = (await children()).map(({ metadata }) => metadata.name);
    return left.length === 2 && !left.includes(names[0]);
  });
  await stop();
});
