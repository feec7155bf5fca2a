/** The cases are those of kubernetes pkg/controller/podautoscaler/horizontal_test.go, v1.36. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { ScalingRules } from './autoscaler.ts';
import { normalized } from './normalization.ts';
import { noHistory, withScaling, type Recommendation, type ScalingEvent } from './scaling-history.ts';

const now = 10 * 3_600_000;
const minute = 60_000;
const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
const everything = [{ type: 'Pods', value: 1_000_000, periodSeconds: 1 }];

interface Stabilizing {
  /** Earlier ones, with the minutes since. */
  readonly before: readonly (readonly [replicas: number, minutes: number])[];
  readonly current?: number;
  readonly desired: number;
  /** Seconds; none of both: without behavior. */
  readonly up?: number;
  readonly down?: number;
  readonly expected: number;
  readonly reason?: string;
  /** What is remembered afterwards. */
  readonly after?: readonly number[];
}

const stabilized: Readonly<Record<string, Stabilizing>> = {
  'nothing before': { before: [], desired: 5, expected: 5, after: [5] },
  'the highest of five minutes': {
    before: [
      [4, 2],
      [5, 1],
    ],
    desired: 3,
    expected: 5,
    reason: 'ScaleDownStabilized',
    after: [4, 5, 3],
  },
  'lower ones before': {
    before: [
      [1, 2],
      [2, 1],
    ],
    desired: 3,
    expected: 3,
    after: [1, 2, 3],
  },
  'what is old counts no more, and makes place': {
    before: [
      [10, 10],
      [9, 9],
    ],
    desired: 3,
    expected: 3,
    after: [10, 3],
  },
  'old ones and new ones': {
    before: [
      [10, 10],
      [4, 1],
      [5, 2],
      [9, 9],
    ],
    desired: 3,
    expected: 5,
    reason: 'ScaleDownStabilized',
    after: [10, 4, 5, 3],
  },
  'windows of nothing': { before: [], current: 100, desired: 5, up: 0, down: 0, expected: 5, after: [5] },
  'the highest of a window': {
    before: [
      [4, 2],
      [5, 1],
    ],
    current: 100,
    desired: 3,
    up: 0,
    down: 180,
    expected: 5,
    reason: 'ScaleDownStabilized',
    after: [4, 5, 3],
  },
  'the lowest of a window': {
    before: [
      [4, 2],
      [5, 1],
    ],
    current: 1,
    desired: 7,
    up: 300,
    down: 0,
    expected: 4,
    reason: 'ScaleUpStabilized',
    after: [4, 5, 7],
  },
  'down, where only up has a window': {
    before: [
      [1, 2],
      [2, 1],
    ],
    current: 100,
    desired: 3,
    up: 300,
    down: 0,
    expected: 3,
    after: [1, 2, 3],
  },
  'up, where only down has a window': {
    before: [
      [4, 2],
      [5, 1],
    ],
    current: 1,
    desired: 3,
    up: 0,
    down: 300,
    expected: 3,
    after: [4, 5, 3],
  },
  'what is old makes place, on the way up': {
    before: [
      [10, 10],
      [9, 9],
    ],
    current: 1,
    desired: 100,
    up: 0,
    down: 0,
    expected: 100,
    after: [10, 100],
  },
  'what is old for both windows makes place': {
    before: [
      [10, 100],
      [6, 1],
      [5, 2],
      [9, 3],
    ],
    current: 1,
    desired: 100,
    up: 300,
    down: 0,
    expected: 5,
    reason: 'ScaleUpStabilized',
    after: [100, 6, 5, 9],
  },
  'not up, when fewer are wanted now': {
    before: [
      [2, 100],
      [3, 3],
    ],
    current: 2,
    desired: 1,
    up: 300,
    down: 300,
    expected: 2,
    reason: 'ScaleDownStabilized',
  },
  'not down, when more are wanted now': {
    before: [
      [2, 100],
      [1, 3],
    ],
    current: 2,
    desired: 3,
    up: 300,
    down: 300,
    expected: 2,
    reason: 'ScaleUpStabilized',
  },
  'without a window down, five minutes': {
    before: [
      [9, 6],
      [5, 4],
    ],
    current: 9,
    desired: 1,
    up: 0,
    expected: 5,
    reason: 'ScaleDownStabilized',
  },
};

suite('recommendations of a while', () => {
  for (const [name, one] of Object.entries(stabilized)) {
    test(name, () => {
      const { before, current = 5, desired, up, down, expected, reason = 'ReadyForNewScale', after } = one;
      const window = (seconds: number | undefined): ScalingRules => ({
        policies: everything,
        ...(seconds === undefined ? {} : { stabilizationWindowSeconds: seconds }),
      });
      const behavior = up === undefined ? {} : { behavior: { scaleUp: window(up), scaleDown: window(down) } };
      const result = normalized({
        spec: { scaleTargetRef, maxReplicas: 1000, ...behavior },
        currentReplicas: Math.max(current, up === undefined ? 500 : 0),
        desiredReplicas: desired,
        minReplicas: 0,
        history: { ...noHistory, recommendations: before.map(([replicas, minutes]) => recommended(replicas, minutes)) },
        now,
      });
      assert.deepEqual([result.replicas, result.conditions[0]?.reason], [expected, reason]);
      if (after) {
        assert.deepEqual(
          result.history.recommendations.map(({ replicas }) => replicas),
          after,
        );
      }
    });
  }
});

suite('changes are remembered as long as a policy asks for them', () => {
  const cases: readonly (readonly [
    string,
    readonly (readonly [number, number])[],
    readonly number[],
    ScalingRules?,
  ])[] = [
    ['without behavior', [[7, 61]], [7]],
    ['the first', [], [5], rules([10, 60], [100, 60])],
    ['an old one makes place', [[7, 61]], [5], rules([10, 60], [100, 60])],
    ['a fresh one stays', [[7, 58]], [7, 5], rules([10, 60], [100, 60])],
    [
      'the last old one makes place',
      [
        [8, 29],
        [6, 59],
        [7, 61],
        [9, 61],
      ],
      [8, 6, 7, 5],
      rules([10, 60], [100, 30]),
    ],
    [
      'the longest period counts',
      [
        [7, 58],
        [6, 59],
      ],
      [7, 6, 5],
      rules([10, 120], [100, 30]),
    ],
  ];
  for (const [name, before, after, policy] of cases) {
    test(name, () => {
      const events = before.map(([change, seconds]): ScalingEvent => ({ change, at: now - seconds * 1000 }));
      const spec = {
        scaleTargetRef,
        maxReplicas: 100,
        ...(policy ? { behavior: { scaleUp: policy, scaleDown: policy } } : {}),
      };
      const changes = (list: readonly ScalingEvent[]): number[] => list.map(({ change }) => change);
      const history = { ...noHistory, ups: events, downs: events };
      assert.deepEqual(changes(withScaling(history, { spec }, 10, 15, now).ups), after);
      assert.deepEqual(changes(withScaling(history, { spec }, 10, 5, now).downs), after);
      assert.deepEqual(changes(withScaling(history, { spec }, 10, 5, now).ups), changes(events));
    });
  }
});

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

function recommended(replicas: number, minutes: number): Recommendation {
  return { replicas, at: now - minutes * minute };
}
