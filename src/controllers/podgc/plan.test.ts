import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { asPod } from '../../controller/pod.ts';
import { endingPatch, isOutOfService, isRemoved, isUnscheduledTerminating, nodeIsGone, surplusOf } from './plan.ts';

const now = Date.UTC(2030, 0, 1);

function pod(metadata: JsonObject, status: JsonObject = {}, spec: JsonObject = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'n', uid: 'u', ...metadata },
    spec,
    status,
  };
}

function ended(name: string, created: string, status: JsonObject = { phase: 'Succeeded' }): KubeObject {
  return pod({ name, creationTimestamp: `2029-01-${created}T00:00:00Z` }, status);
}

test('of those that have ended go the evicted, then the oldest, then by name', () => {
  const pods = [
    ended('new', '09'),
    ended('old-b', '01'),
    ended('old-a', '01'),
    ended('evicted', '20', { phase: 'Failed', reason: 'Evicted' }),
    ended('failed', '05', { phase: 'Failed', reason: 'Error' }),
  ];
  const names = (max: number): unknown[] => surplusOf(pods, max).map(({ metadata }) => metadata.name);
  assert.deepEqual(names(5), []);
  assert.deepEqual(names(4), ['evicted']);
  assert.deepEqual(names(2), ['evicted', 'old-a', 'old-b']);
  assert.deepEqual(names(0), ['evicted', 'old-a', 'old-b', 'failed', 'new']);
});

const leaving = { deletionTimestamp: '2029-12-31T00:00:00Z' };

const unscheduled: readonly (readonly [string, KubeObject, boolean])[] = [
  ['being deleted, without a node', pod(leaving), true],
  ['being deleted, its node empty', pod(leaving, {}, { nodeName: '' }), true],
  ['being deleted, on a node', pod(leaving, {}, { nodeName: 'a' }), false],
  ['waiting for a node', pod({}), false],
];
for (const [name, object, expected] of unscheduled)
  test(`unscheduled and terminating: ${name}: ${expected}`, () =>
    assert.equal(isUnscheduledTerminating(asPod(object)), expected));

const removed: readonly (readonly [string, KubeObject, boolean])[] = [
  ['told to end at once, and ended', pod({ ...leaving, deletionGracePeriodSeconds: 0 }, { phase: 'Failed' }), true],
  ['told to end at once, not ended', pod({ ...leaving, deletionGracePeriodSeconds: 0 }, { phase: 'Pending' }), false],
  ['ended, with time left', pod({ ...leaving, deletionGracePeriodSeconds: 30 }, { phase: 'Failed' }), false],
  ['ended', pod({}, { phase: 'Failed' }), false],
];
for (const [name, object, expected] of removed)
  test(`removed already: ${name}: ${expected}`, () => assert.equal(isRemoved(asPod(object)), expected));

const taints = [{ key: 'node.kubernetes.io/out-of-service', value: 'nodeshutdown', effect: 'NoExecute' }];
const nodes: readonly (readonly [string, JsonObject, boolean])[] = [
  ['tainted, not ready', { spec: { taints }, status: { conditions: [{ type: 'Ready', status: 'Unknown' }] } }, true],
  ['tainted, says nothing', { spec: { taints } }, true],
  ['tainted, but ready', { spec: { taints }, status: { conditions: [{ type: 'Ready', status: 'True' }] } }, false],
  ['another taint', { spec: { taints: [{ key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' }] } }, false],
  ['no taint', { spec: {} }, false],
];
for (const [name, node, expected] of nodes)
  test(`out of service: ${name}: ${expected}`, () =>
    assert.equal(isOutOfService({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'a' }, ...node }), expected));

const patches: readonly (readonly [string, KubeObject, JsonObject | undefined])[] = [
  ['ended: nothing', pod({}, { phase: 'Succeeded' }), undefined],
  [
    'running: failed, for the generation that was seen',
    pod({ generation: 3 }, { phase: 'Running' }),
    { phase: 'Failed', observedGeneration: 3 },
  ],
];
for (const [name, object, status] of patches)
  test(`patch: ${name}`, () =>
    assert.deepEqual(endingPatch(asPod(object), now), status && { metadata: { uid: 'u' }, status }));

test('patch: of a lost node, with a condition; one that is there already keeps its time', () => {
  const condition = (lastTransitionTime: string): JsonObject => ({
    type: 'DisruptionTarget',
    status: 'True',
    observedGeneration: 1,
    lastProbeTime: null,
    lastTransitionTime,
    reason: 'DeletionByPodGC',
    message: 'PodGC: node no longer exists',
  });
  const conditionsOf = (conditions: JsonObject[]): unknown => {
    const patch = endingPatch(asPod(pod({ generation: 1 }, { phase: 'Running', conditions })), now, nodeIsGone);
    return (patch?.['status'] as JsonObject | undefined)?.['conditions'];
  };
  assert.deepEqual(conditionsOf([]), [condition('2030-01-01T00:00:00Z')]);
  const known = { type: 'DisruptionTarget', status: 'True', lastTransitionTime: '2029-01-01T00:00:00Z' };
  assert.deepEqual(conditionsOf([known]), [condition('2029-01-01T00:00:00Z')]);
});
