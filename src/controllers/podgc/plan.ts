/** Which pods nobody will ever end, and what is said of them when they are removed. Mirrors kubernetes pkg/controller/podgc, v1.36. */
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { isPodTerminal, podCondition, type Pod } from '../../controller/pod.ts';
import { timestamp } from '../../lib/clock.ts';

interface Node {
  readonly spec?: { readonly taints?: readonly { readonly key: string }[] };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** Why a pod goes: its node is no more. */
export interface DisruptionReason {
  readonly reason: string;
  readonly message: string;
}

const outOfServiceTaint = 'node.kubernetes.io/out-of-service';

export const nodeIsGone: DisruptionReason = {
  reason: 'DeletionByPodGC',
  message: 'PodGC: node no longer exists',
};

/** Of the pods that have ended, those above `max`: what was evicted first, then the oldest. */
export function surplusOf(ended: readonly Readonly<KubeObject>[], max: number): readonly Readonly<KubeObject>[] {
  return ended.length <= max ? [] : ended.toSorted(byWorth).slice(0, ended.length - max);
}

/** Being deleted without ever having had a node: no kubelet will end it, only its finalizers hold it. */
export function isUnscheduledTerminating(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined && !pod.spec.nodeName;
}

/** Said by the administrator, of a node that doesn't answer: nothing runs there any more. */
export function isOutOfService(object: Readonly<KubeObject>): boolean {
  // The typed view of a node's JSON.
  const { spec, status } = object as unknown as Node;
  const ready = status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True');
  return ready !== true && (spec?.taints?.some(({ key }) => key === outOfServiceTaint) ?? false);
}

/** Nothing more can be done for it: it has been told to end at once, and only finalizers hold it. */
export function isRemoved(pod: Pod): boolean {
  return (
    isPodTerminal(pod) && pod.metadata.deletionTimestamp !== undefined && pod.metadata.deletionGracePeriodSeconds === 0
  );
}

/** The strategic patch of its status that ends the pod; `undefined`: it has ended by itself. */
export function endingPatch(pod: Pod, now: number, disruption?: DisruptionReason): JsonObject | undefined {
  if (isPodTerminal(pod)) return undefined;
  const { uid = '', generation = 0 } = pod.metadata;
  const observedGeneration = generation;
  const known = podCondition(pod, 'DisruptionTarget');
  const lastTransitionTime =
    known?.status === 'True' && known.lastTransitionTime ? known.lastTransitionTime : timestamp(now);
  const condition = disruption && {
    type: 'DisruptionTarget',
    status: 'True',
    observedGeneration,
    lastProbeTime: null,
    lastTransitionTime,
    ...disruption,
  };
  return {
    metadata: { uid },
    status: { phase: 'Failed', observedGeneration, ...(condition ? { conditions: [condition] } : {}) },
  };
}

function byWorth(a: Readonly<KubeObject>, b: Readonly<KubeObject>): number {
  return (
    Number(isEvicted(b)) - Number(isEvicted(a)) ||
    Date.parse(a.metadata.creationTimestamp ?? '') - Date.parse(b.metadata.creationTimestamp ?? '') ||
    0 ||
    compare(a.metadata.name ?? '', b.metadata.name ?? '')
  );
}

function isEvicted(pod: Readonly<KubeObject>): boolean {
  const { phase, reason } = (pod['status'] ?? {}) as { readonly phase?: string; readonly reason?: string };
  return phase === 'Failed' && reason === 'Evicted';
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
