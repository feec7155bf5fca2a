/**
 * What a pod takes while it is being resized: the most of what it asks for, what it was given and what it has. Mirrors component-helpers resource
 * determineEffectiveRequests and determineEffectiveLimits, v0.36. Pure.
 */
import { maxAmounts, type Amounts } from './amounts.ts';
import type { QuotaContainer, QuotaPodSpec, Requirements } from './pod-amounts.ts';

export interface ResizedStatus {
  readonly conditions?: readonly { readonly type: string; readonly reason?: string }[];
  readonly containerStatuses?: readonly ContainerStatus[];
  readonly initContainerStatuses?: readonly ContainerStatus[];
}

interface ContainerStatus {
  readonly name: string;
  /** As they are in effect. */
  readonly resources?: Requirements;
  /** As the kubelet has set them aside. */
  readonly allocatedResources?: Amounts;
}

/** The spec with what its containers really take; the very spec where no container tells. */
export function resizedSpec(spec: QuotaPodSpec, status: ResizedStatus | undefined): QuotaPodSpec {
  const told = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])].filter(
    ({ resources }) => resources !== undefined,
  );
  if (told.length === 0) return spec;
  const byName = new Map(told.map((one) => [one.name, one]));
  const pending = status?.conditions?.find(({ type }) => type === 'PodResizePending');
  const refused = pending?.reason === 'Infeasible';
  const effective = (container: QuotaContainer): QuotaContainer => {
    const found = byName.get(container.name);
    return found ? { ...container, resources: effectiveOf(container.resources ?? {}, found, refused) } : container;
  };
  return {
    ...spec,
    containers: (spec.containers ?? []).map(effective),
    // Only sidecars can be resized.
    initContainers: (spec.initContainers ?? []).map((container) =>
      container.restartPolicy === 'Always' ? effective(container) : container,
    ),
  };
}

/** `refused`: it will not get what it asks for. */
function effectiveOf(wanted: Requirements, { resources, allocatedResources }: ContainerStatus, refused: boolean) {
  const { requests = {}, limits = {} } = resources ?? {};
  const given = maxAmounts(requests, allocatedResources ?? {});
  return refused
    ? { requests: given, limits }
    : { requests: maxAmounts(wanted.requests ?? {}, given), limits: maxAmounts(wanted.limits ?? {}, limits) };
}
