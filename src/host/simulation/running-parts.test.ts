import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../api/json.ts';
import type { PodEvent } from './pod-events.ts';
import type { ContainerStatus, PodStatus } from './pod-view.ts';
import { withParts } from './running-parts.ts';

const now = Date.UTC(2030, 0, 1);
const small = { requests: { cpu: '1' } };
const running: ContainerStatus = {
  name: 'c',
  image: 'i',
  imageID: '',
  ready: true,
  restartCount: 0,
  state: { running: { startedAt: '2030-01-01T00:00:00Z' } },
  lastState: {},
};

function after(spec: JsonObject, status: PodStatus, tell: PodEvent[] = []): PodStatus {
  const containers = [{ name: 'c', image: 'i', resources: small }];
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', uid: 'u' }, spec: { containers, ...spec } };
  return withParts(pod, status, now, tell);
}

test('a running container has what it asks for, and then rests', () => {
  const first = after({}, { phase: 'Running', containerStatuses: [running] });
  assert.deepEqual(first.containerStatuses, [{ ...running, allocatedResources: { cpu: '1' }, resources: small }]);
  assert.equal(after({}, first), first);
});

test('one that is resized has its new size', () => {
  const status = {
    phase: 'Running',
    containerStatuses: [{ ...running, resources: { requests: { cpu: '2' } } }],
  } as const;
  const [one] = after({}, { ...status, containerStatuses: [...status.containerStatuses] }).containerStatuses ?? [];
  assert.deepEqual(one?.resources, small);
});

test('one that doesn’t run has nothing', () => {
  const status: PodStatus = { containerStatuses: [{ ...running, state: { waiting: { reason: 'x' } } }] };
  assert.equal(after({}, status), status);
});

test('an ephemeral container starts once, when the pod runs', () => {
  const debugged = { ephemeralContainers: [{ name: 'shell', image: 's' }] };
  const pending: PodStatus = { phase: 'Pending' };
  assert.equal(after(debugged, pending), pending);
  const told: PodEvent[] = [];
  const begun = after(debugged, { phase: 'Running' }, told);
  assert.deepEqual(
    begun.ephemeralContainerStatuses?.map(({ name, ready, started, state }) => [name, ready, started, state.running]),
    [['shell', false, undefined, { startedAt: '2030-01-01T00:00:00Z' }]],
  );
  assert.ok(told.length > 0);
  assert.equal(after(debugged, begun), begun);
});
