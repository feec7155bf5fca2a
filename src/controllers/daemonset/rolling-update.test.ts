/** Which old pods go at a time, and where new ones come beside them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { JsonObject } from '../../api/json.ts';
import { isPodAvailable } from '../../controller/pod.ts';
import { planRollingUpdate } from './rolling-update.ts';
import { now, rolling, snapshot } from './snapshot.test-double.ts';

function planned(spec: JsonObject, nodes: string, pods: string): string {
  const plan = planRollingUpdate(snapshot(spec, nodes, pods));
  return [...plan.create.map((node) => `+${node}`), ...plan.delete.map(({ metadata }) => `-${metadata.name}`)].join(
    ' ',
  );
}

const one = rolling({ maxUnavailable: 1 });
const two = rolling({ maxUnavailable: 2 });
const surge = (maxSurge: number | string): JsonObject => rolling({ maxSurge, maxUnavailable: 0 });
const three = 'n1 n2 n3';

const cases: readonly (readonly [name: string, spec: JsonObject, nodes: string, pods: string, plan: string])[] = [
  ['nothing is old', one, three, 'n1 n2 n3', ''],
  ['one at a time', one, three, 'n1::old n2::old n3::old', '-n1'],
  ['two at a time', two, three, 'n1::old n2::old n3::old', '-n1 -n2'],
  ['a share of them, rounded up', rolling({ maxUnavailable: '34%' }), three, 'n1::old n2::old n3::old', '-n1 -n2'],
  ['the next waits for the last', one, three, 'n1:starting n2::old n3::old', ''],
  ['for as long as it must be ready', { ...one, minReadySeconds: 60 }, three, 'n1:fresh n2::old n3::old', ''],
  ['a node without a pod counts as one that is down', one, three, 'n2::old n3::old', ''],
  ['so does one whose pod is ending', one, three, 'n1:ending:old n2::old n3::old', ''],
  ['and one that has too many', one, three, 'n1 n1 n2::old n3::old', ''],
  ['old ones that are down anyway go all', one, three, 'n1:starting:old n2:starting:old n3::old', '-n1 -n2'],
  ['they count as down', two, three, 'n1:starting:old n2::old n3::old', '-n1 -n2'],
  ['old and new side by side are left to the clean-up', one, 'n1 n2', 'n1::old n1 n2::old', ''],
  ['OnDelete: none', { updateStrategy: { type: 'OnDelete' } }, three, 'n1::old n2::old n3::old', ''],
  ['neither surge nor unavailability is said: one', rolling({}), three, 'n1::old n2::old n3::old', '-n1'],
  ['a share of no nodes is none', rolling({ maxUnavailable: '50%' }), 'n1-full', 'n1::old', ''],
  ['surge: one at a time', surge(1), three, 'n1::old n2::old n3::old', '+n1'],
  ['surge: two at a time', surge(2), three, 'n1::old n2::old n3::old', '+n1 +n2'],
  ['surge: a share of them, rounded up', surge('34%'), three, 'n1::old n2::old n3::old', '+n1 +n2'],
  ['surge: the next waits for the last', surge(1), three, 'n1::old n1:starting n2::old n3::old', ''],
  ['surge: the old one goes when the new one is available', surge(1), three, 'n1::old n1 n2::old n3::old', '+n2 -n1'],
  [
    'surge: old ones that are down get successors at once',
    surge(1),
    three,
    'n1:starting:old n2:starting:old n3::old',
    '+n1 +n2 +n3',
  ],
  ['surge: a node that has too many counts', surge(1), three, 'n1::old n1::old n2::old n3::old', ''],
  ['surge: what is down where none is meant goes', surge(1), 'n1 n2-full', 'n1 n2:starting:old', '-n2'],
  [
    'surge: what is available there stays until there is another for it',
    surge(1),
    'n1 n2-full',
    'n1:starting n2::old',
    '',
  ],
  ['surge: and goes then', surge(1), 'n1 n2-full', 'n1 n2::old', '-n2'],
  ['surge: what is down on a node that is no more goes', surge(1), 'n1', 'n1 n2:starting:old', '-n2'],
];

for (const [name, spec, nodes, pods, plan] of cases) {
  test(name, () => assert.equal(planned(spec, nodes, pods), plan));
}

test('an available pod is never taken when too many nodes would be without one', () => {
  const state = fc.constantFrom(':old', ':starting:old', '', ':starting', ':ending', undefined);
  const pods = fc.array(state, { minLength: 1, maxLength: 9 });
  fc.assert(
    fc.property(pods, fc.integer({ min: 1, max: 5 }), (states, maxUnavailable) => {
      const nodes = states.map((_, index) => `n${index}`).join(' ');
      const text = states
        .flatMap((one, index) => (one === undefined ? [] : [`n${index}${one === ':old' ? '::old' : one}`]))
        .join(' ');
      const given = snapshot(rolling({ maxUnavailable }), nodes, text);
      const isAvailable = (name: string): boolean =>
        (given.pods.get(name) ?? []).some((pod) => isPodAvailable(pod, 0, now) && !pod.metadata.deletionTimestamp);
      const down = [...given.nodes.keys()].filter((name) => !isAvailable(name)).length;
      const taken = planRollingUpdate(given).delete.filter((pod) => isPodAvailable(pod, 0, now)).length;
      assert.ok(taken === 0 || down + taken <= maxUnavailable);
    }),
  );
});
