/**
 * What may be changed in a simulated pod that runs: its containers' sizes, which they have at once, and ephemeral containers, which run until the pod ends.
 * Pure. Mirrors kubelet convertToAPIContainerStatuses.
 */
import { equalJson, type JsonValue } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { containerWaiting, started } from './container-status.ts';
import { startEvents, type PodEvent } from './pod-events.ts';
import { viewPod, type Container, type ContainerStatus, type PodStatus } from './pod-view.ts';

/** `status` itself where nothing has changed. `tell`: what is told of it is added there. */
export function withParts(pod: Readonly<KubeObject>, status: PodStatus, now: number, tell: PodEvent[]): PodStatus {
  const { spec } = viewPod(pod);
  const next = withSizes(status, spec.containers, spec.initContainers ?? []);
  const known = status.ephemeralContainerStatuses ?? [];
  const added = (spec.ephemeralContainers ?? []).filter(({ name }) => !known.some((one) => one.name === name));
  if (added.length === 0 || status.phase !== 'Running') return next;
  tell.push(...added.flatMap((container) => startEvents(container)));
  const begun = added.map((container) =>
    ephemeral(started(containerWaiting(container, ''), container, pod, false, now)),
  );
  return { ...next, ephemeralContainerStatuses: [...known, ...begun] };
}

function withSizes(status: PodStatus, main: readonly Container[], init: readonly Container[]): PodStatus {
  const { containerStatuses, initContainerStatuses } = status;
  const after = containerStatuses?.map((one) => sized(one, main));
  const initAfter = initContainerStatuses?.map((one) => sized(one, init));
  const isSame =
    (after ?? []).every((one, index) => one === containerStatuses?.[index]) &&
    (initAfter ?? []).every((one, index) => one === initContainerStatuses?.[index]);
  if (isSame) return status;
  return {
    ...status,
    ...(after ? { containerStatuses: after } : {}),
    ...(initAfter ? { initContainerStatuses: initAfter } : {}),
  };
}

/** They are never ready, nor said to have started. */
function ephemeral(container: ContainerStatus): ContainerStatus {
  const { started: _, ...status } = container;
  return status;
}

function sized(status: ContainerStatus, containers: readonly Container[]): ContainerStatus {
  const resources = containers.find(({ name }) => name === status.name)?.resources ?? {};
  if (!status.state.running || equalJson(plain(status.resources), plain(resources))) return status;
  const { allocatedResources: _, ...rest } = status;
  const { requests } = resources;
  return { ...rest, ...(requests ? { allocatedResources: requests } : {}), resources };
}

function plain(resources: Container['resources']): JsonValue | undefined {
  return resources && { ...resources };
}
