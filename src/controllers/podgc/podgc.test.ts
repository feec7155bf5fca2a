/** Over the real API server, with time that the test moves. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { FakeClock, settle } from '../../client/fake-clock.test-double.ts';
import { namespaces, nodes, pods, serviceAccounts } from '../resources.ts';
import { eventually, world } from '../world.test-double.ts';
import { podGarbageCollectorFor } from './podgc-controller.ts';

const podWith = (name: string, metadata: JsonObject, spec: JsonObject): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, ...metadata },
  spec: { containers: [{ name: 'c', image: 'one' }], ...spec },
});

async function cluster(options: { readonly podsRunElsewhere?: boolean } = {}, endedMax = 100) {
  const clock = new FakeClock();
  const made = await world({ clock, only: [podGarbageCollectorFor(endedMax)], podsStay: true, ...options });
  await made.client.resource(namespaces).create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'demo' } });
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } };
  await made.client.resource(serviceAccounts, 'demo').create(account);
  const podsOf = made.client.resource(pods, 'demo');
  // A list is in the order of names.
  const names = async (): Promise<unknown[]> => (await podsOf.list()).items.map(({ metadata }) => metadata.name);
  const node = (name: string): Promise<unknown> =>
    made.client.resource(nodes).create({ apiVersion: 'v1', kind: 'Node', metadata: { name } });
  return { ...made, clock, podsOf, names, node };
}

test('a pod that never had a node and is held by a finalizer has failed after a while, and once only', async () => {
  const { clock, podsOf, writes, manager, stop } = await cluster();
  await podsOf.create(podWith('held', { finalizers: ['example.com/hold'] }, {}));
  await podsOf.delete('held');
  const phase = async (): Promise<unknown> => ((await podsOf.get('held'))['status'] as JsonObject)['phase'];
  await clock.advance(19_000);
  assert.equal(await phase(), 'Pending');
  await clock.advance(2000);
  await eventually('it has failed', async () => (await phase()) === 'Failed');
  await eventually('nothing is left to do', async () => manager.idle);
  await settle();
  const before = writes.length;
  await clock.advance(120_000);
  assert.deepEqual(writes.slice(before), []);
  await podsOf.patch('held', 'merge', { metadata: { finalizers: null } });
  await eventually('it is gone', async () => (await podsOf.list()).items.length === 0);
  await stop();
});

test('pods of a node that is missing are ended after its quarantine, those of others stay', async () => {
  const { client, clock, podsOf, names, node, stop } = await cluster();
  await node('here');
  await node('leaves');
  for (const [name, nodeName] of [
    ['stays', 'here'],
    ['orphan', 'leaves'],
    ['stray', 'never-seen'],
  ] as const)
    await podsOf.create(podWith(name, { finalizers: name === 'orphan' ? ['example.com/hold'] : [] }, { nodeName }));
  await client.resource(nodes).delete('leaves');
  await settle();
  await clock.advance(39_000);
  assert.deepEqual(await names(), ['orphan', 'stays', 'stray']);
  await clock.advance(2000);
  await eventually('the stray is gone', async () => !(await names()).includes('stray'));
  await eventually('the orphan has failed', async () => {
    const { phase, conditions = [] } = (await podsOf.get('orphan'))['status'] as {
      phase: string;
      conditions?: JsonObject[];
    };
    const target = conditions.find(({ type }) => type === 'DisruptionTarget');
    return phase === 'Failed' && target?.['message'] === 'PodGC: node no longer exists';
  });
  assert.deepEqual(await names(), ['orphan', 'stays']);
  await stop();
});

test('a node that comes back in time keeps its pods', async () => {
  const { client, clock, podsOf, names, node, stop } = await cluster();
  await node('leaves');
  await podsOf.create(podWith('stays', {}, { nodeName: 'leaves' }));
  await client.resource(nodes).delete('leaves');
  await settle();
  await clock.advance(30_000);
  await node('leaves');
  await settle();
  await clock.advance(60_000);
  assert.deepEqual(await names(), ['stays']);
  await stop();
});

test('pods that are being deleted on a node out of service go', async () => {
  const { client, clock, podsOf, names, node, stop } = await cluster();
  await node('dead');
  await podsOf.create(podWith('leaving', {}, { nodeName: 'dead' }));
  await podsOf.create(podWith('stays', {}, { nodeName: 'dead' }));
  await podsOf.delete('leaving');
  await settle();
  await clock.advance(60_000);
  assert.deepEqual(await names(), ['leaving', 'stays']);
  const taints = [{ key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' }];
  await client.resource(nodes).patch('dead', 'merge', { spec: { taints } });
  await settle();
  await clock.advance(21_000);
  await eventually('only one is left', async () => (await names()).join() === 'stays');
  await stop();
});

test('where pods run elsewhere, no node says anything of them', async () => {
  const { client, clock, podsOf, names, node, stop } = await cluster({ podsRunElsewhere: true });
  await node('shown-for-a-while');
  await podsOf.create(podWith('a', {}, { nodeName: 'shown-for-a-while' }));
  await podsOf.create(podWith('b', {}, { nodeName: 'never-shown' }));
  await client.resource(nodes).delete('shown-for-a-while');
  await settle();
  await clock.advance(600_000);
  await settle();
  assert.deepEqual(await names(), ['a', 'b']);
  await stop();
});

test('of pods that have ended so many stay', async () => {
  const { clock, podsOf, names, stop } = await cluster({}, 2);
  for (const name of ['a', 'b', 'c', 'd']) {
    await podsOf.create(podWith(name, {}, {}));
    const phase = name === 'd' ? 'Running' : 'Succeeded';
    await podsOf.patch(name, 'merge', { status: { phase } }, { subresource: 'status' });
    await clock.advance(1000);
  }
  await settle();
  await clock.advance(21_000);
  await eventually('the oldest is gone', async () => (await names()).join() === 'b,c,d');
  await stop();
});
