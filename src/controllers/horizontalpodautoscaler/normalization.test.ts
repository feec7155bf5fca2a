/** The cases are those of kubernetes pkg/controller/podautoscaler/horizontal_test.go, v1.36. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { ScalingRules } from './autoscaler.ts';
import { normalized } from './normalization.ts';
import type { ScalingEvent } from './scaling-history.ts';

const now = 10 * 3_600_000;
const minute = 60_000;
const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };

interface Normalizing {
  readonly current: number;
  readonly desired: number;
  readonly min?: number;
  readonly max?: number;
  readonly up?: ScalingRules;
  readonly down?: ScalingRules;
  /** Changes, spread over the last two minutes. */
  readonly ups?: readonly number[];
  readonly downs?: readonly number[];
  readonly expected: readonly [replicas: number, reason: string];
}

/** As the API server defaults them. */
const defaultUp: ScalingRules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ],
};
const defaultDown: ScalingRules = {
  selectPolicy: 'Max',
  policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
};

function rules(
  pods?: readonly [number, number],
  percent?: readonly [number, number],
  selectPolicy = 'Max',
): ScalingRules {
  const policy = (type: string, of: readonly [number, number] | undefined) =>
    of ? [{ type, value: of[0], periodSeconds: of[1] }] : [];
  return {
    selectPolicy,
    stabilizationWindowSeconds: 0,
    policies: [...policy('Pods', pods), ...policy('Percent', percent)],
  };
}

const byDefault: Readonly<Record<string, Normalizing>> = {
  'within the range': { current: 5, desired: 7, min: 3, max: 8, expected: [7, 'DesiredWithinRange'] },
  'below the minimum': { current: 3, desired: 1, min: 2, max: 8, expected: [2, 'TooFewReplicas'] },
  'to zero': { current: 1, desired: 0, min: 0, max: 10, expected: [0, 'DesiredWithinRange'] },
  'above the maximum': { current: 20, desired: 1000, max: 10, expected: [10, 'TooManyReplicas'] },
  'too fast, but four are always allowed': { current: 1, desired: 1000, max: 2000, expected: [4, 'ScaleUpLimit'] },
  'too fast': { current: 3, desired: 1000, max: 2000, expected: [6, 'ScaleUpLimit'] },
};

const byBehavior: Readonly<Record<string, Normalizing>> = {
  'within the range': { current: 5, desired: 7, min: 3, max: 8, expected: [7, 'DesiredWithinRange'] },
  'below the minimum': { current: 3, desired: 1, min: 2, max: 8, expected: [2, 'TooFewReplicas'] },
  'to zero': { current: 1, desired: 0, min: 0, max: 10, expected: [0, 'DesiredWithinRange'] },
  'above the maximum': { current: 100, desired: 1000, min: 100, max: 150, expected: [150, 'TooManyReplicas'] },
  'by one percent, rounded up': {
    current: 3,
    desired: 1000,
    max: 2000,
    up: rules(undefined, [1, 60]),
    expected: [4, 'ScaleUpLimit'],
  },
  'down by pods': {
    current: 1000,
    desired: 3,
    min: 3,
    max: 2000,
    down: rules([20, 60]),
    expected: [980, 'ScaleDownLimit'],
  },
  'up by default': { current: 10, desired: 50, expected: [20, 'ScaleUpLimit'] },
  'up: pods allow more than percent': {
    current: 10,
    desired: 500,
    up: rules([100, 60], [100, 60]),
    expected: [110, 'ScaleUpLimit'],
  },
  'up: percent allow more than pods': {
    current: 10,
    desired: 500,
    up: rules([2, 60], [100, 60]),
    expected: [20, 'ScaleUpLimit'],
  },
  'up: the least of two': {
    current: 1,
    desired: 500,
    up: rules([2, 60], [50, 60], 'Min'),
    expected: [2, 'ScaleUpLimit'],
  },
  'up: not at all': {
    current: 5,
    desired: 9,
    up: rules([2, 60], undefined, 'Disabled'),
    expected: [5, 'ScaleUpLimit'],
  },
  'down: the least of two': {
    current: 5,
    desired: 1,
    down: rules([2, 60], [50, 60], 'Min'),
    expected: [3, 'ScaleDownLimit'],
  },
  'down: not at all': {
    current: 5,
    desired: 1,
    down: rules([2, 60], undefined, 'Disabled'),
    expected: [5, 'ScaleDownLimit'],
  },
  'up: many pods': { current: 10, desired: 50, up: rules([100, 60]), expected: [50, 'DesiredWithinRange'] },
  'up: limited pods': { current: 10, desired: 50, up: rules([30, 60]), expected: [40, 'ScaleUpLimit'] },
  'up: limited percent': { current: 10, desired: 50, up: rules(undefined, [200, 60]), expected: [30, 'ScaleUpLimit'] },
  'down: pods allow more than percent': {
    current: 100,
    desired: 2,
    down: rules([20, 60], [1, 60]),
    expected: [80, 'ScaleDownLimit'],
  },
  'down: percent allow less than pods': {
    current: 100,
    desired: 2,
    down: rules([2, 60], [1, 60]),
    expected: [98, 'ScaleDownLimit'],
  },
  'down: many pods': { current: 10, desired: 0, down: rules([100, 60]), expected: [1, 'TooFewReplicas'] },
  'down: many percent': {
    current: 10,
    desired: 2,
    min: 5,
    down: rules(undefined, [100, 60]),
    expected: [5, 'TooFewReplicas'],
  },
  'down: limited pods': { current: 10, desired: 2, down: rules([5, 60]), expected: [5, 'ScaleDownLimit'] },
  'down: percent reach it': {
    current: 10,
    desired: 5,
    down: rules(undefined, [50, 60]),
    expected: [5, 'DesiredWithinRange'],
  },
  'up after ups: many pods': {
    ups: [1, 5, 9],
    current: 100,
    desired: 500,
    max: 200,
    up: rules([300, 60]),
    expected: [200, 'TooManyReplicas'],
  },
  'up after ups: many percent': {
    ups: [1, 5, 9],
    current: 100,
    desired: 500,
    max: 200,
    up: rules(undefined, [10_000, 60]),
    expected: [200, 'TooManyReplicas'],
  },
  'up after more ups than are allowed now': {
    ups: [1, 5, 9],
    current: 100,
    desired: 500,
    up: rules([5, 120]),
    expected: [100, 'ScaleUpLimit'],
  },
  'up after ups: pods': {
    ups: [1, 5, 9],
    current: 100,
    desired: 500,
    up: rules([150, 120]),
    expected: [235, 'ScaleUpLimit'],
  },
  'up after ups: percent': {
    ups: [1, 5, 9],
    current: 100,
    desired: 500,
    up: rules(undefined, [200, 120]),
    expected: [255, 'ScaleUpLimit'],
  },
  'up after ups and downs': {
    ups: [4],
    downs: [2],
    current: 6,
    desired: 24,
    up: rules(undefined, [300, 300]),
    expected: [16, 'ScaleUpLimit'],
  },
  'down after downs, by default': { downs: [1, 5, 9], current: 10, desired: 5, expected: [5, 'DesiredWithinRange'] },
  'down after downs: many pods': {
    downs: [1, 5, 9],
    current: 100,
    desired: 0,
    min: 5,
    down: rules([130, 120]),
    expected: [5, 'TooFewReplicas'],
  },
  'down after more downs than are allowed now': {
    downs: [1, 5, 9],
    current: 100,
    desired: 2,
    down: rules([5, 120]),
    expected: [100, 'ScaleDownLimit'],
  },
  'down after downs: percent': {
    downs: [2, 4, 6],
    current: 100,
    desired: 0,
    down: rules(undefined, [50, 120]),
    expected: [56, 'ScaleDownLimit'],
  },
  'down after ups and downs': {
    ups: [2],
    downs: [4],
    current: 10,
    desired: 1,
    down: rules(undefined, [50, 180]),
    expected: [6, 'ScaleDownLimit'],
  },
  'down after so many downs that nothing more may go': {
    downs: [10, 10, 10],
    current: 100,
    desired: 0,
    down: rules(undefined, [10, 120]),
    expected: [100, 'ScaleDownLimit'],
  },
  'down by more than all': {
    downs: [10, 10, 10],
    current: 10,
    desired: 5,
    down: rules(undefined, [1000, 120]),
    expected: [5, 'DesiredWithinRange'],
  },
};

suite('limits', () => {
  for (const [name, one] of Object.entries(byDefault)) {
    test(`by default: ${name}`, () => assert.deepEqual(limited(one, false), one.expected));
  }
  for (const [name, one] of Object.entries(byBehavior)) {
    test(`by behavior: ${name}`, () => assert.deepEqual(limited(one, true), one.expected));
  }
});

function limited(one: Normalizing, behaving: boolean): readonly [number, string | undefined] {
  const { current, desired, min = 1, max = 1000, up = defaultUp, down = defaultDown, ups = [], downs = [] } = one;
  const behavior = behaving ? { behavior: { scaleUp: up, scaleDown: down } } : {};
  const { replicas, conditions } = normalized({
    spec: { scaleTargetRef, minReplicas: min, maxReplicas: max, ...behavior },
    currentReplicas: current,
    desiredReplicas: desired,
    minReplicas: min,
    history: { recommendations: [], ups: spread(ups), downs: spread(downs) },
    now,
  });
  const [, scaling] = conditions;
  assert.equal(scaling?.status, replicas === desired ? 'False' : 'True');
  return [replicas, scaling.reason];
}

/** Over the last two minutes, each in the middle of its part. */
function spread(changes: readonly number[]): ScalingEvent[] {
  const part = (2 * minute) / changes.length;
  return changes.map((change, index) => ({ change, at: now - 2 * minute + (index + 0.5) * part }));
}
