import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../api/object.ts';
import { PodCourses } from './pod-courses.ts';
import { nextStep, type PodStep } from './pod-progress.ts';
import { viewPod, withStatus, type ContainerStatus, type PodCondition } from './pod-view.ts';
import { scriptOf } from './script.ts';

const start = Date.UTC(2030, 0, 1);
const defaults = { startDelayMs: 0, readyDelayMs: 0, stopDelayMs: 0 };

function pod(annotations: Record<string, string>, spec: object = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'default', uid: 'u', generation: 1, annotations },
    spec: { nodeName: 'node-1', containers: [{ name: 'web', image: 'web:1' }], ...spec },
  };
}

function step(object: KubeObject, seconds: number, courses = new PodCourses()): PodStep {
  const now = start + seconds * 1000;
  return nextStep(object, scriptOf(object, defaults), {
    address: '172.30.0.10',
    podAddress: '10.244.0.1',
    now,
    courseOf: (container, run, startedAt) => courses.of(object, container, run, startedAt, now),
    refusal: undefined,
  });
}

/** What one sees of a pod that is looked at again whenever it asks for it, until it rests or the time is over. */
function life(object: KubeObject, untilSeconds: number, describeOne = describe): string[] {
  const seen: string[] = [];
  const courses = new PodCourses();
  let current = object;
  for (let seconds = 0; seconds <= untilSeconds;) {
    const next = step(current, seconds, courses);
    if (next.type === 'rest') break;
    if (next.type === 'remove') return [...seen, 'removed'];
    if (next.type === 'wait') {
      seconds += Math.max(next.forMs, 1) / 1000;
      continue;
    }
    current = withStatus(current, next.status);
    seen.push(`${Math.floor(seconds)} ${describeOne(current)}`);
  }
  return seen;
}

function describe(object: KubeObject): string {
  const { status } = viewPod(object);
  const [container] = status?.containerStatuses ?? [];
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status;
  const state =
    container?.state.waiting?.reason ??
    (container?.state.running ? 'running' : `exit ${container?.state.terminated?.exitCode}`);
  return `${status?.phase} ${state} ready=${ready} restarts=${container?.restartCount}`;
}

/** Each container's state and restarts, init containers first, with the phase and what isn't initialized. */
function describeAll(object: KubeObject): string {
  const { status } = viewPod(object);
  const one = ({ name, state, restartCount }: ContainerStatus): string =>
    `${name} ${state.waiting?.reason ?? (state.running ? 'running' : `exit ${state.terminated?.exitCode}`)}${restartCount > 0 ? ` ${restartCount}` : ''}`;
  const initialized = status?.conditions?.find(({ type }) => type === 'Initialized');
  const open = initialized?.status === 'True' ? '' : ` ${initialized?.message?.replace(/.*\[/, '[')}`;
  const list = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].map(one);
  return `${status?.phase} ${list.join(', ')}${open}`;
}

const created = '0 Pending ContainerCreating ready=False restarts=0';
const cases: readonly [title: string, object: KubeObject, untilSeconds: number, seen: readonly string[]][] = [
  ['a server starts, is ready and runs on', pod({}), 60, [created, '0 Running running ready=True restarts=0']],
  [
    'delays are kept',
    pod({ 'simulation.sublet.dev/start-delay': '2s', 'simulation.sublet.dev/ready-delay': '3s' }),
    60,
    [created, '2 Running running ready=False restarts=0', '5 Running running ready=True restarts=0'],
  ],
  [
    'a readiness probe succeeds as soon as it is asked',
    pod({}, { containers: [{ name: 'web', image: 'web:1', readinessProbe: { initialDelaySeconds: 7 } }] }),
    60,
    [created, '0 Running running ready=False restarts=0', '7 Running running ready=True restarts=0'],
  ],
  [
    'a job’s pod ends well',
    pod({}, { restartPolicy: 'Never' }),
    60,
    [created, '0 Running running ready=True restarts=0', '1 Succeeded exit 0 ready=False restarts=0'],
  ],
  [
    'a job’s pod does what its command says',
    pod(
      {},
      {
        restartPolicy: 'Never',
        containers: [{ name: 'web', image: 'web:1', command: ['sh', '-c', 'sleep 9; exit 2'] }],
      },
    ),
    60,
    [created, '0 Running running ready=True restarts=0', '9 Failed exit 2 ready=False restarts=0'],
  ],
  [
    'an exit code fails a pod that is not restarted',
    pod(
      { 'simulation.sublet.dev/exit-code': '3', 'simulation.sublet.dev/ready-delay': '9s' },
      { restartPolicy: 'Never' },
    ),
    60,
    [created, '0 Running running ready=False restarts=0', '1 Failed exit 3 ready=False restarts=0'],
  ],
  [
    'a crash is followed by a restart, then by a longer and longer back-off',
    pod({
      'simulation.sublet.dev/exit-code': '1',
      'simulation.sublet.dev/run-for': '1s',
      'simulation.sublet.dev/ready-delay': '9s',
    }),
    14,
    [
      created,
      '0 Running running ready=False restarts=0',
      '1 Running exit 1 ready=False restarts=0',
      '1 Running running ready=False restarts=1',
      '2 Running exit 1 ready=False restarts=1',
      '2 Running CrashLoopBackOff ready=False restarts=1',
      '12 Running running ready=False restarts=2',
      '13 Running exit 1 ready=False restarts=2',
      '13 Running CrashLoopBackOff ready=False restarts=2',
    ],
  ],
  [
    'what fails once and finds its trace the second time, ends well',
    pod(
      {},
      {
        restartPolicy: 'OnFailure',
        volumes: [{ name: 'data', emptyDir: {} }],
        containers: [
          {
            name: 'web',
            image: 'web:1',
            command: ['sh', '-c', '[ -e /data/x ] && exit 0; touch /data/x; exit 1'],
            volumeMounts: [{ name: 'data', mountPath: '/data' }],
          },
        ],
      },
    ),
    60,
    [
      created,
      '0 Running running ready=True restarts=0',
      '0 Running exit 1 ready=False restarts=0',
      '0 Running running ready=True restarts=1',
      '0 Succeeded exit 0 ready=False restarts=1',
    ],
  ],
  [
    'what is active beyond its deadline has failed',
    pod({}, { activeDeadlineSeconds: 5 }),
    60,
    [created, '0 Running running ready=True restarts=0', '5 Failed exit 137 ready=False restarts=0'],
  ],
  [
    'an image that cannot be pulled keeps the pod waiting',
    pod({ 'simulation.sublet.dev/waiting-reason': 'ImagePullBackOff' }),
    60,
    [created, '0 Pending ImagePullBackOff ready=False restarts=0'],
  ],
  [
    'so does one that says that it does not exist',
    pod({}, { containers: [{ name: 'web', image: 'web:404' }] }),
    60,
    [created, '0 Pending ImagePullBackOff ready=False restarts=0'],
  ],
  [
    'a condition is what the annotation says',
    pod({ 'simulation.sublet.dev/conditions': 'Ready=False' }),
    60,
    [created, '0 Running running ready=False restarts=0'],
  ],
];

for (const [title, object, untilSeconds, seen] of cases) {
  test(title, () => assert.deepEqual(life(object, untilSeconds), seen));
}

const busybox = (name: string, ...command: string[]) => ({ name, image: 'busybox:1', command });
const together: readonly [title: string, spec: object, untilSeconds: number, seen: readonly string[]][] = [
  [
    'init containers run one after the other, before all else',
    {
      restartPolicy: 'Never',
      initContainers: [busybox('a', 'sleep', '1'), busybox('b', 'true')],
      containers: [busybox('main', 'sleep', '5')],
    },
    60,
    [
      '0 Pending a PodInitializing, b PodInitializing, main PodInitializing [a b]',
      '0 Pending a running, b PodInitializing, main PodInitializing [a b]',
      '1 Pending a exit 0, b PodInitializing, main PodInitializing [b]',
      '1 Pending a exit 0, b running, main PodInitializing [b]',
      '1 Pending a exit 0, b exit 0, main PodInitializing',
      '1 Running a exit 0, b exit 0, main running',
      '6 Succeeded a exit 0, b exit 0, main exit 0',
    ],
  ],
  [
    'one that fails for good fails the pod',
    { restartPolicy: 'Never', initContainers: [busybox('a', 'false')], containers: [busybox('main', 'true')] },
    60,
    [
      '0 Pending a PodInitializing, main PodInitializing [a]',
      '0 Pending a running, main PodInitializing [a]',
      '0 Failed a exit 1, main PodInitializing [a]',
    ],
  ],
  [
    'one that fails is tried again where the policy says so',
    { initContainers: [busybox('a', 'false')], containers: [busybox('main', 'true')] },
    11,
    [
      '0 Pending a PodInitializing, main PodInitializing [a]',
      '0 Pending a running, main PodInitializing [a]',
      '0 Pending a exit 1, main PodInitializing [a]',
      '0 Pending a running 1, main PodInitializing [a]',
      '0 Pending a exit 1 1, main PodInitializing [a]',
      '0 Pending a CrashLoopBackOff 1, main PodInitializing [a]',
      '10 Pending a running 2, main PodInitializing [a]',
      '10 Pending a exit 1 2, main PodInitializing [a]',
      '10 Pending a CrashLoopBackOff 2, main PodInitializing [a]',
    ],
  ],
  [
    'a sidecar runs beside the others and ends behind them',
    {
      restartPolicy: 'Never',
      initContainers: [{ ...busybox('side', 'sleep', 'inf'), restartPolicy: 'Always' }],
      containers: [busybox('main', 'sleep', '3')],
    },
    60,
    [
      '0 Pending side PodInitializing, main PodInitializing [side]',
      '0 Pending side running, main PodInitializing',
      '0 Running side running, main running',
      '3 Succeeded side exit 137, main exit 0',
    ],
  ],
  [
    'the containers of a pod end each by itself',
    {
      restartPolicy: 'OnFailure',
      containers: [busybox('a', 'sleep', '2'), busybox('b', 'sh', '-c', 'sleep 4; exit 1')],
    },
    7,
    [
      '0 Pending a ContainerCreating, b ContainerCreating',
      '0 Running a running, b running',
      '2 Running a exit 0, b running',
      '4 Running a exit 0, b exit 1',
      '4 Running a exit 0, b running 1',
    ],
  ],
];
for (const [title, spec, untilSeconds, seen] of together) {
  test(title, () => assert.deepEqual(life(pod({}, spec), untilSeconds, describeAll), seen));
}

function running(object: KubeObject): KubeObject {
  let current = object;
  for (let round = 0; round < 3; round++) {
    const next = step(current, 0);
    if (next.type === 'status') current = withStatus(current, next.status);
  }
  return current;
}

test('a deleted pod stops its containers within the grace period, then goes', () => {
  const deleted = running(pod({ 'simulation.sublet.dev/stop-delay': '5s' }));
  deleted.metadata.deletionTimestamp = new Date(start + 40_000).toISOString();
  deleted.metadata.deletionGracePeriodSeconds = 30;
  assert.deepEqual(step(deleted, 10), { type: 'wait', forMs: 5000 });
  const stopped = step(deleted, 15);
  assert.ok(stopped.type === 'status');
  assert.deepEqual(
    stopped.tell.map(({ reason }) => reason),
    ['Killing'],
  );
  assert.equal(stopped.status.phase, 'Succeeded');
  assert.deepEqual(step(withStatus(deleted, stopped.status), 15), { type: 'remove' });
});

test('one that is held by a finalizer says how it ended, and goes when it is let go', () => {
  const deleted = running(pod({}, { containers: [{ name: 'web', image: 'web:1', command: ['sleep', '100'] }] }));
  deleted.metadata.deletionTimestamp = new Date(start).toISOString();
  deleted.metadata.deletionGracePeriodSeconds = 0;
  deleted.metadata.finalizers = ['example.com/held'];
  const stopped = step(deleted, 1);
  assert.ok(stopped.type === 'status');
  assert.equal(stopped.status.phase, 'Failed');
  const ended = withStatus(deleted, stopped.status);
  assert.deepEqual(step(ended, 1), { type: 'rest' });
  ended.metadata.finalizers = [];
  assert.deepEqual(step(ended, 1), { type: 'remove' });
});

test('the Ready condition waits for readiness gates', () => {
  const current = running(pod({}, { readinessGates: [{ conditionType: 'example.com/gate' }] }));
  const ready = viewPod(current).status?.conditions?.find(({ type }) => type === 'Ready');
  assert.equal(ready?.reason, 'ReadinessGatesNotReady');
});

test('a container of another image starts anew, and the generation that is seen is told', () => {
  const changed = pod({}, { containers: [{ name: 'web', image: 'web:2' }] });
  changed.metadata.generation = 2;
  const next = step(withStatus(changed, viewPod(running(pod({}))).status ?? {}), 1);
  assert.ok(next.type === 'status');
  const [container] = next.status.containerStatuses ?? [];
  assert.equal(container?.image, 'web:2');
  assert.equal(container.restartCount, 1);
  assert.equal(next.status.observedGeneration, 2);
  assert.ok(next.status.conditions?.every(({ observedGeneration }) => observedGeneration === 2));
});

test('what an API server has put into another order is the same', () => {
  const sorted = running(pod({}));
  const { status } = viewPod(sorted);
  const conditions = (status?.conditions ?? []).map(({ type, status: value, ...rest }): PodCondition => ({
    ...rest,
    status: value,
    type,
  }));
  assert.deepEqual(step(withStatus(sorted, { ...status, conditions }), 1), { type: 'rest' });
});

test('a pod that its node will not have has failed', () => {
  const next = nextStep(pod({}), scriptOf(pod({}), defaults), {
    address: '',
    podAddress: '',
    now: start,
    courseOf: () => ({ course: 'unknown', startedAt: start }),
    refusal: { reason: 'NodePorts', message: 'taken' },
  });
  assert.ok(next.type === 'status');
  assert.deepEqual(
    { phase: next.status.phase, reason: next.status.reason, message: next.status.message },
    { phase: 'Failed', reason: 'NodePorts', message: 'Pod was rejected: taken' },
  );
});
