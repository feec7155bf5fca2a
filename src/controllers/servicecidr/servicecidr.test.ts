import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../api/json.ts';
import { FakeClock, settle } from '../../client/fake-clock.test-double.ts';
import { ipAddresses, namespaces, serviceCidrs, services } from '../resources.ts';
import { eventually, world } from '../world.test-double.ts';
import { serviceCidrController } from './servicecidr-controller.ts';

test('a range gets ready, is held while addresses need it, and goes a while after the last of them', async () => {
  const clock = new FakeClock();
  const { client, manager, writes, stop } = await world({ clock, only: [serviceCidrController] });
  const ranges = client.resource(serviceCidrs);
  const found = async () => (await ranges.list()).items.find(({ metadata }) => metadata.name === 'more');
  const readyOf = async (): Promise<JsonObject | undefined> => {
    const { conditions } = ((await found())?.['status'] ?? {}) as { conditions?: JsonObject[] };
    return conditions?.find(({ type }) => type === 'Ready');
  };
  await ranges.create({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'ServiceCIDR',
    metadata: { name: 'more', finalizers: ['example.com/other'] },
    spec: { cidrs: ['10.96.0.0/24'] },
  });
  await eventually('it is ready', async () => (await readyOf())?.['status'] === 'True');
  assert.deepEqual(await readyOf(), {
    type: 'Ready',
    status: 'True',
    lastTransitionTime: '2030-01-01T00:00:00Z',
    reason: '',
    message: 'Kubernetes Service CIDR is ready',
  });
  const finalizers = (await found())?.metadata.finalizers;
  assert.deepEqual(new Set(finalizers), new Set(['example.com/other', 'networking.k8s.io/service-cidr-finalizer']));
  await eventually('nothing is left to do', async () => manager.idle);
  const before = writes.length;
  await ranges.patch('more', 'merge', { metadata: { finalizers: ['networking.k8s.io/service-cidr-finalizer'] } });
  await settle();
  assert.equal(writes.length - before, 1);

  await client.resource(namespaces).create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'demo' } });
  await client.resource(services, 'demo').create({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web' },
    spec: { clusterIP: '10.96.0.77', ports: [{ port: 80 }] },
  });
  await client.resource(ipAddresses).create({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IPAddress',
    metadata: { name: '10.96.0.78', labels: { 'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io' } },
    spec: { parentRef: { resource: 'services', namespace: 'demo', name: 'web' } },
  });
  await ranges.delete('more');
  await eventually('it says what it waits for', async () => (await readyOf())?.['reason'] === 'Terminating');
  await client.resource(ipAddresses).delete('10.96.0.78');
  await settle();
  await clock.advance(60_000);
  assert.ok(await found());
  await client.resource(services, 'demo').delete('web');
  await eventually('it is gone', async () => !(await found()));

  await ranges.create({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'ServiceCIDR',
    metadata: { name: 'more' },
    spec: { cidrs: ['10.78.0.0/24'] },
  });
  await eventually('another one is protected', async () => (await readyOf()) !== undefined);
  await ranges.delete('more');
  await settle();
  await clock.advance(8000);
  assert.ok(await found());
  await clock.advance(3000);
  await eventually('it is gone too', async () => !(await found()));
  await stop();
});
