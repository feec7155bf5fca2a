/** Statuses of simulated containers, from one state to the next. Pure. */
import { createHash } from 'node:crypto';
import type { KubeObject } from '../../api/object.ts';
import { timestamp } from '../../lib/clock.ts';
import type { Container, ContainerStatus } from './pod-view.ts';

export function containersWaiting(containers: readonly Container[], reason: string): ContainerStatus[] {
  return containers.map(({ name, image }) => ({
    name,
    image,
    imageID: '',
    ready: false,
    started: false,
    restartCount: 0,
    state: { waiting: { reason } },
    lastState: {},
  }));
}

export function waitingFor(containers: readonly ContainerStatus[], reason: string): ContainerStatus[] {
  return containers.map((container) => ({
    ...container,
    state: { waiting: { reason, message: `Back-off pulling image "${container.image}"` } },
  }));
}

/** Running, not yet ready. */
export function started(container: ContainerStatus, pod: Readonly<KubeObject>, now: number): ContainerStatus {
  const identity = `${pod.metadata.uid ?? ''}/${container.name}/${container.restartCount}`;
  return {
    ...container,
    imageID: `simulated://${digest(container.image)}`,
    containerID: `simulated://${digest(identity)}`,
    ready: false,
    started: true,
    state: { running: { startedAt: timestamp(now) } },
  };
}

/** Terminated; one that isn't running stays as it is. */
export function exited(container: ContainerStatus, exitCode: number, now: number): ContainerStatus {
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
        startedAt: running.startedAt,
        finishedAt: timestamp(now),
        containerID: container.containerID ?? '',
      },
    },
  };
}

/** Ended, and waiting for its next start. */
export function restarted(container: ContainerStatus): ContainerStatus {
  const message = `back-off restarting failed container=${container.name}`;
  return {
    ...container,
    restartCount: container.restartCount + 1,
    lastState: container.state,
    state: { waiting: { reason: 'CrashLoopBackOff', message } },
  };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
