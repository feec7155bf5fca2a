/**
 * What a ReplicaSet's pods need. Mirrors kubernetes pkg/controller/replicaset syncReplicaSet, manageReplicas and claimPods.
 */
import { planClaims } from '../../controller/claim.ts';
import { matchesLabelSelector } from '../../api/label-selector.ts';
import { isControlledBy } from '../../controller/owner-reference.ts';
import { isPodActive, isPodTerminating, type Pod } from '../../controller/pod.ts';
import { podsToDelete } from './deletion-order.ts';
import type { ReplicaSet } from './replica-set.ts';

/** So many pods are created or deleted at most in one go. */
const burstReplicas = 500;

export interface Snapshot {
  readonly set: ReplicaSet;
  /** Those that the set controls, and those of the namespace that nobody controls. */
  readonly pods: readonly Pod[];
  /** Of all sets of the same owner. */
  readonly related: readonly Pod[];
  /** Everything that was done before is visible in `pods`. */
  readonly settled: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export type Action =
  | { readonly kind: 'adopt'; readonly pod: Pod }
  | { readonly kind: 'release'; readonly pod: Pod }
  | { readonly kind: 'create'; readonly count: number }
  | { readonly kind: 'delete'; readonly pods: readonly Pod[] };

export interface Plan {
  readonly actions: readonly Action[];
  /** What the status counts. */
  readonly active: readonly Pod[];
  readonly terminating: readonly Pod[];
}

/** Pure and total. */
export function planReplicaSet({ set, pods, related, settled, now }: Snapshot): Plan {
  const matches = (pod: Pod): boolean => matchesLabelSelector(set.selector, pod.metadata.labels);
  const claims = planClaims(set, matches, pods.filter(isPodActive));
  const active = [...claims.owned, ...claims.adopt];
  const terminating = pods.filter((pod) => isPodTerminating(pod) && isControlledBy(pod, set) && matches(pod));
  const actions: Action[] = [
    ...claims.adopt.map((pod) => ({ kind: 'adopt', pod }) as const),
    ...claims.release.map((pod) => ({ kind: 'release', pod }) as const),
  ];
  if (settled && set.metadata.deletionTimestamp === undefined) {
    const missing = set.replicas - active.length;
    const burst = Math.min(Math.abs(missing), burstReplicas);
    if (missing > 0) actions.push({ kind: 'create', count: burst });
    if (missing < 0) actions.push({ kind: 'delete', pods: podsToDelete(active, related, burst, now) });
  }
  return { actions, active, terminating };
}
