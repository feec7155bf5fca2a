import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock, settle } from '../../client/fake-clock.test-double.ts';
import { namespaces, pods, resourceClaims, resourceQuotas, serviceAccounts } from '../resources.ts';
import { eventually, world } from '../world.test-double.ts';
import { resourceQuotaController } from './resourcequota-controller.ts';

async function cluster(hard: Readonly<Record<string, string>>) {
  const clock = new FakeClock();
  const made = await world({ clock, only: [resourceQuotaController], podsStay: true });
  const { client } = made;
  await client.resource(namespaces).create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'demo' } });
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } };
  await client.resource(serviceAccounts, 'demo').create(account);
  const quotas = client.resource(resourceQuotas, 'demo');
  await quotas.create({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'q' }, spec: { hard } });
  const used = async (): Promise<unknown> => ((await quotas.get('q'))['status'] as { used?: object } | undefined)?.used;
  await eventually('it is counted', async () => (await used()) !== undefined);
  return { ...made, clock, used };
}

test('a pod that should have been gone by now is no longer charged, though nothing tells of it', async () => {
  const { client, clock, used, stop } = await cluster({ pods: '2', 'count/pods': '2' });
  const resource = client.resource(pods, 'demo');
  const containers = [{ name: 'c', image: 'one' }];
  await resource.create({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'lost' },
    spec: { nodeName: 'n', containers },
  });
  await resource.delete('lost', { gracePeriodSeconds: 30 });
  await settle();
  await clock.advance(50_000);
  assert.deepEqual(await used(), { pods: '1', 'count/pods': '1' });
  // The time that it was to be gone by, and its grace once more.
  await clock.advance(15_000);
  await eventually('it is given back', async () => JSON.stringify(await used()) === '{"count/pods":"1","pods":"0"}');
  await stop();
});

test('claims of devices are counted by class', async () => {
  const name = 'gpu.deviceclass.resource.k8s.io/devices';
  const { client, used, stop } = await cluster({ [name]: '3' });
  const claim = (claimName: string, count: number): Promise<unknown> =>
    client.resource(resourceClaims, 'demo').create({
      apiVersion: 'resource.k8s.io/v1',
      kind: 'ResourceClaim',
      metadata: { name: claimName },
      spec: { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'gpu', count } }] } },
    });
  await claim('one', 2);
  assert.deepEqual(await used(), { [name]: '2' });
  await assert.rejects(claim('two', 2), {
    message: new RegExp(`exceeded quota: q, requested: ${name}=2, used: ${name}=2`),
  });
  await client.resource(resourceClaims, 'demo').delete('one');
  await eventually('it is given back', async () => JSON.stringify(await used()) === `{"${name}":"0"}`);
  await stop();
});
