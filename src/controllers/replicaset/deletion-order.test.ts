import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../api/json.ts';
import { asPod, type Pod } from '../../controller/pod.ts';
import { podsToDelete } from './deletion-order.ts';

const now = Date.parse('2030-01-02T00:00:00Z');

interface Facts {
  readonly node?: string;
  readonly phase?: string;
  readonly readySince?: string;
  readonly cost?: string;
  readonly restarts?: number;
  readonly created?: string;
}

function pod(
  name: string,
  { node = 'n', phase = 'Running', readySince, cost, restarts = 0, created = '2030-01-01T00:00:00Z' }: Facts,
): Pod {
  const ready: JsonObject[] = readySince ? [{ type: 'Ready', status: 'True', lastTransitionTime: readySince }] : [];
  return asPod({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      uid: name,
      creationTimestamp: created,
      ...(cost ? { annotations: { 'controller.kubernetes.io/pod-deletion-cost': cost } } : {}),
    },
    spec: node === '' ? {} : { nodeName: node },
    status: { phase, conditions: ready, containerStatuses: [{ name: 'c', restartCount: restarts }] },
  });
}

const long = '2030-01-01T00:00:00Z';
const cases: readonly [rule: string, goes: Facts, stays: Facts][] = [
  ['unassigned before assigned', { node: '' }, { node: 'n' }],
  ['pending before running', { phase: 'Pending' }, { phase: 'Running' }],
  ['unknown before running', { phase: 'Unknown' }, { phase: 'Running' }],
  ['not ready before ready', {}, { readySince: long }],
  ['cheap before dear', { cost: '-5', readySince: long }, { cost: '5', readySince: long }],
  ['ready for a shorter time', { readySince: '2030-01-01T23:59:00Z' }, { readySince: long }],
  ['restarted more often', { restarts: 3 }, { restarts: 1 }],
  ['younger', { created: '2030-01-01T23:59:00Z' }, { created: '2029-01-01T00:00:00Z' }],
];

for (const [rule, goes, stays] of cases) {
  test(`first goes: ${rule}`, () => {
    const pods = [pod('stays', stays), pod('goes', goes)];
    for (const order of [pods, pods.toReversed()])
      assert.deepEqual(
        podsToDelete(order, [], 1, now).map(({ metadata }) => metadata.name),
        ['goes'],
      );
  });
}

test('first goes: the one that shares its node with more pods of the same owner', () => {
  const crowded = pod('crowded', { node: 'full', readySince: long });
  const alone = pod('alone', { node: 'empty', readySince: long });
  const related = [crowded, alone, pod('other', { node: 'full', readySince: long })];
  assert.deepEqual(podsToDelete([alone, crowded], related, 1, now), [crowded]);
});

test("times that are nearly the same don't count: the UID decides", () => {
  const early = pod('a', { readySince: '2030-01-01T00:00:01Z' });
  const late = pod('b', { readySince: '2030-01-01T00:00:02Z' });
  assert.deepEqual(podsToDelete([late, early], [], 1, now), [early]);
});
