import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../../controller/pod.ts';
import { labelSelectorText } from '../../api/label-selector.ts';
import { failedStatus, nextStatus, sameStatus, stillDisrupted, type Budget } from './budget.ts';
import { staleDisruptionMs } from './stale-disruption.ts';

const now = Date.parse('2026-01-01T00:10:00Z');
const budget: Budget = {
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'b', namespace: 'demo', generation: 3 },
  spec: { selector: { matchLabels: { app: 'web' } }, minAvailable: 2 },
};

test('what is healthy above what must be may go', () => {
  const pods = [ready('a'), ready('b'), ready('c'), { ...ready('d'), status: {} }];
  const status = nextStatus(budget, pods, { expectedPods: 4, desiredHealthy: 2 }, granted({}), now);
  assert.equal(status.currentHealthy, 3);
  assert.equal(status.disruptionsAllowed, 1);
  assert.equal(status.observedGeneration, 3);
  assert.deepEqual(status.conditions, [
    {
      type: 'DisruptionAllowed',
      status: 'True',
      observedGeneration: 3,
      reason: 'SufficientPods',
      message: '',
      lastTransitionTime: '2026-01-01T00:10:00Z',
    },
  ]);
});

test('pods that go, or were granted to, are not healthy; never fewer than none may go; a budget of none allows none', () => {
  const leaving = ready('b');
  const gone: Pod = { ...leaving, metadata: { ...leaving.metadata, deletionTimestamp: '2026-01-01T00:09:59Z' } };
  const disrupted = granted({ a: '2026-01-01T00:09:00Z' });
  const status = nextStatus(budget, [ready('a'), gone], { expectedPods: 2, desiredHealthy: 2 }, disrupted, now);
  assert.equal(status.currentHealthy, 0);
  assert.equal(status.disruptionsAllowed, 0);
  assert.deepEqual(status.disruptedPods, { a: '2026-01-01T00:09:00Z' });
  assert.equal(status.conditions?.[0]?.reason, 'InsufficientPods');
  const none = nextStatus(budget, [], { expectedPods: 0, desiredHealthy: -1 }, granted({}), now);
  assert.equal(none.disruptionsAllowed, 0);
});

test('a granted eviction counts for two minutes, unless the pod goes before', () => {
  const gone: Pod = { ...ready('c'), metadata: { name: 'c', deletionTimestamp: '2026-01-01T00:09:59Z' } };
  const times = {
    a: '2026-01-01T00:09:00Z',
    b: '2026-01-01T00:07:59Z',
    c: '2026-01-01T00:09:00Z',
    elsewhere: '2026-01-01T00:09:00Z',
  };
  const disrupted = stillDisrupted(withGranted(times), [ready('a'), ready('b'), gone, ready('constructor')], now);
  assert.deepEqual(disrupted.pods, { a: times.a });
  assert.deepEqual(
    disrupted.notDeleted.map(({ metadata }) => metadata.name),
    ['b'],
  );
  assert.equal(disrupted.recheckMs, 60_000);
});

test('a budget that fails allows nothing, says why, and keeps the rest', () => {
  const before = nextStatus(budget, [ready('a')], { expectedPods: 1, desiredHealthy: 0 }, granted({}), now);
  const status = failedStatus({ ...budget, status: before }, 'no scale', now + 5000);
  assert.equal(status.disruptionsAllowed, 0);
  assert.equal(status.currentHealthy, 1);
  const [condition] = status.conditions ?? [];
  assert.deepEqual([condition?.status, condition?.reason, condition?.message], ['False', 'SyncFailed', 'no scale']);
  assert.equal(condition?.lastTransitionTime, '2026-01-01T00:10:05Z');
  assert.ok(sameStatus(status, failedStatus({ ...budget, status }, 'no scale', now + 9000)));
});

test("selectors are written as Go's", () => {
  assert.equal(
    labelSelectorText({
      matchLabels: { b: '2', a: '1' },
      matchExpressions: [{ key: 'k', operator: 'In', values: ['x', 'y'] }],
    }),
    '&LabelSelector{MatchLabels:map[string]string{a: 1,b: 2,},MatchExpressions:[]LabelSelectorRequirement{LabelSelectorRequirement{Key:k,Operator:In,Values:[x y],},},}',
  );
});

test('a pod that was to go and stayed says so for two minutes', () => {
  const target = (more: object): Pod => ({
    metadata: { name: 'a' },
    spec: {},
    status: {
      conditions: [{ type: 'DisruptionTarget', status: 'True', lastTransitionTime: '2026-01-01T00:09:00Z', ...more }],
    },
  });
  assert.equal(staleDisruptionMs(target({}), now), 60_000);
  assert.equal(staleDisruptionMs(target({}), now + 3_600_000), 0);
  assert.equal(staleDisruptionMs(target({ status: 'False' }), now), undefined);
  assert.equal(staleDisruptionMs(target({ reason: 'TerminationByKubelet' }), now), undefined);
  assert.equal(staleDisruptionMs(ready('a'), now), undefined);
});

function ready(name: string): Pod {
  return {
    metadata: { name, namespace: 'demo' },
    spec: {},
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
  };
}

function withGranted(disruptedPods: Readonly<Record<string, string>>): Budget {
  const counts = { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 };
  return { ...budget, status: { ...counts, disruptedPods } };
}

function granted(pods: Readonly<Record<string, string>>): ReturnType<typeof stillDisrupted> {
  return { pods, notDeleted: [], recheckMs: undefined };
}
