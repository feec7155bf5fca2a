/** The cases of TestGroupPods and TestCalculateRequests in kubernetes pkg/controller/podautoscaler, v1.36, with its default times. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { groupPods, podRequests, type AutoscaledPod } from './autoscaled-pod.ts';

const now = Date.UTC(2030, 0, 1);
const second = 1000;
const minute = 60 * second;
const ago = (ms: number): string => new Date(now - ms).toISOString();

interface Grouped {
  readonly phase?: string;
  readonly deleted?: boolean;
  /** How long ago it started; absent: it hasn't. */
  readonly started?: number;
  /** The status of Ready, and how long ago it changed. */
  readonly ready?: readonly [status: string, changed?: number];
  /** How long ago it was measured, and over which time; absent: it wasn't. */
  readonly measured?: readonly [ago: number, window: number];
  readonly resource?: string;
  readonly expected: 'ready' | 'unready' | 'missing' | 'ignored';
}

const grouped: Readonly<Record<string, Grouped>> = {
  'memory counts at once': { measured: [0, minute], resource: 'memory', expected: 'ready' },
  'without a condition': { started: 0, measured: [0, 0], expected: 'unready' },
  'without a start': { ready: ['True', 0], measured: [0, 0], expected: 'unready' },
  'initializing, measured for a whole window': {
    started: minute,
    ready: ['True', 30 * second],
    measured: [0, 30 * second],
    expected: 'ready',
  },
  'initializing, not yet measured for a whole window': {
    started: minute,
    ready: ['True', 30 * second],
    measured: [0, minute],
    expected: 'unready',
  },
  'initializing, not ready': { started: minute, ready: ['False', 0], measured: [0, 0], expected: 'unready' },
  'initialized, never ready': {
    started: 10 * minute,
    ready: ['False', 9 * minute + 54 * second],
    measured: [0, 0],
    expected: 'unready',
  },
  'initialized, no longer ready': {
    started: 10 * minute,
    ready: ['False', 9 * minute],
    measured: [0, 0],
    expected: 'ready',
  },
  'initialized, not ready since nobody knows when': {
    started: 10 * minute,
    ready: ['False'],
    measured: [0, 0],
    expected: 'unready',
  },
  'initialized, in a state nobody knows': {
    started: 10 * minute,
    ready: ['Unknown', 10 * minute],
    measured: [0, 0],
    expected: 'ready',
  },
  'initialized, measured long ago': {
    started: 6 * minute,
    ready: ['True', 6 * minute],
    measured: [5 * minute, minute],
    expected: 'ready',
  },
  'not measured': { started: 6 * minute, expected: 'missing' },
  pending: { phase: 'Pending', expected: 'unready' },
  'pending and being deleted': { phase: 'Pending', deleted: true, measured: [0, 0], expected: 'ignored' },
  failed: { phase: 'Failed', measured: [0, 0], expected: 'ignored' },
};

suite('groups of pods', () => {
  for (const [name, { resource = 'cpu', measured, expected, ...pod }] of Object.entries(grouped)) {
    test(name, () => {
      const [since = 0, windowMs = 0] = measured ?? [];
      const metrics = measured ? [['p', { value: 1n, timestamp: now - since, windowMs }] as const] : [];
      const groups = groupPods([podOf(pod)], new Map(metrics), resource, now);
      const actual = {
        ready: groups.readyCount,
        unready: groups.unready.size,
        missing: groups.missing.size,
        ignored: groups.ignored.size,
      };
      assert.deepEqual(actual, { ready: 0, unready: 0, missing: 0, ignored: 0, [expected]: 1 });
    });
  }
});

const named = (name: string, cpu?: string) => ({ name, resources: cpu === undefined ? {} : { requests: { cpu } } });

interface Requested {
  readonly spec: AutoscaledPod['spec'];
  readonly container?: string;
  readonly expected: bigint | string;
}

const requested: Readonly<Record<string, Requested>> = {
  'the sum of containers': { spec: { containers: [named('a', '100m'), named('b', '50m')] }, expected: 150n },
  'of the pod, where it says so': {
    spec: { resources: { requests: { cpu: '800m' } }, containers: [named('a'), named('b', '50m')] },
    expected: 800n,
  },
  'of the pod with its overhead': {
    spec: { resources: { requests: { cpu: '800m' } }, overhead: { cpu: '5m' }, containers: [named('a')] },
    expected: 805n,
  },
  'of the pod, which says nothing of this resource': {
    spec: { resources: { requests: { memory: '1Gi' } }, containers: [named('a')] },
    expected: 'missing pod-level request for cpu in Pod p',
  },
  'of the pod, which says nothing, but its containers do': {
    spec: { resources: { requests: { memory: '1Gi' } }, containers: [named('a', '7m')] },
    expected: 7n,
  },
  'a container that says nothing': {
    spec: { containers: [named('a'), named('b', '50m')] },
    expected: 'missing request for cpu in container a of Pod p',
  },
  'one container': { spec: { containers: [named('a', '100m'), named('b')] }, container: 'a', expected: 100n },
  'one container, whatever the pod says': {
    spec: { resources: { requests: { cpu: '800m' } }, containers: [named('a', '100m')] },
    container: 'a',
    expected: 100n,
  },
  'one container that is not there': {
    spec: { containers: [named('a', '100m')] },
    container: 'other',
    expected: 'container other not found in Pod p',
  },
  'init containers only while the pod starts, sidecars always': {
    spec: {
      containers: [named('a', '100m')],
      initContainers: [named('b', '20m'), { ...named('c', '50m'), restartPolicy: 'Always' }],
    },
    expected: 150n,
  },
};

suite('requests', () => {
  for (const [name, { spec, container, expected }] of Object.entries(requested)) {
    test(name, () => {
      const requests = () => podRequests([{ metadata: { name: 'p' }, spec }], 'cpu', container);
      if (typeof expected === 'string') assert.throws(requests, { message: expected });
      else assert.deepEqual(requests(), new Map([['p', expected]]));
    });
  }
});

function podOf({ phase = 'Running', deleted, started, ready }: Omit<Grouped, 'expected'>): AutoscaledPod {
  const [status = '', changed] = ready ?? [];
  const condition = { type: 'Ready', status, lastTransitionTime: changed === undefined ? null : ago(changed) };
  return {
    metadata: { name: 'p', ...(deleted ? { deletionTimestamp: ago(0) } : {}) },
    spec: {},
    status: {
      phase,
      ...(started === undefined ? {} : { startTime: ago(started) }),
      conditions: ready ? [condition] : [],
    },
  };
}
