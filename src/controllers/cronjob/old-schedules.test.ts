/** Schedules that no API server of today lets in, but that may be stored. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../api/object.ts';
import { createClient } from '../../client/create-client.ts';
import { FakeApi } from '../../client/fake-api.test-double.ts';
import { FakeClock, seededRandom } from '../../client/fake-clock.test-double.ts';
import { InformerFactory } from '../../client/informer-factory.ts';
import { EventRecorder } from '../../controller/event-recorder.ts';
import { silentLogger } from '../../lib/logger.ts';
import { cronJobs } from '../resources.ts';
import { cronJobController } from './cronjob-controller.ts';

async function world(schedule: string) {
  const clock = new FakeClock();
  const api = new FakeApi({ now: () => clock.now() });
  const client = createClient('tenant', api.exchange);
  const shared = { client, clock, random: seededRandom(), logger: silentLogger };
  const events = new EventRecorder(shared);
  const informers = new InformerFactory(shared);
  const controller = cronJobController.create({ ...shared, events, informers });
  await informers.start();
  await controller.start();
  const cronJob: KubeObject = {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'tick' },
    spec: { schedule, jobTemplate: { spec: {} } },
  };
  await client.resource(cronJobs, 'a').create(cronJob);
  await clock.advance(100);
  const told = (): string[] =>
    [...api.objects.values()].flatMap((object) => {
      const { reason, message } = object as { readonly reason?: string; readonly message?: string };
      return reason === undefined ? [] : [`${reason}: ${message}`];
    });
  const stop = async (): Promise<void> => {
    await controller.stop();
    await informers.stop();
    await events.stop();
  };
  return { client, clock, controller, told, stop };
}

test('a zone in front of the schedule is heeded, and advised against', async () => {
  const { controller, told, stop } = await world('TZ=Asia/Tokyo 0 10 * * *');
  assert.deepEqual(told(), [
    'UnsupportedSchedule: CRON_TZ or TZ used in schedule "TZ=Asia/Tokyo 0 10 * * *" is not officially supported, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details',
  ]);
  assert.equal(controller.queue.nextWakeUp(), Date.UTC(2030, 0, 1, 1) + 100);
  await stop();
});

test('a schedule that is none is told of: when it is looked at, and when it was changed to that', async () => {
  const { client, clock, told, stop } = await world('often');
  const first = 'UnparseableSchedule: unparseable schedule: "often" : expected exactly 5 fields, found 1: [often]';
  assert.deepEqual(told(), [first]);
  await client.resource(cronJobs, 'a').patch('tick', 'merge', { spec: { schedule: 'seldom' } });
  await clock.advance(100);
  assert.deepEqual(told(), [first, 'UnParseableCronJobSchedule: unparseable schedule for cronjob: seldom']);
  await stop();
});
