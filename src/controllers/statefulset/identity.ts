/** Names that pods of a StatefulSet and their claims keep for life. Mirrors kubernetes pkg/controller/statefulset stateful_set_utils.go. */
import type { Pod } from '../../controller/pod.ts';
import type { ClaimTemplate, StatefulSet } from './stateful-set.ts';

export const podNameLabel = 'statefulset.kubernetes.io/pod-name';
export const podIndexLabel = 'apps.kubernetes.io/pod-index';
export const revisionLabel = 'controller-revision-hash';

const int32Max = 2_147_483_647;

export function podName(set: Pick<StatefulSet, 'metadata'>, ordinal: number): string {
  return `${set.metadata.name}-${ordinal}`;
}

/** `undefined`: the name has none. */
export function ordinalOf(pod: Pick<Pod, 'metadata'>): number | undefined {
  const ordinal = /^.*-(\d+)$/s.exec(pod.metadata.name ?? '')?.[1];
  return ordinal === undefined || Number(ordinal) > int32Max ? undefined : Number(ordinal);
}

/** Whether the pod's name says that it is the set's. */
export function isMember(set: Pick<StatefulSet, 'metadata'>, pod: Pick<Pod, 'metadata'>): boolean {
  return /^(.*)-\d+$/s.exec(pod.metadata.name ?? '')?.[1] === set.metadata.name;
}

export function isInRange(set: StatefulSet, ordinal: number): boolean {
  return ordinal >= set.start && ordinal < set.start + set.replicas;
}

export function claimName(set: Pick<StatefulSet, 'metadata'>, template: ClaimTemplate, ordinal: number): string {
  return `${template.metadata.name}-${set.metadata.name}-${ordinal}`;
}

export function revisionOf(pod: Pod): string {
  return pod.metadata.labels?.[revisionLabel] ?? '';
}
