import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../api/object.ts';
import { namespaces, pods, resourceClaims, resourceClaimTemplates, serviceAccounts } from '../resources.ts';
import { eventually, world } from '../world.test-double.ts';

const spec = { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'gpu.example.com' } }] } };
const events = { group: '', version: 'v1', resource: 'events' };
const finalizer = 'resource.kubernetes.io/delete-protection';

const podWith = (name: string, nodeName?: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: {
    ...(nodeName === undefined ? {} : { nodeName }),
    containers: [{ name: 'c', image: 'one', resources: { claims: [{ name: 'gpu' }, { name: 'shared' }] } }],
    resourceClaims: [
      { name: 'gpu', resourceClaimTemplateName: 'gpus' },
      { name: 'shared', resourceClaimName: 'shared' },
    ],
  },
});

async function cluster() {
  const made = await world({ podsStay: true });
  const { client } = made;
  await client.resource(namespaces).create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'demo' } });
  await eventually('there is an account', async () => {
    return (await client.resource(serviceAccounts, 'demo').list()).items.length > 0;
  });
  const claims = client.resource(resourceClaims, 'demo');
  const podsOf = client.resource(pods, 'demo');
  await claims.create({
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceClaim',
    metadata: { name: 'shared' },
    spec,
  });
  const template = (): Promise<unknown> =>
    client.resource(resourceClaimTemplates, 'demo').create({
      apiVersion: 'resource.k8s.io/v1',
      kind: 'ResourceClaimTemplate',
      metadata: { name: 'gpus' },
      spec: { spec },
    });
  const generated = async (): Promise<KubeObject[]> =>
    (await claims.list()).items.filter(({ metadata }) => metadata.name !== 'shared');
  /** As the scheduler does it. */
  const allocate = async (name: string, reservedFor: KubeObject[]): Promise<void> => {
    const held = await claims.patch(name, 'merge', { metadata: { finalizers: [finalizer] } });
    const results = [{ request: 'r', driver: 'gpu.example.com', pool: 'p', device: 'd' }];
    const reservations = reservedFor.map(({ metadata }) => ({
      resource: 'pods',
      name: metadata.name ?? '',
      uid: metadata.uid ?? '',
    }));
    const status = { allocation: { devices: { results } }, reservedFor: reservations };
    await claims.updateStatus({ ...held, status });
  };
  const statusOf = async (name: string) => {
    const { status = {}, metadata } = await claims.get(name);
    const { reservedFor = [], allocation } = status as { reservedFor?: { name: string }[]; allocation?: object };
    return { users: reservedFor.map((user) => user.name).join(), allocated: allocation !== undefined, metadata };
  };
  return { ...made, claims, podsOf, template, generated, allocate, statusOf };
}

test('a claim is made from its template, named in the pod’s status, made again when it is lost, and goes when the pod has ended', async () => {
  const { client, manager, claims, podsOf, template, generated, stop, writes } = await cluster();
  await podsOf.create(podWith('web'));
  await eventually('the pod’s user is told what is missing', async () => {
    const { items } = await client.resource(events, 'demo').list();
    return items.some(
      ({ reason, message }) =>
        reason === 'FailedResourceClaimCreation' &&
        message ===
          'PodResourceClaim gpu: resource claim template "gpus": resourceclaimtemplate.resource.k8s.io "gpus" not found',
    );
  });
  await template();
  const named = async (): Promise<unknown> => {
    const { status } = await podsOf.get('web');
    return (status as { resourceClaimStatuses?: unknown }).resourceClaimStatuses;
  };
  await eventually('the claim is made', async () => (await generated()).length === 1);
  const first = (await generated())[0]?.metadata.name ?? '';
  assert.match(first, /^web-gpu-[a-z0-9]{5}$/);
  await eventually('the pod says so', async () => (await named()) !== undefined);
  assert.deepEqual(await named(), [{ name: 'gpu', resourceClaimName: first }]);

  await claims.delete(first);
  await eventually('another one is made and named', async () => {
    const [claim] = await generated();
    const statuses = JSON.stringify(await named());
    return claim !== undefined && claim.metadata.name !== first && statuses.includes(claim.metadata.name ?? '?');
  });
  await eventually('nothing is left to do', async () => manager.idle);
  const before = writes.length;
  await podsOf.patch('web', 'merge', { metadata: { labels: { touched: 'yes' } } });
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(writes.length - before, 1);

  await podsOf.patch('web', 'merge', { status: { phase: 'Succeeded' } }, { subresource: 'status' });
  await eventually('the claim is gone, the pod is not', async () => (await generated()).length === 0);
  assert.equal((await podsOf.list()).items.length, 1);
  await stop();
});

test('a claim that was made before its pod could say so is found again, not made twice', async () => {
  const { claims, podsOf, template, generated, stop } = await cluster();
  const { metadata } = await podsOf.create(podWith('web'));
  const owner = { apiVersion: 'v1', kind: 'Pod', name: 'web', uid: metadata.uid ?? '', controller: true };
  await claims.create({
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceClaim',
    metadata: {
      name: 'made-before',
      ownerReferences: [owner],
      annotations: { 'resource.kubernetes.io/pod-claim-name': 'gpu' },
    },
    spec,
  });
  await template();
  await eventually('the pod names it', async () => {
    const { resourceClaimStatuses } = (await podsOf.get('web'))['status'] as { resourceClaimStatuses?: unknown };
    return JSON.stringify(resourceClaimStatuses) === '[{"name":"gpu","resourceClaimName":"made-before"}]';
  });
  assert.equal((await generated()).length, 1);
  await stop();
});

test('a claim is given back by its users: one by one, and then as a whole', async () => {
  const { podsOf, template, allocate, statusOf, stop } = await cluster();
  await template();
  const web = await podsOf.create(podWith('web'));
  const db = await podsOf.create(podWith('db'));
  await allocate('shared', [web, db]);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal((await statusOf('shared')).users, 'web,db');
  await podsOf.patch('web', 'merge', { status: { phase: 'Failed' } }, { subresource: 'status' });
  await eventually('one user is left', async () => (await statusOf('shared')).users === 'db');
  assert.equal((await statusOf('shared')).allocated, true);
  await podsOf.delete('db', { gracePeriodSeconds: 0 });
  await eventually('it is free', async () => {
    const { users, allocated, metadata } = await statusOf('shared');
    return users === '' && !allocated && metadata.finalizers === undefined;
  });
  await stop();
});

test('a claim that is reserved for a pod that never was is given back', async () => {
  const { allocate, statusOf, stop } = await cluster();
  await allocate('shared', [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'never', uid: 'x' } }]);
  await eventually('it is free', async () => !(await statusOf('shared')).allocated);
  await stop();
});

test('a pod that had its node from the start gets its claims reserved, when they are allocated', async () => {
  const { podsOf, template, allocate, statusOf, stop } = await cluster();
  await template();
  await podsOf.create(podWith('web', 'a-node'));
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal((await statusOf('shared')).users, '');
  await allocate('shared', []);
  await eventually('it is reserved', async () => (await statusOf('shared')).users === 'web');
  await stop();
});
