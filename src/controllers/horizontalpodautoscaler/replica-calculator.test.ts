/** The cases are those of kubernetes pkg/controller/podautoscaler/replica_calculator_test.go, v1.36, and laws beside them. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { AutoscaledPod } from './autoscaled-pod.ts';
import { int32Max, int64Max } from './int32.ts';
import type { PodMetrics } from './pod-metrics.ts';
import {
  replicasByShare,
  replicasByUsage,
  replicasByUtilization,
  replicasByValue,
  sharedTotalOf,
  totalOf,
  type Scaled,
} from './replica-calculator.ts';

const now = Date.UTC(2030, 0, 1);
const long = new Date(now - 3_600_000).toISOString();
const justNow = new Date(now - 10_000).toISOString();

/** `r` ready, `u` not ready, `h` just started, `p` pending, `f` failed, `d` being deleted. */
type Kind = 'r' | 'u' | 'h' | 'p' | 'f' | 'd';

interface Case {
  readonly replicas: number;
  /** One letter for each pod. */
  readonly pods?: string;
  /** Of each pod in turn; fewer than pods: the rest has no metric. */
  readonly levels: readonly number[];
  readonly requests?: readonly string[];
  readonly tolerances?: Scaled['tolerances'];
  readonly target: number;
  readonly expected: readonly [replicas: number, utilization: number, usage: number];
}

const utilization: Readonly<Record<string, Case>> = {
  'too much is used': { replicas: 3, levels: [300, 500, 700], target: 30, expected: [5, 50, 500] },
  'a pod that is not ready counts as idle on the way up': {
    replicas: 3,
    pods: 'urr',
    levels: [300, 500, 700],
    target: 30,
    expected: [4, 60, 600],
  },
  'a pod that has just started counts as idle on the way up': {
    replicas: 3,
    pods: 'hrr',
    levels: [300, 500, 700],
    target: 30,
    expected: [4, 60, 600],
  },
  'so many are not ready that nothing is done': {
    replicas: 3,
    pods: 'ruu',
    levels: [400, 500, 700],
    target: 30,
    expected: [3, 40, 400],
  },
  'so many have just started that nothing is done': {
    replicas: 3,
    pods: 'rhh',
    levels: [400, 500, 700],
    target: 30,
    expected: [3, 40, 400],
  },
  'failed pods are none, on the way up': {
    replicas: 2,
    pods: 'rrff',
    levels: [500, 700],
    target: 30,
    expected: [4, 60, 600],
  },
  'pods being deleted are none, on the way up': {
    replicas: 2,
    pods: 'rrdd',
    levels: [500, 700],
    target: 30,
    expected: [4, 60, 600],
  },
  'too little is used': {
    replicas: 5,
    levels: [100, 300, 500, 250, 250],
    target: 50,
    expected: [3, 28, 280],
  },
  'pods that are not ready are left out on the way down': {
    replicas: 5,
    pods: 'rrruu',
    levels: [100, 300, 500, 250, 250],
    target: 50,
    expected: [2, 30, 300],
  },
  'pending pods are left out on the way down': {
    replicas: 5,
    pods: 'rpppp',
    levels: [100],
    target: 50,
    expected: [1, 10, 100],
  },
  'pods that have just started are left out on the way down': {
    replicas: 5,
    pods: 'rrrhh',
    levels: [100, 300, 500, 250, 250],
    target: 50,
    expected: [2, 30, 300],
  },
  'failed pods are none, on the way down': {
    replicas: 5,
    pods: 'rrrrrff',
    levels: [100, 300, 500, 250, 250],
    target: 50,
    expected: [3, 28, 280],
  },
  'pods being deleted are none, on the way down, even if measured': {
    replicas: 5,
    pods: 'rrrrrdd',
    levels: [100, 300, 500, 250, 250, 900, 900],
    target: 50,
    expected: [3, 28, 280],
  },
  'within the tolerance': {
    replicas: 3,
    levels: [1010, 1030, 1020],
    requests: ['900m', '1', '1100m'],
    target: 100,
    expected: [3, 102, 1020],
  },
  'without any tolerance': {
    replicas: 3,
    levels: [909, 1010, 1111],
    requests: ['900m', '1', '1100m'],
    tolerances: { down: 0, up: 0 },
    target: 100,
    expected: [4, 101, 1010],
  },
  'within 200 % on the way up': {
    replicas: 3,
    levels: [1890, 1910, 1900],
    tolerances: { down: 0.1, up: 2 },
    target: 100,
    expected: [3, 190, 1900],
  },
  'beyond 8 % on the way up': {
    replicas: 3,
    levels: [1100, 1080, 1090],
    tolerances: { down: 2, up: 0.08 },
    target: 100,
    expected: [4, 109, 1090],
  },
  'within 36 % on the way down': {
    replicas: 3,
    levels: [660, 640, 650],
    tolerances: { down: 0.36, up: 0.1 },
    target: 100,
    expected: [3, 65, 650],
  },
  'beyond 34 % on the way down': {
    replicas: 3,
    levels: [660, 640, 650],
    tolerances: { down: 0.34, up: 0.1 },
    target: 100,
    expected: [2, 65, 650],
  },
  'metrics of pods that nobody knows say nothing': {
    replicas: 4,
    pods: 'rrrr',
    levels: [4000, 9500, 3000, 7000, 3200, 2000],
    target: 100,
    expected: [24, 587, 5875],
  },
  'pods without metrics count as fully used on the way down': {
    replicas: 4,
    levels: [400, 95],
    target: 100,
    expected: [3, 24, 247],
  },
  'without a metric, exactly at the target': { replicas: 2, levels: [1000], target: 100, expected: [2, 100, 1000] },
  'without a metric, above the target': { replicas: 2, levels: [1900], target: 100, expected: [2, 190, 1900] },
  'without a metric, below the target': { replicas: 2, levels: [600], target: 100, expected: [2, 60, 600] },
  'one not ready, one without a metric: no change': {
    replicas: 3,
    pods: 'urr',
    levels: [100, 450],
    target: 50,
    expected: [3, 45, 450],
  },
  'one just started, one without a metric: no change': {
    replicas: 3,
    pods: 'hrr',
    levels: [100, 450],
    target: 50,
    expected: [3, 45, 450],
  },
  'one not ready, one without a metric: up all the same': {
    replicas: 3,
    pods: 'urr',
    levels: [100, 2000],
    target: 50,
    expected: [4, 200, 2000],
  },
  'one not ready, one without a metric: down all the same': {
    replicas: 4,
    pods: 'urrr',
    levels: [100, 100, 100],
    target: 50,
    expected: [3, 10, 100],
  },
  'a target above the request holds less back on the way down': {
    replicas: 4,
    pods: 'urrr',
    levels: [200, 100, 100],
    requests: ['1', '1', '2', '2'],
    target: 300,
    expected: [2, 6, 100],
  },
  'a pod more than there are replicas, in a rollout, is no reason to scale up': {
    replicas: 2,
    pods: 'rrr',
    levels: [100, 100],
    target: 50,
    expected: [2, 10, 100],
  },
};

suite('replicas by utilization', () => {
  for (const [name, one] of Object.entries(utilization)) {
    test(name, () => {
      const proposal = replicasByUtilization(scaledOf(one), metricsOf(one), one.target, 'cpu');
      assert.deepEqual([proposal.replicas, proposal.utilization, Number(proposal.usage)], one.expected);
    });
  }

  test('one container of each pod', () => {
    const one = { replicas: 5, levels: [100, 300, 500, 250, 250], target: 50, expected: [3, 28, 280] } as const;
    const scaled = scaledOf(one);
    const pods = scaled.pods.map((pod) => ({
      ...pod,
      spec: { containers: [container('app', '7'), container('side', '1')] },
    }));
    const proposal = replicasByUtilization({ ...scaled, pods }, metricsOf(one), 50, 'cpu', 'side');
    assert.deepEqual([proposal.replicas, proposal.utilization, Number(proposal.usage)], one.expected);
  });

  test('what says nothing at all fails', () => {
    const one = { replicas: 1, levels: [100], target: 100, expected: [0, 0, 0] } as const;
    const fails = (scaled: Scaled, metrics: PodMetrics, message: string): void =>
      assert.throws(() => replicasByUtilization(scaled, metrics, 100, 'cpu'), { message });
    const scaled = scaledOf(one);
    fails({ ...scaled, pods: [] }, metricsOf(one), 'no pods returned by selector while calculating replica count');
    fails(
      scaledOf({ ...one, pods: 'u' }),
      metricsOf(one),
      'did not receive metrics for targeted pods (pods might be unready)',
    );
    const older = new Map([['older', { value: 100n, timestamp: now, windowMs: 0 }]]);
    fails(scaled, older, 'no metrics returned matched known pods');
    const bare = {
      metadata: { name: 'p0' },
      spec: { containers: [{ name: 'c' }] },
      status: scaled.pods[0]?.status ?? {},
    };
    fails({ ...scaled, pods: [bare] }, metricsOf(one), 'missing request for cpu in container c of Pod p0');
  });
});

const usage: Readonly<Record<string, Case>> = {
  up: { replicas: 3, levels: [20000, 10000, 30000], target: 15000, expected: [4, 0, 20000] },
  'who is not ready counts, if the metric is of no resource': {
    replicas: 3,
    pods: 'rru',
    levels: [50000, 10000, 30000],
    target: 15000,
    expected: [6, 0, 30000],
  },
  'who has just started counts, if the metric is of no resource': {
    replicas: 3,
    pods: 'hrh',
    levels: [50000, 15000, 30000],
    target: 15000,
    expected: [7, 0, 31666],
  },
  'of one pod': { replicas: 1, levels: [8600], target: 4400, expected: [2, 0, 8600] },
  down: { replicas: 5, levels: [12000, 12000, 12000, 12000, 12000], target: 20000, expected: [3, 0, 12000] },
  'within the tolerance': { replicas: 3, levels: [20000, 21000, 21000], target: 20000, expected: [3, 0, 20666] },
  'beyond 1 %': {
    replicas: 3,
    levels: [20000, 21000, 21000],
    tolerances: { down: 0.1, up: 0.01 },
    target: 20000,
    expected: [4, 0, 20666],
  },
  'some without metrics, at the target': {
    replicas: 5,
    levels: [20000, 19000, 21000],
    target: 20000,
    expected: [5, 0, 20000],
  },
  'a pod more in a rollout': {
    replicas: 2,
    pods: 'rrr',
    levels: [10000, 10000],
    target: 17000,
    expected: [2, 0, 10000],
  },
};

suite('replicas by usage', () => {
  for (const [name, one] of Object.entries(usage)) {
    test(name, () => {
      const proposal = replicasByUsage(scaledOf(one), metricsOf(one), BigInt(one.target));
      assert.deepEqual([proposal.replicas, 0, Number(proposal.usage)], one.expected);
    });
  }
});

type ValueCase = readonly [
  name: string,
  replicas: number,
  pods: string,
  value: bigint,
  target: bigint,
  expected: readonly [number, bigint],
  up?: number,
];

const values: readonly ValueCase[] = [
  ['up', 3, 'rrr', 20000n, 15000n, [4, 20000n]],
  ['who is not ready does not count', 3, 'uru', 50000n, 10000n, [5, 50000n]],
  ['who is not ready does not count, even if that means fewer', 3, 'uru', 8600n, 4400n, [2, 8600n]],
  ['down', 5, 'rrrrr', 12000n, 20000n, [3, 12000n]],
  ['down by a little', 5, 'rrrrr', 8600n, 14334n, [3, 8600n]],
  ['within the tolerance', 3, 'rrr', 20666n, 20000n, [3, 20666n]],
  ['within the tolerance below', 3, 'rrr', 8600n, 8888n, [3, 8600n]],
  ['beyond 1 %', 3, 'rrr', 20666n, 20000n, [4, 20666n], 0.01],
  ['as many as there can be', 3, 'rrr', int64Max, 1n, [int32Max, int64Max]],
  ['values whose sum is too large', 3, 'rrr', totalOf([2n ** 62n, 2n ** 62n]), int64Max, [3, int64Max]],
];

const shares: readonly ValueCase[] = [
  ['up', 3, 'rrr', 20000n, 5000n, [4, 6667n]],
  ['up by another', 3, 'rrr', 8600n, 2150n, [4, 2867n]],
  ['down', 5, 'rrrrr', 6000n, 2000n, [3, 1200n]],
  ['down by another', 5, 'rrrrr', 8600n, 2867n, [3, 1720n]],
  ['within the tolerance', 4, 'rrrr', 20166n, 5000n, [4, 5042n]],
  ['within the tolerance by another', 3, 'rrr', 8600n, 2900n, [3, 2867n]],
  ['beyond 1 %', 4, 'rrrr', 20208n, 5000n, [5, 5052n], 0.01],
  ['beyond 1 % by another', 3, 'rrr', 8600n, 2800n, [4, 2867n], 0.01],
  ['as many as there can be', 1, 'r', int64Max, 1n, [int32Max, int64Max]],
  ['one of the largest', 1, 'r', int64Max, int64Max, [1, int64Max]],
  ['nobody there yet', 0, '', 10000n, 5000n, [2, int64Max]],
  ['nobody there yet, and nothing to share', 0, '', 0n, 5000n, [0, 0n]],
];

suite('replicas by one value', () => {
  for (const [name, replicas, pods, value, target, expected, up = 0.1] of values) {
    test(name, () => {
      const scaled = scaledOf({
        replicas,
        pods,
        levels: [],
        target: 0,
        expected: [0, 0, 0],
        tolerances: { down: 0.1, up },
      });
      const proposal = replicasByValue(scaled, value, target);
      assert.deepEqual([proposal.replicas, proposal.usage], expected);
    });
  }
  for (const [name, replicas, pods, value, target, expected, up = 0.1] of shares) {
    test(`shared: ${name}`, () => {
      const scaled = scaledOf({
        replicas,
        pods,
        levels: [],
        target: 0,
        expected: [0, 0, 0],
        tolerances: { down: 0.1, up },
      });
      const proposal = replicasByShare(scaled, value, target);
      assert.deepEqual([proposal.replicas, proposal.usage], expected);
    });
  }

  test('sums are bounded; of shared ones, those below zero count as too large', () => {
    assert.equal(totalOf([1n, -3n]), -2n);
    assert.equal(totalOf([int64Max, 1n, -5n]), int64Max);
    assert.equal(sharedTotalOf([1n, 2n]), 3n);
    assert.equal(sharedTotalOf([1n, -3n]), int64Max);
    assert.equal(sharedTotalOf([int64Max, 1n]), int64Max);
  });
});

suite('laws', () => {
  const kinds = fc.array(fc.constantFrom<Kind>('r', 'u', 'h', 'p'), { minLength: 1, maxLength: 12 });
  const readyOnly = fc.array(fc.constant<Kind>('r'), { minLength: 1, maxLength: 12 });
  const level = fc.nat({ max: 5000 });
  const target = fc.integer({ min: 1, max: 300 });

  test('more usage never asks for fewer replicas', () => {
    const property = fc.property(
      kinds,
      fc.array(level, { minLength: 12, maxLength: 12 }),
      fc.array(fc.nat({ max: 2000 }), { minLength: 12, maxLength: 12 }),
      target,
      (letters, levels, more, percent) => {
        const base = {
          replicas: letters.length,
          pods: letters.join(''),
          target: percent,
          expected: [0, 0, 0],
        } as const;
        const measured = levels.slice(0, letters.length);
        const low = proposed({ ...base, levels: measured });
        const high = proposed({ ...base, levels: measured.map((one, index) => one + (more[index] ?? 0)) });
        if (low !== undefined && high !== undefined) assert.ok(low <= high, `${low} <= ${high}`);
      },
    );
    fc.assert(property, { numRuns: 500 });
  });

  test('within the tolerance nothing changes', () => {
    const property = fc.property(
      readyOnly,
      fc.integer({ min: 90, max: 110 }),
      fc.integer({ min: 1, max: 20 }),
      (letters, percent, replicas) => {
        const levels = letters.map(() => percent * 10);
        const proposal = proposed({ replicas, pods: letters.join(''), levels, target: 100, expected: [0, 0, 0] });
        assert.equal(proposal, replicas);
      },
    );
    fc.assert(property);
  });

  test('who says nothing only holds back', () => {
    const property = fc.property(
      readyOnly,
      fc.nat({ max: 5 }),
      level,
      target,
      (letters, silent, usageOfAll, percent) => {
        const all = letters.join('') + 'r'.repeat(silent);
        const base = { replicas: all.length, target: percent, expected: [0, 0, 0] } as const;
        const levels = letters.map(() => usageOfAll);
        const sure = proposed({ ...base, pods: all, levels: Array.from(all, () => usageOfAll) }) ?? 0;
        const unsure = proposed({ ...base, pods: all, levels }) ?? 0;
        const [from, to] = [Math.min(sure, all.length), Math.max(sure, all.length)];
        assert.ok(from <= unsure && unsure <= to, `${from} <= ${unsure} <= ${to}`);
      },
    );
    fc.assert(property, { numRuns: 500 });
  });
});

function proposed(one: Case): number | undefined {
  try {
    return replicasByUtilization(scaledOf(one), metricsOf(one), one.target, 'cpu').replicas;
  } catch {
    return undefined;
  }
}

function scaledOf({ replicas, pods = 'r'.repeat(replicas), requests = [], tolerances }: Case): Scaled {
  const letters = Array.from(pods) as Kind[];
  return {
    replicas,
    statusReplicas: replicas,
    pods: letters.map((kind, index) => podOf(kind, index, requests[index] ?? '1')),
    tolerances: tolerances ?? { down: 0.1, up: 0.1 },
    now,
  };
}

function podOf(kind: Kind, index: number, cpu: string): AutoscaledPod {
  const phase = { p: 'Pending', f: 'Failed' }[kind as string] ?? 'Running';
  const startTime = kind === 'h' ? justNow : long;
  const status = kind === 'u' ? 'False' : 'True';
  return {
    metadata: { name: `p${index}`, ...(kind === 'd' ? { deletionTimestamp: justNow } : {}) },
    spec: { containers: [container('c', cpu)] },
    status: { phase, startTime, conditions: [{ type: 'Ready', status, lastTransitionTime: startTime }] },
  };
}

function metricsOf({ levels }: Case): PodMetrics {
  const metric = (value: number) => ({ value: BigInt(value), timestamp: now, windowMs: 60_000 });
  return new Map(levels.map((value, index) => [`p${index}`, metric(value)]));
}

function container(name: string, cpu: string) {
  return { name, resources: { requests: { cpu } } };
}
