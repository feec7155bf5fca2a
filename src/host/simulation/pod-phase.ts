/** A pod's phase, from its containers. Pure. Mirrors kubelet getPhase. */
import type { Container, ContainerStatus, PodPhase, PodStatus, PodView } from './pod-view.ts';
import { isSidecar, shouldRestart } from './restart-policy.ts';

/** `ending`: nothing is started any more, whatever the restart policy is. */
export function phaseOf(spec: PodView['spec'], status: PodStatus, ending: boolean): PodPhase {
  const pairs = statusPairs(spec.containers, status.containerStatuses);
  const initPairs = statusPairs(spec.initContainers ?? [], status.initContainerStatuses);
  const regular = initPairs.filter(([container]) => !isSidecar(container));
  const sidecars = initPairs.filter(([container]) => isSidecar(container));
  const failedForGood = ([container, { state, lastState }]: StatusPair): boolean => {
    const ended = state.terminated ?? (state.waiting ? lastState.terminated : undefined);
    return ended !== undefined && ended.exitCode !== 0 && !shouldRestart(container, spec, ended.exitCode);
  };
  if (regular.some(failedForGood)) return 'Failed';
  const begun = pairs.some(([, { state, lastState }]) => state.running ?? state.terminated ?? lastState.terminated);
  if (regular.some(([, { state }]) => state.terminated?.exitCode !== 0) && !begun) return 'Pending';
  if (!begun && sidecars.some(([, { state }]) => !state.running)) return 'Pending';
  if (pairs.some(([, { state, lastState }]) => state.waiting && !lastState.terminated)) return 'Pending';
  if ([...pairs, ...sidecars].some(([, { state }]) => state.running)) return 'Running';
  const ends = pairs.map(([container, { state, lastState }]) => {
    const ended = state.terminated ?? lastState.terminated;
    const again = !ending && ended !== undefined && shouldRestart(container, spec, ended.exitCode);
    return { code: ended?.exitCode, again };
  });
  if (ends.some(({ again }) => again)) return 'Running';
  return ends.every(({ code }) => code === 0) ? 'Succeeded' : 'Failed';
}

export type StatusPair = readonly [container: Container, status: ContainerStatus];

/** Containers with their statuses, where they have one. */
export function statusPairs(
  containers: readonly Container[],
  statuses: readonly ContainerStatus[] = [],
): readonly StatusPair[] {
  return containers.flatMap((container): StatusPair[] => {
    const status = statuses.find(({ name }) => name === container.name);
    return status ? [[container, status]] : [];
  });
}
