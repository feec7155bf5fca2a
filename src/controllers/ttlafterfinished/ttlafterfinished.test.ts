import assert from 'node:assert/strict';
import { test } from 'node:test';
import { realClock } from '../../main/real-clock.ts';
import { jobs, namespaces } from '../resources.ts';
import { eventually, world } from '../world.test-double.ts';

test('a Job that has ended goes when its time is over, not before; one that says nothing stays', async () => {
  let offset = 0;
  const { client, stop } = await world({ clock: { ...realClock, now: () => realClock.now() + offset } });
  await client.resource(namespaces).create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'demo' } });
  const resource = client.resource(jobs, 'demo');
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'one' }] } };
  for (const [name, ttl] of [
    ['short', { ttlSecondsAfterFinished: 60 }],
    ['kept', {}],
  ] as const) {
    const spec = { template, suspend: true, ...ttl };
    await resource.create({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name }, spec });
    const lastTransitionTime = new Date(realClock.now()).toISOString().replace(/\.\d+/, '');
    const conditions = [{ type: 'Failed', status: 'True', lastTransitionTime }];
    await resource.patch(name, 'merge', { status: { conditions } }, { subresource: 'status' });
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal((await resource.list()).items.length, 2);
  offset = 61_000;
  // Timers know nothing of the leap: somebody touches them.
  for (const name of ['short', 'kept'])
    await resource.patch(name, 'merge', { metadata: { labels: { touched: 'yes' } } });
  await eventually('one is left', async () => (await resource.list()).items.length === 1);
  assert.equal((await resource.list()).items[0]?.metadata.name, 'kept');
  await stop();
});
