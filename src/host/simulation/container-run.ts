/** Which run of a simulated container is meant, if it has one. Mirrors kubelet validateContainerLogStatus, v1.36. */
import type { KubeObject } from '../../api/object.ts';
import { goQuote } from '../../api/go-text.ts';
import { newBadRequest } from '../../api/status.ts';
import { viewPod, type Container, type ContainerStatus } from './pod-view.ts';

export interface ContainerRun {
  readonly container: Container;
  /** From 0. */
  readonly run: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly running: boolean;
}

/** The run whose log is asked for. @throws StatusError BadRequest */
export function loggedRun(pod: Readonly<KubeObject>, name: string, previous: boolean): ContainerRun {
  const found = findContainer(pod, name);
  const where = `container ${goQuote(name)} in pod ${goQuote(pod.metadata.name ?? '')}`;
  if (!found?.status) throw newBadRequest(`${where} is not available`);
  const { container, status } = found;
  const { waiting, running, terminated } = status.state;
  const last = status.lastState.terminated;
  if (previous && !last) throw newBadRequest(`previous terminated ${where} not found`);
  const current = running ?? terminated;
  // One that waits for its next start counts the last as its own still.
  if (last && (previous || !current)) {
    const run = current ? status.restartCount - 1 : status.restartCount;
    return { container, run, startedAt: Date.parse(last.startedAt), running: false };
  }
  if (current) {
    const startedAt = Date.parse(current.startedAt);
    return { container, run: status.restartCount, startedAt, running: running !== undefined };
  }
  throw newBadRequest(`${where} is waiting to start${waiting ? `: ${whyItWaits(waiting.reason)}` : ' - no logs yet'}`);
}

/** `undefined`: it isn't running. */
export function runningRun(pod: Readonly<KubeObject>, name: string): ContainerRun | undefined {
  const found = findContainer(pod, name);
  const running = found?.status?.state.running;
  if (!found?.status || !running) return undefined;
  const { container, status } = found;
  return { container, run: status.restartCount, startedAt: Date.parse(running.startedAt), running: true };
}

function whyItWaits(reason: string): string {
  if (reason === 'ErrImagePull') return "image can't be pulled";
  return reason === 'ImagePullBackOff' ? 'trying and failing to pull image' : reason;
}

function findContainer(
  pod: Readonly<KubeObject>,
  name: string,
): { readonly container: Container; readonly status: ContainerStatus | undefined } | undefined {
  const { spec, status = {} } = viewPod(pod);
  const container = [...spec.containers, ...(spec.initContainers ?? []), ...(spec.ephemeralContainers ?? [])].find(
    (one) => one.name === name,
  );
  const statuses = [
    ...(status.containerStatuses ?? []),
    ...(status.initContainerStatuses ?? []),
    ...(status.ephemeralContainerStatuses ?? []),
  ];
  return container && { container, status: statuses.find((one) => one.name === name) };
}
