/**
 * What becomes of a simulated pod next: a pure function of what the pod says, its script and the time. All state is in the pod's status, so a
 * node that is started again goes on where it was.
 */
import type { KubeObject } from '../../api/object.ts';
import { timestamp } from '../../lib/clock.ts';
import { containersWaiting, exited, restarted, started, waitingFor } from './container-status.ts';
import { withConditions } from './pod-conditions.ts';
import { viewPod, type PodStatus } from './pod-view.ts';
import type { Script } from './script.ts';

export interface NodeFacts {
  readonly address: string;
  /** The pod's address on the node; `undefined` for pods on the host network. */
  readonly podAddress: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export type PodStep =
  /** Write this status. `tell`: Events that go with it. */
  | { readonly type: 'status'; readonly status: PodStatus; readonly tell: readonly PodEvent[] }
  /** Nothing until then (milliseconds from now). */
  | { readonly type: 'wait'; readonly forMs: number }
  /** The pod has ended after a deletion: the object goes. */
  | { readonly type: 'remove' }
  | { readonly type: 'rest' };

export interface PodEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly container: string;
}

/** Delay before restart number n: 10 s doubled each time, as kubelets do, but for the first, which is immediate. */
const restartBaseMs = 10_000;
const restartMaxMs = 300_000;

export function nextStep(pod: Readonly<KubeObject>, script: Script, node: NodeFacts): PodStep {
  const status = viewPod(pod).status ?? {};
  if (pod.metadata.deletionTimestamp !== undefined) return endStep(pod, script, node, status);
  if (status.phase === 'Succeeded' || status.phase === 'Failed') return { type: 'rest' };
  if (status.startTime === undefined) return accepted(pod, script, node);
  const containers = status.containerStatuses ?? [];
  if (containers.every(({ state }) => state.waiting?.reason === 'ContainerCreating'))
    return startStep(pod, script, node);
  if (script.waitingReason !== undefined) return { type: 'rest' };
  return runStep(pod, script, node, status);
}

function accepted(pod: Readonly<KubeObject>, script: Script, node: NodeFacts): PodStep {
  const view = viewPod(pod);
  const status: PodStatus = {
    ...view.status,
    phase: 'Pending',
    hostIP: node.address,
    hostIPs: [{ ip: node.address }],
    startTime: timestamp(node.now),
    containerStatuses: containersWaiting(view.spec.containers, 'ContainerCreating'),
    ...(view.spec.initContainers
      ? { initContainerStatuses: containersWaiting(view.spec.initContainers, 'PodInitializing') }
      : {}),
  };
  return { type: 'status', status: withConditions(pod, status, script, node.now), tell: [] };
}

function startStep(pod: Readonly<KubeObject>, script: Script, node: NodeFacts): PodStep {
  const view = viewPod(pod);
  const status = view.status ?? {};
  const waitMs = since(status.startTime, script.startDelayMs, node.now);
  if (waitMs > 0) return { type: 'wait', forMs: waitMs };
  const podIP = view.spec.hostNetwork ? node.address : node.podAddress;
  if (script.waitingReason !== undefined) {
    const containerStatuses = waitingFor(status.containerStatuses ?? [], script.waitingReason);
    return step(
      pod,
      { ...status, containerStatuses },
      script,
      node,
      failureEvents(view.spec.containers, script.waitingReason),
    );
  }
  const next: PodStatus = {
    ...status,
    phase: 'Running',
    podIP,
    podIPs: [{ ip: podIP }],
    containerStatuses: (status.containerStatuses ?? []).map((container) => started(container, pod, node.now)),
    ...(status.initContainerStatuses
      ? {
          initContainerStatuses: status.initContainerStatuses.map((container) =>
            exited(started(container, pod, node.now), 0, node.now),
          ),
        }
      : {}),
  };
  return step(pod, next, script, node, startEvents(view.spec.containers));
}

function runStep(pod: Readonly<KubeObject>, script: Script, node: NodeFacts, status: PodStatus): PodStep {
  const containers = status.containerStatuses ?? [];
  const resting = containers.filter(({ state }) => state.waiting !== undefined);
  if (resting.length > 0) return restartStep(pod, script, node, status);
  const startedAt = containers[0]?.state.running?.startedAt;
  const exitInMs = script.runForMs === undefined ? undefined : since(startedAt, script.runForMs, node.now);
  if (exitInMs !== undefined && exitInMs <= 0) return exitStep(pod, script, node, status);
  const ready = containers.every((container) => container.ready);
  const readyInMs = ready ? undefined : since(startedAt, script.readyDelayMs, node.now);
  if (readyInMs !== undefined && readyInMs <= 0) {
    const next = { ...status, containerStatuses: containers.map((container) => ({ ...container, ready: true })) };
    return step(pod, next, script, node, []);
  }
  const waits = [exitInMs, readyInMs].filter((waitMs) => waitMs !== undefined);
  if (waits.length > 0) return { type: 'wait', forMs: Math.min(...waits) };
  // Gate conditions change without us: readiness follows them.
  const settled = withConditions(pod, status, script, node.now);
  return JSON.stringify(settled.conditions) === JSON.stringify(status.conditions)
    ? { type: 'rest' }
    : { type: 'status', status: settled, tell: [] };
}

function exitStep(pod: Readonly<KubeObject>, script: Script, node: NodeFacts, status: PodStatus): PodStep {
  const policy = viewPod(pod).spec.restartPolicy ?? 'Always';
  const again = policy === 'Always' || (policy === 'OnFailure' && script.exitCode !== 0);
  const ended = (status.containerStatuses ?? []).map((container) => exited(container, script.exitCode, node.now));
  const next: PodStatus = again
    ? { ...status, containerStatuses: ended.map((container) => restarted(container)) }
    : { ...status, phase: script.exitCode === 0 ? 'Succeeded' : 'Failed', containerStatuses: ended };
  return step(pod, next, script, node, again ? backOffEvents(pod) : []);
}

function restartStep(pod: Readonly<KubeObject>, script: Script, node: NodeFacts, status: PodStatus): PodStep {
  const [first] = status.containerStatuses ?? [];
  const restarts = first?.restartCount ?? 0;
  const delayMs = restarts <= 1 ? 0 : Math.min(restartMaxMs, restartBaseMs * 2 ** (restarts - 2));
  const waitMs = since(first?.lastState.terminated?.finishedAt, delayMs, node.now);
  if (waitMs > 0) return { type: 'wait', forMs: waitMs };
  const containerStatuses = (status.containerStatuses ?? []).map((container) => started(container, pod, node.now));
  return step(pod, { ...status, containerStatuses }, script, node, startEvents(viewPod(pod).spec.containers));
}

function endStep(pod: Readonly<KubeObject>, script: Script, node: NodeFacts, status: PodStatus): PodStep {
  const running = (status.containerStatuses ?? []).filter(({ state }) => state.running !== undefined);
  const graceMs = (pod.metadata.deletionGracePeriodSeconds ?? 0) * 1000;
  if (running.length === 0 || graceMs === 0) return { type: 'remove' };
  // The deletion's time lies the grace period ahead of the request.
  const askedAt = Date.parse(pod.metadata.deletionTimestamp ?? '') - graceMs;
  const waitMs = askedAt + Math.min(script.stopDelayMs, graceMs) - node.now;
  if (waitMs > 0) return { type: 'wait', forMs: waitMs };
  const next: PodStatus = {
    ...status,
    phase: status.phase === 'Running' ? 'Succeeded' : (status.phase ?? 'Pending'),
    containerStatuses: (status.containerStatuses ?? []).map((container) => exited(container, 0, node.now)),
  };
  return step(
    pod,
    next,
    script,
    node,
    running.map(({ name }) => killing(name)),
  );
}

function step(
  pod: Readonly<KubeObject>,
  status: PodStatus,
  script: Script,
  node: NodeFacts,
  tell: readonly PodEvent[],
): PodStep {
  return { type: 'status', status: withConditions(pod, status, script, node.now), tell };
}

/** How long until `delayMs` after `start`; 0 or less: now. */
function since(start: string | undefined, delayMs: number, now: number): number {
  const from = Date.parse(start ?? '');
  return Number.isNaN(from) ? 0 : from + delayMs - now;
}

function startEvents(containers: readonly { readonly name: string; readonly image: string }[]): PodEvent[] {
  return containers.flatMap(({ name, image }) => [
    normal(name, 'Pulled', `Container image "${image}" already present on machine`),
    normal(name, 'Created', `Container created`),
    normal(name, 'Started', `Container started`),
  ]);
}

function failureEvents(
  containers: readonly { readonly name: string; readonly image: string }[],
  reason: string,
): PodEvent[] {
  return containers.map(({ name, image }) => ({
    type: 'Warning',
    reason: 'Failed',
    message: `Error: ${reason} (image "${image}")`,
    container: name,
  }));
}

function backOffEvents(pod: Readonly<KubeObject>): PodEvent[] {
  const { containers } = viewPod(pod).spec;
  return containers.map(({ name }) => ({
    type: 'Warning',
    reason: 'BackOff',
    message: `Back-off restarting failed container ${name} in pod ${pod.metadata.name ?? ''}_${pod.metadata.namespace ?? ''}(${pod.metadata.uid ?? ''})`,
    container: name,
  }));
}

function killing(container: string): PodEvent {
  return normal(container, 'Killing', `Stopping container ${container}`);
}

function normal(container: string, reason: string, message: string): PodEvent {
  return { type: 'Normal', reason, message, container };
}
