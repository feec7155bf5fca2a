import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../api/object.ts';
import { realClock } from '../../main/real-clock.ts';
import { configMaps, namespaces, pods, secrets, serviceAccounts } from '../resources.ts';
import { eventually, world } from '../world.test-double.ts';
import { legacyTokenCleaner } from './legacytokencleaner-controller.ts';

const dayMs = 86_400_000;

test('of tokens that nobody uses, those that their account lists are marked after a year and gone after two; mounted ones stay', async () => {
  let leap = 0;
  const clock = { ...realClock, now: () => Date.UTC(2030, 0, 1) + leap };
  const { client, manager, stop } = await world({ clock, only: [legacyTokenCleaner], podsStay: true });
  for (const name of ['demo', 'kube-system'])
    await client.resource(namespaces).create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  await client.resource(configMaps, 'kube-system').create({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'kube-apiserver-legacy-service-account-token-tracking' },
    data: { since: '2029-12-31' },
  });
  const listed = ['listed', 'mounted'].map((name) => ({ name }));
  await client
    .resource(serviceAccounts, 'demo')
    .create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' }, secrets: listed });
  const held = client.resource(secrets, 'demo');
  for (const name of ['listed', 'mounted', 'own'])
    await held.create({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, annotations: { 'kubernetes.io/service-account.name': 'default' } },
      type: 'kubernetes.io/service-account-token',
    });
  const pod: KubeObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web' },
    spec: { containers: [{ name: 'c', image: 'one' }], volumes: [{ name: 'v', secret: { secretName: 'mounted' } }] },
  };
  await client.resource(pods, 'demo').create(pod);
  const state = async (): Promise<unknown[]> =>
    (await held.list()).items.map(({ metadata: { name, labels } }) => [
      name,
      labels?.['kubernetes.io/legacy-token-invalid-since'],
    ]);
  /** Timers know nothing of the leap: somebody touches the Secrets. */
  const leapTo = async (day: number): Promise<void> => {
    leap = day * dayMs;
    for (const { metadata } of (await held.list()).items)
      await held.patch(metadata.name ?? '', 'merge', { metadata: { annotations: { touched: String(day) } } });
    await eventually('nothing is left to do', async () => manager.idle);
    await new Promise((resolve) => setTimeout(resolve, 50));
  };
  const untouched = [
    ['listed', undefined],
    ['mounted', undefined],
    ['own', undefined],
  ];
  await leapTo(365);
  assert.deepEqual(await state(), untouched);
  assert.equal(manager.nextWakeUp(), undefined);
  await leapTo(366);
  const marked = [['listed', '2031-01-02'], ...untouched.slice(1)];
  assert.deepEqual(await state(), marked);
  await leapTo(731);
  assert.deepEqual(await state(), marked);
  await leapTo(732);
  assert.deepEqual(await state(), untouched.slice(1));
  await client.resource(pods, 'demo').delete('web', { gracePeriodSeconds: 0 });
  await leapTo(733);
  assert.deepEqual((await state())[0], ['mounted', '2032-01-04']);
  await stop();
});
