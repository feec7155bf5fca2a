import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tolerates, untoleratedTaint, type Taint, type Toleration } from './toleration.ts';

const taint: Taint = { key: 'for', value: 'others', effect: 'NoSchedule' };

const cases: readonly [title: string, toleration: Toleration, borne: boolean][] = [
  ['the same key and value', { key: 'for', operator: 'Equal', value: 'others' }, true],
  ['no operator means Equal', { key: 'for', value: 'others', effect: 'NoSchedule' }, true],
  ['another value', { key: 'for', operator: 'Equal', value: 'us' }, false],
  ['another key', { key: 'against', operator: 'Exists' }, false],
  ['another effect', { key: 'for', operator: 'Exists', effect: 'NoExecute' }, false],
  ['any value', { key: 'for', operator: 'Exists' }, true],
  ['any key', { operator: 'Exists' }, true],
  ['numbers are not compared', { key: 'for', operator: 'Lt', value: 'others' }, false],
];

for (const [title, toleration, borne] of cases) {
  test(title, () => assert.equal(tolerates(toleration, taint), borne));
}

test('only taints of the effects that are asked about count', () => {
  const soft: Taint = { key: 'soft', effect: 'PreferNoSchedule' };
  assert.equal(untoleratedTaint([soft, taint], [], ['NoSchedule', 'NoExecute']), taint);
  assert.equal(untoleratedTaint([soft, taint], [], ['NoExecute']), undefined);
  assert.equal(untoleratedTaint([taint], [{ operator: 'Exists' }], ['NoSchedule']), undefined);
});
