/** What a DaemonSet says of its pods. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../api/json.ts';
import { snapshot } from './snapshot.test-double.ts';
import { changedStatus } from './status.ts';

/** In the order: desired, current, misscheduled, ready, updated, available, unavailable. */
function counted(nodes: string, pods: string, spec: JsonObject = {}): string {
  const status = changedStatus({ ...snapshot(spec, nodes, pods), observed: true, collisions: 0 });
  assert.ok(status);
  const { desiredNumberScheduled, currentNumberScheduled, numberMisscheduled, numberReady } = status;
  const { updatedNumberScheduled = 0, numberAvailable = 0, numberUnavailable = 0 } = status;
  return [
    desiredNumberScheduled,
    currentNumberScheduled,
    numberMisscheduled,
    numberReady,
    updatedNumberScheduled,
    numberAvailable,
    numberUnavailable,
  ].join(' ');
}

const cases: readonly (readonly [name: string, nodes: string, pods: string, counts: string, spec?: JsonObject])[] = [
  ['no nodes', '', '', '0 0 0 0 0 0 0'],
  ['no pods yet', 'n1 n2', '', '2 0 0 0 0 0 2'],
  ['some of each', 'n1 n2 n3 n4', 'n1 n2:starting n3::old', '4 3 0 2 2 2 2'],
  ['ready is not available yet', 'n1', 'n1:fresh', '1 1 0 1 1 0 1', { minReadySeconds: 60 }],
  ['where none should be', 'n1-full n2-out', 'n1 n2', '0 0 2 0 0 0 0'],
  ['one that is ending is still there', 'n1', 'n1:ending', '1 1 0 1 1 1 0'],
  ['of several the oldest counts', 'n1', 'n1::old n1:starting', '1 1 0 1 0 1 0'],
  ['pods of nodes that are no more do not count', 'n1', 'n1 n2', '1 1 0 1 1 1 0'],
];

for (const [name, nodes, pods, counts, spec] of cases)
  test(name, () => assert.equal(counted(nodes, pods, spec), counts));

const same = {
  currentNumberScheduled: 1,
  desiredNumberScheduled: 1,
  numberMisscheduled: 0,
  numberReady: 1,
  numberAvailable: 1,
  updatedNumberScheduled: 1,
  observedGeneration: 1,
};

test('nothing new is not said again', () => {
  const given = snapshot({}, 'n1', 'n1', same);
  assert.equal(changedStatus({ ...given, observed: true, collisions: 0 }), undefined);
});

test('a generation that was not worked on yet is not said to be', () => {
  const given = snapshot({}, 'n1', 'n1', { ...same, observedGeneration: 0 });
  assert.equal(changedStatus({ ...given, observed: false, collisions: 0 }), undefined);
  assert.equal(changedStatus({ ...given, observed: true, collisions: 0 })?.observedGeneration, 1);
});

test('collisions of names are remembered; what others say stays', () => {
  const conditions = [{ type: 'Mine', status: 'True' }];
  const given = snapshot({}, 'n1', 'n1', { ...same, conditions });
  const status = changedStatus({ ...given, observed: true, collisions: 2 });
  assert.deepEqual(status, { ...same, collisionCount: 2, conditions });
});
