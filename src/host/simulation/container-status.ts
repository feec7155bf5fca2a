/** Statuses of simulated containers, from one state to the next. Pure. Mirrors kubelet convertToAPIContainerStatuses. */
import { createHash } from 'node:crypto';
import type { KubeObject } from '../../api/object.ts';
import { timestamp } from '../../lib/clock.ts';
import type { Container, ContainerStatus } from './pod-view.ts';

/** How a container ended. */
export interface Ending {
  readonly exitCode: number;
  readonly message?: string;
}

export function containerWaiting({ name, image }: Container, reason: string): ContainerStatus {
  return {
    name,
    image,
    imageID: '',
    ready: false,
    started: false,
    restartCount: 0,
    state: { waiting: { reason } },
    lastState: {},
  };
}

/** Its image isn't there. */
export function waitingForImage(container: ContainerStatus, { image }: Container, reason: string): ContainerStatus {
  const message = `Back-off pulling image "${image}"`;
  return { ...container, image, state: { waiting: { reason, message } } };
}

/** Running: for the first time, or once more. */
export function started(
  before: ContainerStatus,
  { image }: Container,
  pod: Readonly<KubeObject>,
  ready: boolean,
  now: number,
): ContainerStatus {
  const ended = before.state.terminated ?? before.lastState.terminated;
  const restartCount = ended ? before.restartCount + 1 : before.restartCount;
  const identity = `${pod.metadata.uid ?? ''}/${before.name}/${restartCount}`;
  return {
    ...before,
    image,
    imageID: `simulated://${digest(image)}`,
    containerID: `simulated://${digest(identity)}`,
    ready,
    started: true,
    restartCount,
    state: { running: { startedAt: timestamp(now) } },
    lastState: ended ? { terminated: ended } : {},
  };
}

/** Terminated; one that isn't running stays as it is. */
export function exited(container: ContainerStatus, { exitCode, message = '' }: Ending, now: number): ContainerStatus {
  const { running } = container.state;
  if (!running) return { ...container, ready: false };
  return {
    ...container,
    ready: false,
    started: false,
    state: {
      terminated: {
        exitCode,
        reason: exitCode === 0 ? 'Completed' : 'Error',
        ...(message === '' ? {} : { message }),
        startedAt: running.startedAt,
        finishedAt: timestamp(now),
        containerID: container.containerID ?? '',
      },
    },
  };
}

/** Ended, and waiting for its next start. */
export function crashLooping(container: ContainerStatus, pod: Readonly<KubeObject>, delayMs: number): ContainerStatus {
  const { name = '', namespace = '', uid = '' } = pod.metadata;

  const message = `back-off ${goDuration(delayMs)} restarting failed container=${container.name} pod=${name}_${namespace}(${uid})`;
  return { ...container, lastState: container.state, state: { waiting: { reason: 'CrashLoopBackOff', message } } };
}

/** As Go writes durations: `40s`, `2m40s`. */
function goDuration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
