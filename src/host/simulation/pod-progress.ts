/**
 * What becomes of a simulated pod next: a pure function of what the pod says, its script, what its containers do, and the time. All state is in the
 * pod's status, so a node that is started again goes on where it was.
 */
import { equalJson, type JsonValue } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { timestamp } from '../../lib/clock.ts';
import type { Course } from './container-course.ts';
import { containerWaiting, crashLooping, exited, started, waitingForImage, type Ending } from './container-status.ts';
import { imageMissing } from './images.ts';
import { withConditions } from './pod-conditions.ts';
import {
  backOffEvent,
  changedEvent,
  imageEvents,
  killingEvent,
  normal,
  startEvents,
  type PodEvent,
} from './pod-events.ts';
import { phaseOf, statusPairs } from './pod-phase.ts';
import { viewPod, type Container, type ContainerStatus, type PodStatus, type PodView } from './pod-view.ts';
import { isSidecar, restartDelayMs, shouldRestart } from './restart-policy.ts';
import { withParts } from './running-parts.ts';
import type { Script } from './script.ts';

export interface NodeFacts {
  readonly address: string;
  /** The pod's own address, should it not be on the host network. */
  readonly podAddress: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** What the container does in its run number `run`, that began at `startedAt`. The same whenever it is asked. */
  readonly courseOf: (container: Container, run: number, startedAt: number) => CourseInTime;
  /** Why the node won't have the pod, if so. */
  readonly refusal: Refusal | undefined;
}

/** A course, and when exactly it began: the status knows no more than the second. */
export interface CourseInTime {
  readonly course: Course | 'unknown';
  readonly startedAt: number;
}

export interface Refusal {
  readonly reason: string;
  readonly message: string;
}

export type PodStep =
  /** Write this status. `tell`: Events that go with it. */
  | { readonly type: 'status'; readonly status: PodStatus; readonly tell: readonly PodEvent[] }
  /** Nothing until then (milliseconds from now). */
  | { readonly type: 'wait'; readonly forMs: number }
  /** The pod has ended after a deletion: the object goes. */
  | { readonly type: 'remove' }
  | { readonly type: 'rest' };

/** A pod of which nothing is known but that it will end. */
const taskMs = 1000;
const killed = 137;
const creating = 'ContainerCreating';
const initializing = 'PodInitializing';
const deadline: Refusal = {
  reason: 'DeadlineExceeded',
  message: 'Pod was active on the node longer than the specified deadline',
};

/** What is looked at. */
interface Look {
  readonly pod: Readonly<KubeObject>;
  readonly spec: PodView['spec'];
  readonly status: PodStatus;
  readonly script: Script;
  readonly node: NodeFacts;
}

/** What becomes of the containers: those that change, by name, with what is told of it; and for how long the others go on as they are. */
interface Changes {
  readonly statuses: Map<string, ContainerStatus>;
  readonly tell: PodEvent[];
  readonly waits: number[];
}

export function nextStep(pod: Readonly<KubeObject>, script: Script, node: NodeFacts): PodStep {
  const { spec, status = {} } = viewPod(pod);
  const look: Look = { pod, spec, status, script, node };
  if (pod.metadata.deletionTimestamp !== undefined) return endStep(look);
  if (status.phase === 'Succeeded' || status.phase === 'Failed') return { type: 'rest' };
  if (status.startTime === undefined) return node.refusal ? refused(look, node.refusal) : accepted(look);
  const { activeDeadlineSeconds } = spec;
  const deadlineInMs =
    activeDeadlineSeconds === undefined ? Infinity : since(status.startTime, activeDeadlineSeconds * 1000, node.now);
  if (deadlineInMs <= 0) return deadlineStep(look);
  return runStep(look, deadlineInMs);
}

function refused(look: Look, { reason, message }: Refusal): PodStep {
  const status: PodStatus = { ...look.status, phase: 'Failed', reason, message: `Pod was rejected: ${message}` };
  return { type: 'status', status, tell: [{ type: 'Warning', reason, message }] };
}

function accepted(look: Look): PodStep {
  const { spec, node } = look;
  const init = spec.initContainers ?? [];
  const reason = init.length > 0 ? initializing : creating;
  const status: PodStatus = {
    ...look.status,
    phase: 'Pending',
    hostIP: node.address,
    hostIPs: [{ ip: node.address }],
    startTime: timestamp(node.now),
    containerStatuses: spec.containers.map((container) => containerWaiting(container, reason)),
    ...(init.length > 0 ? { initContainerStatuses: init.map((container) => containerWaiting(container, reason)) } : {}),
  };
  return { type: 'status', status: withConditions(look.pod, status, look.script, node.now), tell: [] };
}

function runStep(look: Look, deadlineInMs: number): PodStep {
  const changes: Changes = { statuses: new Map(), tell: [], waits: deadlineInMs === Infinity ? [] : [deadlineInMs] };
  endContainers(look, changes);
  if (changes.statuses.size === 0) startContainers(look, changes);
  if (changes.statuses.size === 0) readyContainers(look, changes);
  const next = withParts(look.pod, changed(look, changes.statuses), look.node.now, changes.tell);
  // Gates and generations change without us: conditions follow them.
  const settled = withConditions(look.pod, next, look.script, look.node.now);
  if (next !== look.status || !sameConditions(settled, look.status)) {
    return { type: 'status', status: settled, tell: changes.tell };
  }
  return changes.waits.length > 0 ? { type: 'wait', forMs: Math.min(...changes.waits) } : { type: 'rest' };
}

function sameConditions(left: PodStatus, right: PodStatus): boolean {
  const plain = ({ conditions = [], observedGeneration }: PodStatus): JsonValue => [
    observedGeneration ?? null,
    conditions.map((condition) => ({ ...condition })),
  ];
  return equalJson(plain(left), plain(right));
}

/** Those whose time is over, or whose image is another now. */
function endContainers(look: Look, changes: Changes): void {
  const { spec, status, node, pod } = look;
  const main = statusPairs(spec.containers, status.containerStatuses);
  const init = statusPairs(spec.initContainers ?? [], status.initContainerStatuses);
  for (const [container, one] of [...init, ...main]) {
    if (!one.state.running) continue;
    if (one.image !== container.image && (main.some(([other]) => other === container) || isSidecar(container))) {
      const ended = exited(one, { exitCode: killed }, node.now);
      const ready = readyAtOnce(look, container);
      changes.statuses.set(one.name, started(ended, container, pod, ready, node.now));
      changes.tell.push(changedEvent(one.name), ...startEvents(container));
      continue;
    }
    const { at, ending } = endOf(look, container, one);
    if (at === undefined) continue;
    if (at > node.now) changes.waits.push(at - node.now);
    else changes.statuses.set(one.name, exited(one, ending, node.now));
  }
  const over = main.every(([container, one]) => {
    const ended = (changes.statuses.get(one.name) ?? one).state.terminated;
    return ended !== undefined && !shouldRestart(container, spec, ended.exitCode);
  });
  if (!over) return;
  for (const [container, one] of init) {
    if (!isSidecar(container) || !one.state.running) continue;
    changes.statuses.set(one.name, exited(one, stopOf(look, container, one).ending, node.now));
    changes.tell.push(killingEvent(one.name));
  }
}

/** Init containers one after the other, then the others together. */
function startContainers(look: Look, changes: Changes): void {
  const { spec, status } = look;
  for (const [container, one] of statusPairs(spec.initContainers ?? [], status.initContainerStatuses)) {
    const { running, terminated } = one.state;
    if (isSidecar(container)) {
      if (running) continue;
      start(look, changes, container, one);
      if (!terminated && !one.lastState.terminated) return;
    } else if (terminated?.exitCode === 0) continue;
    else {
      if (!running && (!terminated || shouldRestart(container, spec, terminated.exitCode)))
        start(look, changes, container, one);
      return;
    }
  }
  for (const [container, one] of statusPairs(spec.containers, status.containerStatuses)) {
    const { running, terminated } = one.state;
    if (!running && (!terminated || shouldRestart(container, spec, terminated.exitCode)))
      start(look, changes, container, one);
  }
}

function start(look: Look, changes: Changes, container: Container, before: ContainerStatus): void {
  const { pod, status, script, node } = look;
  const missing = script.waitingReason ?? (imageMissing(container.image) ? 'ImagePullBackOff' : undefined);
  if (missing !== undefined) {
    if (before.state.waiting?.reason === missing && before.image === container.image) return;
    changes.statuses.set(before.name, waitingForImage(before, container, missing));
    changes.tell.push(...imageEvents(container, missing));
    return;
  }
  const ended = before.state.terminated ?? before.lastState.terminated;
  const delayMs = ended ? restartDelayMs(before) : script.startDelayMs;
  const waitMs = since(ended ? ended.finishedAt : status.startTime, delayMs, node.now);
  if (waitMs <= 0) {
    changes.statuses.set(before.name, started(before, container, pod, readyAtOnce(look, container), node.now));
    changes.tell.push(...startEvents(container));
  } else if (before.state.terminated) {
    changes.statuses.set(before.name, crashLooping(before, pod, delayMs));
    changes.tell.push(backOffEvent(container, pod));
  } else changes.waits.push(waitMs);
}

function readyContainers(look: Look, changes: Changes): void {
  const { spec, status, node } = look;
  const sidecars = statusPairs((spec.initContainers ?? []).filter(isSidecar), status.initContainerStatuses);
  for (const [container, one] of [...statusPairs(spec.containers, status.containerStatuses), ...sidecars]) {
    if (!one.state.running || one.ready) continue;
    const waitMs = since(one.state.running.startedAt, readyDelayMs(look, container), node.now);
    if (waitMs > 0) changes.waits.push(waitMs);
    else changes.statuses.set(one.name, { ...one, ready: true });
  }
}

/** The status with what has changed, and the phase and address that follow. */
function changed(look: Look, statuses: ReadonlyMap<string, ContainerStatus>, ending = false): PodStatus {
  const { spec, status, node } = look;
  if (statuses.size === 0) return status;
  const latest = (list: readonly ContainerStatus[] = []): ContainerStatus[] =>
    list.map((one) => statuses.get(one.name) ?? one);
  const podIP = spec.hostNetwork ? node.address : node.podAddress;
  const begun = status.podIP !== undefined || [...statuses.values()].some(({ state }) => state.running);
  const initContainerStatuses = latest(status.initContainerStatuses).map((one) =>
    one.state.terminated?.exitCode === 0 && !one.ready && !isSidecarNamed(spec, one.name)
      ? { ...one, ready: true }
      : one,
  );
  const next: PodStatus = {
    ...status,
    ...(begun ? { podIP, podIPs: [{ ip: podIP }] } : {}),
    containerStatuses: latest(status.containerStatuses),
    ...(status.initContainerStatuses ? { initContainerStatuses } : {}),
  };
  return { ...next, phase: phaseOf(spec, next, ending) };
}

function isSidecarNamed(spec: PodView['spec'], name: string): boolean {
  return spec.initContainers?.some((container) => container.name === name && isSidecar(container)) ?? false;
}

function deadlineStep(look: Look): PodStep {
  const statuses = new Map<string, ContainerStatus>();
  for (const one of [...(look.status.initContainerStatuses ?? []), ...(look.status.containerStatuses ?? [])]) {
    if (one.state.running) statuses.set(one.name, exited(one, { exitCode: killed }, look.node.now));
  }
  const status: PodStatus = { ...changed(look, statuses, true), phase: 'Failed', ...deadline };
  return {
    type: 'status',
    status: withConditions(look.pod, status, look.script, look.node.now),
    tell: [normal(deadline.reason, deadline.message), ...[...statuses.keys()].map(killingEvent)],
  };
}

function endStep(look: Look): PodStep {
  const { pod, spec, status, script, node } = look;
  const graceMs = (pod.metadata.deletionGracePeriodSeconds ?? 0) * 1000;
  const held = (pod.metadata.finalizers ?? []).length > 0;
  const running = [
    ...statusPairs(spec.containers, status.containerStatuses),
    ...statusPairs(spec.initContainers ?? [], status.initContainerStatuses),
  ].filter(([, { state }]) => state.running);
  const over = status.phase === 'Succeeded' || status.phase === 'Failed';
  // Without grace the object goes at once; who holds it still sees how it ended.
  if (graceMs === 0 && (!held || over)) return held ? { type: 'rest' } : { type: 'remove' };
  if (running.length === 0 && (over || (status.startTime === undefined && !held))) return { type: 'remove' };
  // The deletion's time lies the grace period ahead of the request.
  const askedAt = Date.parse(pod.metadata.deletionTimestamp ?? '') - graceMs;
  const stops = running.map(([container, one]) => ({ one, ...stopOf(look, container, one) }));
  const waitMs = askedAt + Math.min(graceMs, Math.max(0, ...stops.map(({ afterMs }) => afterMs))) - node.now;
  if (waitMs > 0) return { type: 'wait', forMs: waitMs };
  const statuses = new Map(
    stops.map(({ one, afterMs, ending }) => [
      one.name,
      exited(one, afterMs > graceMs ? { exitCode: killed } : ending, node.now),
    ]),
  );
  const next = changed(look, statuses, true);
  const phase = phaseOf(spec, next, true);
  // A pod that never ran has failed.
  const final: PodStatus = { ...next, phase: phase === 'Succeeded' ? phase : 'Failed' };
  return {
    type: 'status',
    status: withConditions(pod, final, script, node.now),
    tell: [...statuses.keys()].map(killingEvent),
  };
}

/** When a running container ends by itself (milliseconds since the epoch), and how. */
function endOf(
  look: Look,
  container: Container,
  one: ContainerStatus,
): { readonly at: number | undefined; readonly ending: Ending } {
  const { spec, script, node } = look;
  const startedAt = Date.parse(one.state.running?.startedAt ?? '');
  const isMain = spec.containers.includes(container);
  const task = isMain ? taskMs : 0;
  const serves = isSidecar(container) || (isMain && shouldRestart(container, spec, 0));
  if (isMain && (script.runForMs !== undefined || script.exitCode !== undefined)) {
    const runForMs = script.runForMs ?? (serves ? undefined : task);
    return {
      at: runForMs === undefined ? undefined : startedAt + runForMs,
      ending: { exitCode: script.exitCode ?? 0 },
    };
  }
  const { course, startedAt: from } = node.courseOf(container, one.restartCount, startedAt);
  if (course === 'unknown') return { at: serves ? undefined : startedAt + task, ending: { exitCode: 0 } };
  return { at: course.endsAfterMs === undefined ? undefined : from + course.endsAfterMs, ending: course };
}

function stopOf(
  { script, node }: Look,
  container: Container,
  one: ContainerStatus,
): { readonly afterMs: number; readonly ending: Ending } {
  const startedAt = Date.parse(one.state.running?.startedAt ?? '');
  const { course } = node.courseOf(container, one.restartCount, startedAt);
  const stop = course === 'unknown' ? { afterMs: 0, exitCode: 0 } : course.stop;
  return { afterMs: Math.max(script.stopDelayMs, stop.afterMs), ending: { exitCode: stop.exitCode } };
}

/** Init containers are ready when they have ended well. */
function readyAtOnce(look: Look, container: Container): boolean {
  const ends = (look.spec.initContainers?.includes(container) ?? false) && !isSidecar(container);
  return !ends && readyDelayMs(look, container) === 0;
}

function readyDelayMs({ script }: Look, { readinessProbe }: Container): number {
  return Math.max(script.readyDelayMs, (readinessProbe?.initialDelaySeconds ?? 0) * 1000);
}

/** How long until `delayMs` after `start`; 0 or less: now. */
function since(start: string | undefined, delayMs: number, now: number): number {
  const from = Date.parse(start ?? '');
  return Number.isNaN(from) ? 0 : from + delayMs - now;
}
