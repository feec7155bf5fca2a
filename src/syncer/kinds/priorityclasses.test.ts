import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonValue } from '../../api/json.ts';
import { markOn } from '../../api/side.ts';
import { viewOf } from '../view.test-double.ts';
import { priorityclasses } from './priorityclasses.ts';

const view = viewOf({ isolation: { priorityClasses: { valueMax: 1000 } } });

function planOf(value: JsonValue, seen = view) {
  const metadata = { name: 'own', uid: 'u1' };
  const tenant = markOn('tenant', { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata, value });
  return priorityclasses.plan('own', { tenant, host: undefined, origin: undefined }, seen);
}

test('a class of the tenant’s own has no more than the operator allows', () => {
  assert.deepEqual(
    planOf(1000).actions.map(({ type }) => type),
    ['create-host'],
  );
  assert.deepEqual(planOf(1001), { actions: [], refusal: "value: the operator's policy allows 1000 at most" });
  assert.deepEqual(
    planOf(1_000_000, viewOf()).actions.map(({ type }) => type),
    ['create-host'],
  );
});
