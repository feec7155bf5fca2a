/** What an autoscaler does over time, with everything about it made up. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { AutoscaledPod } from './autoscaled-pod.ts';
import type { Autoscaler, AutoscalerStatus, MetricSpec } from './autoscaler.ts';
import type { MetricSample } from './metric-proposal.ts';
import { afterRescale, needsMetrics, planScaling, planWithoutScale, type Observed } from './plan.ts';
import { noHistory, type ScalingHistory } from './scaling-history.ts';

const start = Date.UTC(2030, 0, 1);
const syncMs = 15_000;
const cpu = (averageUtilization: number): MetricSpec => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
});
const queue: MetricSpec = {
  type: 'External',
  external: { metric: { name: 'queue' }, target: { type: 'AverageValue', averageValue: '10' } },
};
const failed: MetricSample = { kind: 'failed', error: 'away' };

type Spec = Partial<Autoscaler['spec']>;

function autoscalerOf(spec: Spec, status?: AutoscalerStatus): Autoscaler {
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
  return {
    metadata: { name: 'web', namespace: 'demo' },
    spec: { scaleTargetRef, maxReplicas: 10, metrics: [cpu(50)], ...spec },
    ...(status ? { status } : {}),
  };
}

function podsOf(count: number): AutoscaledPod[] {
  const long = new Date(start - 3_600_000).toISOString();
  return Array.from({ length: count }, (_, index) => ({
    metadata: { name: `p${index}` },
    spec: { containers: [{ name: 'c', resources: { requests: { cpu: '1' } } }] },
    status: {
      phase: 'Running',
      startTime: long,
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: long }],
    },
  }));
}

/** In thousandths, of each pod. */
function used(count: number, value: number): MetricSample {
  const metric = { value: BigInt(Math.floor(value)), timestamp: start, windowMs: 30_000 };
  return { kind: 'pods', metrics: new Map(Array.from({ length: count }, (_, index) => [`p${index}`, metric])) };
}

function observed(autoscaler: Autoscaler, replicas: number, ...samples: readonly MetricSample[]): Observed {
  const measured = { selection: { kind: 'selected', pods: podsOf(replicas) }, samples } as const;
  return { autoscaler, replicas, statusReplicas: replicas, history: noHistory, now: start, monotonic: 0, measured };
}

const reasonsOf = ({ conditions = [] }: AutoscalerStatus): string[] =>
  conditions.map(({ type, status, reason }) => `${type} ${status} ${reason}`);

suite('several metrics, of which some are missing', () => {
  const autoscaler = autoscalerOf({ metrics: [queue, cpu(50)] });

  test('more is done', () => {
    const plan = planScaling(observed(autoscaler, 2, failed, used(2, 900)));
    assert.equal(plan.rescale?.replicas, 4);
    assert.deepEqual(
      plan.events.map(({ reason }) => reason),
      ['FailedGetExternalMetric'],
    );
    assert.deepEqual(
      plan.status.currentMetrics?.map(({ type }) => type),
      ['', 'Resource'],
    );
    assert.ok(reasonsOf(plan.status).includes('ScalingActive True ValidMetricFound'));
  });

  test('less is not', () => {
    const plan = planScaling(observed(autoscaler, 2, failed, used(2, 1)));
    assert.equal(plan.rescale, undefined);
    assert.deepEqual(
      plan.events.map(({ reason }) => reason),
      ['FailedGetExternalMetric', 'FailedComputeMetricsReplicas'],
    );
    assert.deepEqual(reasonsOf(plan.status), [
      'AbleToScale True SucceededGetScale',
      'ScalingActive False FailedGetExternalMetric',
    ]);
  });
});

suite('the status', () => {
  const before: AutoscalerStatus = {
    observedGeneration: 3,
    lastScaleTime: '2029-01-01T00:00:00Z',
    currentReplicas: 9,
    desiredReplicas: 9,
    conditions: [
      { type: 'ScaledToZero', status: 'True' },
      { type: 'AbleToScale', status: 'True', lastTransitionTime: '2029-01-01T00:00:00Z', reason: 'r', message: 'm' },
    ],
  };

  test('when the target can not be had, all but one condition stays', () => {
    const { status, events } = planWithoutScale(autoscalerOf({}, before), 'gone', start);
    assert.deepEqual({ ...status, conditions: [] }, { ...before, conditions: [] });
    assert.deepEqual(reasonsOf(status), ['ScaledToZero True undefined', 'AbleToScale False FailedGetScale']);
    assert.equal(status.conditions?.[1]?.lastTransitionTime, '2030-01-01T00:00:00Z');
    assert.deepEqual(events, [{ type: 'Warning', reason: 'FailedGetScale', message: 'gone' }]);
  });

  test('when the target is scaled, it is made anew, without what is switched off', () => {
    const look = observed(autoscalerOf({}, before), 2, used(2, 900));
    const { status, events } = afterRescale(look, planScaling(look));
    assert.equal(status.observedGeneration, undefined);
    assert.deepEqual([status.currentReplicas, status.desiredReplicas], [2, 4]);
    assert.equal(status.lastScaleTime, '2030-01-01T00:00:00Z');
    assert.equal(status.conditions?.[0]?.lastTransitionTime, '2029-01-01T00:00:00Z');
    assert.deepEqual(reasonsOf(status), [
      'AbleToScale True SucceededRescale',
      'ScalingActive True ValidMetricFound',
      'ScalingLimited False DesiredWithinRange',
    ]);
    assert.equal(events[0]?.reason, 'SuccessfulRescale');
  });

  test('when the target could not be scaled, it does not say that it was', () => {
    const look = observed(autoscalerOf({}, before), 2, used(2, 900));
    const { status } = afterRescale(look, planScaling(look), 'no');
    assert.deepEqual([status.desiredReplicas, status.lastScaleTime], [9, before.lastScaleTime]);
    assert.ok(reasonsOf(status).includes('AbleToScale False FailedUpdateScale'));
  });
});

interface World {
  readonly replicas: number;
  readonly history: ScalingHistory;
  readonly looks: number;
}

/** Replicas that share a load. */
function next(spec: Spec, load: number, { replicas, history, looks }: World): World {
  const autoscaler = autoscalerOf(spec);
  const look = {
    ...observed(autoscaler, replicas, used(replicas, load / replicas)),
    history,
    monotonic: looks * syncMs,
  };
  if (!needsMetrics(autoscaler, replicas)) return { replicas, history, looks: looks + 1 };
  const plan = planScaling(look);
  if (!plan.rescale) return { replicas, history: plan.history, looks: looks + 1 };
  const done = afterRescale(look, plan);
  return { replicas: plan.rescale.replicas, history: done.history, looks: looks + 1 };
}

test('under an even load it comes to rest within the limits, where each has about what it should', () => {
  const policies = fc.constantFrom(
    [{ type: 'Pods', value: 2, periodSeconds: 60 }],
    [{ type: 'Percent', value: 50, periodSeconds: 30 }],
    [
      { type: 'Pods', value: 4, periodSeconds: 15 },
      { type: 'Percent', value: 100, periodSeconds: 15 },
    ],
  );
  const rules = fc.record({ stabilizationWindowSeconds: fc.constantFrom(0, 60, 300), policies });
  const behavior = fc.option(fc.record({ scaleUp: rules, scaleDown: rules }), { nil: undefined });
  const property = fc.property(
    fc.integer({ min: 1, max: 20 }),
    fc.integer({ min: 20, max: 40 }),
    fc.integer({ min: 1, max: 40 }),
    fc.integer({ min: 0, max: 40_000 }),
    fc.integer({ min: 20, max: 90 }),
    behavior,
    (minReplicas, maxReplicas, first, load, target, chosen) => {
      const spec: Spec = { minReplicas, maxReplicas, metrics: [cpu(target)], ...(chosen ? { behavior: chosen } : {}) };
      const replicas = Math.min(maxReplicas, Math.max(minReplicas, first));
      let world: World = { replicas, history: noHistory, looks: 0 };
      const seen: number[] = [];
      for (let looks = 0; looks < 400; looks++) {
        world = next(spec, load, world);
        assert.ok(minReplicas <= world.replicas && world.replicas <= maxReplicas);
        seen.push(world.replicas);
      }
      const end = world.replicas;
      assert.ok(
        seen.slice(-100).every((count) => count === end),
        `no rest: ${seen.slice(-12).join(' ')}`,
      );
      const utilization = Math.floor((Math.floor(load / end) * 100) / 1000);
      if (end < maxReplicas) assert.ok(utilization <= target * 1.1 + 1, `${utilization} of ${target}`);
    },
  );
  fc.assert(property, { numRuns: 30 });
});
