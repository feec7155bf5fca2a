import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../api/object.ts';
import { nextStep, type PodStep } from './pod-progress.ts';
import { viewPod, withStatus } from './pod-view.ts';
import { scriptOf } from './script.ts';

const start = Date.UTC(2030, 0, 1);
const defaults = { startDelayMs: 0, readyDelayMs: 0, stopDelayMs: 0 };

function pod(annotations: Record<string, string>, spec: object = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'default', uid: 'u', annotations },
    spec: { nodeName: 'node-1', containers: [{ name: 'web', image: 'web:1' }], ...spec },
  };
}

function step(object: KubeObject, seconds: number): PodStep {
  const facts = { address: '172.30.0.10', podAddress: '10.244.0.1', now: start + seconds * 1000 };
  return nextStep(object, scriptOf(object, defaults), facts);
}

/** What one sees of a pod that is looked at again whenever it asks for it, until it rests or the time is over. */
function life(object: KubeObject, untilSeconds: number): string[] {
  const seen: string[] = [];
  let current = object;
  for (let seconds = 0; seconds <= untilSeconds;) {
    const next = step(current, seconds);
    if (next.type === 'rest') break;
    if (next.type === 'remove') return [...seen, 'removed'];
    if (next.type === 'wait') {
      seconds += Math.max(next.forMs, 1) / 1000;
      continue;
    }
    current = withStatus(current, next.status);
    seen.push(`${seconds} ${describe(current)}`);
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

const cases: readonly [title: string, object: KubeObject, untilSeconds: number, seen: readonly string[]][] = [
  [
    'a server starts, becomes ready and runs on',
    pod({}),
    60,
    [
      '0 Pending ContainerCreating ready=False restarts=0',
      '0 Running running ready=False restarts=0',
      '0 Running running ready=True restarts=0',
    ],
  ],
  [
    'delays are kept',
    pod({ 'simulation.sublet.dev/start-delay': '2s', 'simulation.sublet.dev/ready-delay': '3s' }),
    60,
    [
      '0 Pending ContainerCreating ready=False restarts=0',
      '2 Running running ready=False restarts=0',
      '5 Running running ready=True restarts=0',
    ],
  ],
  [
    'a job’s pod ends well',
    pod({}, { restartPolicy: 'Never' }),
    60,
    [
      '0 Pending ContainerCreating ready=False restarts=0',
      '0 Running running ready=False restarts=0',
      '0 Running running ready=True restarts=0',
      '1 Succeeded exit 0 ready=False restarts=0',
    ],
  ],
  [
    'an exit code fails a pod that is not restarted',
    pod(
      { 'simulation.sublet.dev/exit-code': '3', 'simulation.sublet.dev/ready-delay': '9s' },
      { restartPolicy: 'Never' },
    ),
    60,
    [
      '0 Pending ContainerCreating ready=False restarts=0',
      '0 Running running ready=False restarts=0',
      '1 Failed exit 3 ready=False restarts=0',
    ],
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
      '0 Pending ContainerCreating ready=False restarts=0',
      '0 Running running ready=False restarts=0',
      '1 Running CrashLoopBackOff ready=False restarts=1',
      '1 Running running ready=False restarts=1',
      '2 Running CrashLoopBackOff ready=False restarts=2',
      '12 Running running ready=False restarts=2',
      '13 Running CrashLoopBackOff ready=False restarts=3',
    ],
  ],
  [
    'an image that cannot be pulled keeps the pod waiting',
    pod({ 'simulation.sublet.dev/waiting-reason': 'ImagePullBackOff' }),
    60,
    ['0 Pending ContainerCreating ready=False restarts=0', '0 Pending ImagePullBackOff ready=False restarts=0'],
  ],
  [
    'a condition is what the annotation says',
    pod({ 'simulation.sublet.dev/conditions': 'Ready=False' }),
    60,
    [
      '0 Pending ContainerCreating ready=False restarts=0',
      '0 Running running ready=False restarts=0',
      '0 Running running ready=False restarts=0',
    ],
  ],
];

for (const [title, object, untilSeconds, seen] of cases) {
  test(title, () => assert.deepEqual(life(object, untilSeconds), seen));
}

test('a deleted pod stops its containers within the grace period, then goes', () => {
  const deleted = pod({ 'simulation.sublet.dev/stop-delay': '5s' });
  let running = deleted;
  for (let round = 0; round < 3; round++) {
    const next = step(running, 0);
    if (next.type === 'status') running = withStatus(running, next.status);
  }
  running.metadata.deletionTimestamp = new Date(start + 40_000).toISOString();
  running.metadata.deletionGracePeriodSeconds = 30;
  assert.deepEqual(step(running, 10), { type: 'wait', forMs: 5000 });
  const stopped = step(running, 15);
  assert.ok(stopped.type === 'status');
  assert.deepEqual(
    stopped.tell.map(({ reason }) => reason),
    ['Killing'],
  );
  assert.deepEqual(step(withStatus(running, stopped.status), 15), { type: 'remove' });
});

test('the Ready condition waits for readiness gates', () => {
  const gated = pod({}, { readinessGates: [{ conditionType: 'example.com/gate' }] });
  let current = gated;
  for (let round = 0; round < 4; round++) {
    const next = step(current, 0);
    if (next.type === 'status') current = withStatus(current, next.status);
  }
  const ready = viewPod(current).status?.conditions?.find(({ type }) => type === 'Ready');
  assert.equal(ready?.reason, 'ReadinessGatesNotReady');
});
