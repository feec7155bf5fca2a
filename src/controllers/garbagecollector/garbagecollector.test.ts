import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject, OwnerReference } from '../../api/object.ts';
import { createClient } from '../../client/create-client.ts';
import { FakeApi, type FakeApiOptions } from '../../client/fake-api.test-double.ts';
import { FakeClock, seededRandom } from '../../client/fake-clock.test-double.ts';
import { InformerFactory } from '../../client/informer-factory.ts';
import { EventRecorder } from '../../controller/event-recorder.ts';
import { silentLogger } from '../../lib/logger.ts';
import { configMaps, nodes, pods, services } from '../resources.ts';
import { garbageCollector } from './garbagecollector-controller.ts';

type Served = Record<string, [kind: string, scope: string]>;

function discovery(version: string, resources: Served, group = ''): unknown {
  const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
  const served = Object.entries(resources).map(([resource, [kind, scope]]) => ({
    resource,
    responseKind: { kind },
    scope,
    verbs,
  }));
  const items = [{ metadata: { name: group }, versions: [{ version, resources: served }] }];
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', items };
}

async function world(before?: (api: FakeApi) => Promise<void>, options: Pick<FakeApiOptions, 'intercept'> = {}) {
  const clock = new FakeClock();
  const api = new FakeApi({ now: () => clock.now(), ...options });
  api.documents.set(
    '/api',
    discovery('v1', {
      configmaps: ['ConfigMap', 'Namespaced'],
      pods: ['Pod', 'Namespaced'],
      services: ['Service', 'Namespaced'],
      nodes: ['Node', 'Cluster'],
    }),
  );
  api.documents.set('/apis', { kind: 'APIGroupDiscoveryList', items: [] });
  const client = createClient('tenant', api.exchange);
  await before?.(api);
  const shared = { client, clock, random: seededRandom(), logger: silentLogger };
  const events = new EventRecorder(shared);
  const controller = garbageCollector.create({ ...shared, events, informers: new InformerFactory(shared) });
  await controller.start();
  await clock.advance(100);
  const create = async (
    kind: 'ConfigMap' | 'Pod' | 'Service' | 'Node',
    name: string,
    owners: OwnerReference[] = [],
    namespace = 'a',
    finalizers: string[] = [],
  ) => {
    const gvr = { ConfigMap: configMaps, Pod: pods, Service: services, Node: nodes }[kind];
    const metadata = {
      name,
      ...(owners.length > 0 ? { ownerReferences: owners } : {}),
      ...(finalizers.length > 0 ? { finalizers } : {}),
    };
    return client.resource(gvr, kind === 'Node' ? undefined : namespace).create({ apiVersion: 'v1', kind, metadata });
  };
  const names = (): string[] =>
    [...api.objects.values()]
      .filter(({ kind }) => kind !== 'Event')
      .map(({ kind, metadata }) => `${kind} ${metadata.name}`)
      .sort();
  const stop = async (): Promise<void> => {
    await controller.stop();
    await events.stop();
  };
  return { api, client, clock, controller, create, names, stop, events };
}

function owner(object: KubeObject, change: Partial<OwnerReference> = {}): OwnerReference {
  const { name = '', uid = '' } = object.metadata;
  return { apiVersion: object.apiVersion, kind: object.kind, name, uid, ...change };
}

test('background: dependents of dependents go after their owner', async () => {
  const w = await world();
  const root = await w.create('ConfigMap', 'root');
  const middle = await w.create('Service', 'middle', [owner(root)]);
  await w.create('Pod', 'leaf', [owner(middle)]);
  await w.create('Pod', 'other');
  await w.clock.advance(100);
  assert.deepEqual(w.names(), ['ConfigMap root', 'Pod leaf', 'Pod other', 'Service middle']);
  await w.client.resource(configMaps, 'a').delete('root', { propagationPolicy: 'Background' });
  await w.clock.advance(1000);
  assert.deepEqual(w.names(), ['Pod other']);
  await w.stop();
});

test('what has another owner left only loses the reference', async () => {
  const w = await world();
  const first = await w.create('ConfigMap', 'first');
  const second = await w.create('ConfigMap', 'second');
  await w.create('Pod', 'shared', [owner(first), owner(second)]);
  await w.clock.advance(100);
  await w.client.resource(configMaps, 'a').delete('first');
  await w.clock.advance(1000);
  assert.deepEqual(w.names(), ['ConfigMap second', 'Pod shared']);
  assert.deepEqual(
    w.api.at('/api/v1/namespaces/a/pods/shared')?.metadata.ownerReferences?.map(({ name }) => name),
    ['second'],
  );
  await w.stop();
});

test('foreground: the owner stays until its blocking dependents are gone', async () => {
  const w = await world();
  const root = await w.create('ConfigMap', 'root');
  await w.create('Pod', 'slow', [owner(root, { blockOwnerDeletion: true })], 'a', ['example.com/wait']);
  await w.create('Pod', 'quick', [owner(root)]);
  await w.clock.advance(100);
  await w.client.resource(configMaps, 'a').delete('root', { propagationPolicy: 'Foreground' });
  await w.clock.advance(1000);
  assert.deepEqual(w.names(), ['ConfigMap root', 'Pod slow']);
  assert.ok(w.api.at('/api/v1/namespaces/a/pods/slow')?.metadata.deletionTimestamp);
  w.api.change('/api/v1/namespaces/a/pods/slow', (object) => delete object.metadata.finalizers);
  await w.clock.advance(1000);
  assert.deepEqual(w.names(), []);
  await w.stop();
});

test('foreground goes down the tree: a dependent with dependents is deleted in the foreground too', async () => {
  const w = await world();
  const root = await w.create('ConfigMap', 'root');
  const middle = await w.create('Service', 'middle', [owner(root, { blockOwnerDeletion: true })]);
  await w.create('Pod', 'leaf', [owner(middle, { blockOwnerDeletion: true })], 'a', ['example.com/wait']);
  await w.clock.advance(100);
  await w.client.resource(configMaps, 'a').delete('root', { propagationPolicy: 'Foreground' });
  await w.clock.advance(1000);
  assert.deepEqual(w.names(), ['ConfigMap root', 'Pod leaf', 'Service middle']);
  assert.deepEqual(w.api.at('/api/v1/namespaces/a/services/middle')?.metadata.finalizers, ['foregroundDeletion']);
  w.api.change('/api/v1/namespaces/a/pods/leaf', (object) => delete object.metadata.finalizers);
  await w.clock.advance(1000);
  assert.deepEqual(w.names(), []);
  await w.stop();
});

test('a circle of owners is deleted all the same', async () => {
  const w = await world();
  const one = await w.create('ConfigMap', 'one');
  const two = await w.create('ConfigMap', 'two', [owner(one, { blockOwnerDeletion: true })]);
  w.api.change('/api/v1/namespaces/a/configmaps/one', (object) => {
    object.metadata.ownerReferences = [owner(two, { blockOwnerDeletion: true })];
  });
  await w.clock.advance(100);
  await w.client.resource(configMaps, 'a').delete('one', { propagationPolicy: 'Foreground' });
  await w.clock.advance(5000);
  assert.deepEqual(w.names(), []);
  await w.stop();
});

test('orphan: the owner goes, dependents stay without it', async () => {
  const w = await world();
  const root = await w.create('ConfigMap', 'root');
  await w.create('Pod', 'left', [owner(root)]);
  await w.clock.advance(100);
  await w.client.resource(configMaps, 'a').delete('root', { propagationPolicy: 'Orphan' });
  await w.clock.advance(1000);
  assert.deepEqual(w.names(), ['Pod left']);
  assert.equal(w.api.at('/api/v1/namespaces/a/pods/left')?.metadata.ownerReferences, undefined);
  await w.stop();
});

test('absent owners: never there, another UID, or in another namespace', async () => {
  const w = await world();
  const real = await w.create('ConfigMap', 'real');
  const foreign = await w.create('ConfigMap', 'foreign', [], 'b');
  await w.clock.advance(100);
  await w.create('Pod', 'never', [owner(real, { name: 'never', uid: 'u-never' })]);
  await w.create('Pod', 'uid', [owner(real, { uid: 'u-other' })]);
  await w.create('Pod', 'foreign', [owner(foreign)]);
  await w.create('Pod', 'fine', [owner(real)]);
  await w.clock.advance(2000);
  assert.deepEqual(w.names(), ['ConfigMap foreign', 'ConfigMap real', 'Pod fine']);
  await w.stop();
});

test('owners that cannot be judged keep their dependents: an unknown kind, a namespaced owner of a cluster-scoped object', async () => {
  const w = await world();
  const real = await w.create('ConfigMap', 'real');
  await w.create('Pod', 'unknown', [owner(real, { apiVersion: 'example.com/v1', kind: 'Thing', uid: 'u1' })]);
  await w.create('Node', 'node', [owner(real, { uid: 'u2' })]);
  await w.clock.advance(10_000);
  assert.deepEqual(w.names(), ['ConfigMap real', 'Node node', 'Pod unknown']);
  await w.stop();
});

test('a cluster-scoped owner owns in any namespace', async () => {
  const w = await world();
  const node = await w.create('Node', 'n');
  await w.create('Pod', 'p', [owner(node)]);
  await w.clock.advance(1000);
  assert.deepEqual(w.names(), ['Node n', 'Pod p']);
  await w.client.resource(nodes).delete('n');
  await w.clock.advance(1000);
  assert.deepEqual(w.names(), []);
  await w.stop();
});

test('what happened while nobody watched is caught up on: at the start, and after a gap', async () => {
  const w = await world(async (api) => {
    const client = createClient('tenant', api.exchange);
    const root = await client
      .resource(configMaps, 'a')
      .create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'root' } });
    const lost = { apiVersion: 'v1', kind: 'ConfigMap', name: 'lost', uid: 'u-lost' };
    await client
      .resource(pods, 'a')
      .create({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'orphan', ownerReferences: [lost] } });
    await client
      .resource(pods, 'a')
      .create({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'owned', ownerReferences: [owner(root)] } });
  });
  await w.clock.advance(1000);
  assert.deepEqual(w.names(), ['ConfigMap root', 'Pod owned']);
  assert.ok(!w.api.writes.some((write) => write.startsWith('PATCH')));
  w.api.expireWatches();
  await w.client.resource(configMaps, 'a').delete('root');
  await w.clock.advance(5000);
  assert.deepEqual(w.names(), []);
  await w.stop();
});

const things: Served = { configmaps: ['ConfigMap', 'Namespaced'] };

test('an owner of that kind, name and UID in another group is another object', async () => {
  const w = await world((api) => {
    api.documents.set('/apis', discovery('v1', things, 'example.com'));
    return Promise.resolve();
  });
  const real = await w.create('ConfigMap', 'real');
  await w.create('Pod', 'fine', [owner(real)]);
  await w.clock.advance(1000);
  await w.create('Pod', 'other-group', [owner(real, { apiVersion: 'example.com/v1' })]);
  await w.clock.advance(2000);
  assert.deepEqual(w.names(), ['ConfigMap real', 'Pod fine']);
  await w.stop();
});

test('an absent owner in a version that is not served is not judged', async () => {
  const w = await world();
  const real = await w.create('ConfigMap', 'real');
  await w.create('Pod', 'p', [owner(real, { apiVersion: 'v2', name: 'absent', uid: 'u1' })]);
  await w.clock.advance(10_000);
  assert.deepEqual(w.names(), ['ConfigMap real', 'Pod p']);
  await w.stop();
});

test('an owner of an unknown kind is judged when the kind is served, and nothing is tried until then', async () => {
  const definitions: Served = { customresourcedefinitions: ['CustomResourceDefinition', 'Cluster'] };
  const w = await world((api) => {
    api.documents.set('/apis', discovery('v1', definitions, 'apiextensions.k8s.io'));
    return Promise.resolve();
  });
  const thing = { apiVersion: 'example.com/v1', kind: 'Thing', name: 'absent', uid: 'u1' };
  await w.create('Pod', 'p', [thing]);
  await w.clock.advance(10_000);
  assert.deepEqual(w.names(), ['Pod p']);
  assert.equal(w.controller.queue.nextWakeUp(), undefined);
  const served = [
    discovery('v1', definitions, 'apiextensions.k8s.io'),
    discovery('v1', { things: ['Thing', 'Namespaced'] }, 'example.com'),
  ] as { items: unknown[] }[];
  w.api.documents.set('/apis', { kind: 'APIGroupDiscoveryList', items: served.flatMap(({ items }) => items) });
  const gvr = { group: 'apiextensions.k8s.io', version: 'v1', resource: 'customresourcedefinitions' };
  await w.client
    .resource(gvr)
    .create({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'things' } });
  await w.clock.advance(15_000);
  assert.ok(!w.names().includes('Pod p'));
  await w.stop();
});

test('a resource that cannot be listed holds a deletion in the foreground up for half a minute, not for ever', async () => {
  const broken = { status: 500, headers: {}, body: Buffer.from('the conversion failed') };
  const w = await world(
    (api) => {
      api.documents.set('/apis', discovery('v1', things, 'example.com'));
      return Promise.resolve();
    },
    { intercept: ({ path }) => (path.startsWith('/apis/example.com') ? broken : undefined) },
  );
  const root = await w.create('ConfigMap', 'root');
  await w.create('Pod', 'p', [owner(root, { blockOwnerDeletion: true })]);
  await w.client.resource(configMaps, 'a').delete('root', { propagationPolicy: 'Foreground' });
  await w.clock.advance(20_000);
  assert.deepEqual(w.names(), ['ConfigMap root']);
  await w.clock.advance(15_000);
  assert.deepEqual(w.names(), []);
  await w.stop();
});
