import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ObjectMeta } from '../../api/object.ts';
import { foregroundFinalizer, OwnerGraph } from './graph.ts';
import type { ResourceType } from './resource-types.ts';

const sets: ResourceType = {
  gvr: { group: 'apps', version: 'v1', resource: 'replicasets' },
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  namespaced: true,
};
const pods: ResourceType = {
  gvr: { group: '', version: 'v1', resource: 'pods' },
  apiVersion: 'v1',
  kind: 'Pod',
  namespaced: true,
};
const owner: ObjectMeta = { name: 'set', namespace: 'a', uid: 'set' };
const dependent: ObjectMeta = {
  name: 'pod',
  namespace: 'a',
  uid: 'pod',
  ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'set', uid: 'set', blockOwnerDeletion: true }],
};

function graphOf() {
  const enqueued: string[] = [];
  const graph = new OwnerGraph((uid) => enqueued.push(uid));
  graph.settled();
  return { graph, enqueued };
}

for (const [order, seen] of Object.entries({ 'seen before': true, 'known from references only': false })) {
  test(`an owner, ${order}, that the watch showed deleted is not back because an answer was on its way`, () => {
    const { graph, enqueued } = graphOf();
    if (seen) graph.observe(sets, owner);
    graph.observe(pods, dependent);
    graph.remove('set');
    assert.deepEqual(enqueued.slice(-1), ['pod']);
    graph.found(sets, owner);
    assert.equal(graph.get('set')?.observed, false);
  });
}

test('an answer that is older than the watch changes nothing', () => {
  const { graph } = graphOf();
  graph.observe(pods, dependent);
  const deleting = { deletionTimestamp: '2030-01-01T00:00:00Z', finalizers: [foregroundFinalizer] };
  graph.observe(sets, { ...owner, ...deleting });
  graph.found(sets, owner);
  assert.equal(graph.get('set')?.foreground, true);
});

test('an owner that is asked for is known from then on', () => {
  const { graph } = graphOf();
  graph.observe(pods, dependent);
  graph.found(sets, owner);
  assert.equal(graph.get('set')?.observed, true);
});
