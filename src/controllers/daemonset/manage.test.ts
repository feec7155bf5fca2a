/** Which nodes get a pod, and which pods go. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../api/json.ts';
import { planManage } from './manage.ts';
import { rolling, snapshot } from './snapshot.test-double.ts';

/** `+n1 -n2b`: made on a node, deleted by name. */
function planned(spec: JsonObject, nodes: string, pods: string, backoffMs = 0): string {
  const plan = planManage(snapshot(spec, nodes, pods), () => backoffMs);
  const parts = [...plan.create.map((node) => `+${node}`), ...plan.delete.map(({ metadata }) => `-${metadata.name}`)];
  if (plan.againAfterMs !== undefined) parts.push(`again ${plan.againAfterMs}`);
  return parts.join(' ');
}

const surge = rolling({ maxSurge: 1, maxUnavailable: 0 });

const cases: readonly (readonly [name: string, spec: JsonObject, nodes: string, pods: string, plan: string])[] = [
  ['no node, no pod', {}, '', '', ''],
  ['each node that wants one gets one', {}, 'n1 n2 n3-full n4-out', '', '+n1 +n2'],
  ['what is there is enough', {}, 'n1 n2', 'n1 n2:starting', ''],
  ['one that waits for its node counts', {}, 'n1', 'n1:pinned', ''],
  ['where a pod is ending, none is made yet', {}, 'n1', 'n1:ending', ''],
  ['one that has ended and is being deleted does not count', {}, 'n1', 'n1:ended', '+n1'],
  ['a pod may stay where none would be made', {}, 'n1-full', 'n1', ''],
  ['but not where none may be', {}, 'n1-out', 'n1 n1:starting n1:ending', '-n1 -n1b'],
  ['of several the oldest stays', {}, 'n1', 'n1:starting n1 n1', '-n1b -n1c'],
  ['one that has its node is older than one that waits for it', {}, 'n1', 'n1:pinned n1', '-n1'],
  ['a failed one goes', {}, 'n1', 'n1:failed', '-n1'],
  ['one that succeeded goes', {}, 'n1', 'n1:succeeded', '-n1'],
  ['of two failed ones one goes at a time', {}, 'n1', 'n1:failed n1:failed', '-n1'],
  ['a failed one goes from where none would be made', {}, 'n1-full', 'n1:failed', '-n1'],
  ['pods that wait for a node that is no more go', {}, 'n1', 'n1 n2:pinned', '-n2'],
  ['pods on a node that is no more go with it', {}, 'n1', 'n1 n2', ''],
  ['surge: old and new may both be there', surge, 'n1', 'n1::old n1:starting', ''],
  ['surge: the old one goes when the new one is ready', surge, 'n1', 'n1::old n1', '-n1'],
  ['surge: not before it has been so for long enough', { ...surge, minReadySeconds: 60 }, 'n1', 'n1::old n1:fresh', ''],
  ['surge: an old one that is ill goes', surge, 'n1', 'n1:starting:old n1:starting', '-n1'],
  ['surge: one of each', surge, 'n1', 'n1::old n1::old n1:starting n1:starting', '-n1b -n1d'],
  ['surge: several of one template are not two templates', surge, 'n1', 'n1 n1', '-n1b'],
  ['surge: where a pod is ending, another is made', surge, 'n1', 'n1:ending', '+n1'],
  ['surge: but not where none would be made', surge, 'n1-full', 'n1:ending', ''],
];

for (const [name, spec, nodes, pods, plan] of cases) {
  test(name, () => assert.equal(planned(spec, nodes, pods), plan));
}

test('a failed pod lies there for as long as its node backs off', () => {
  assert.equal(planned({}, 'n1', 'n1:failed', 4000), 'again 4000');
});

test('one that succeeded does not', () => {
  assert.equal(planned({}, 'n1', 'n1:succeeded', 4000), '-n1');
});

test('those that had ended are named', () => {
  const { ended } = planManage(snapshot({}, 'n1 n2', 'n1:failed n2:succeeded'), () => 0);
  assert.deepEqual(
    ended.map(({ pod, node, phase }) => `${pod.metadata.name} ${node} ${phase}`),
    ['n1 n1 Failed', 'n2 n2 Succeeded'],
  );
});
