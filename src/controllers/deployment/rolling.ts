/** The arithmetic of a rollout. Mirrors kubernetes pkg/controller/deployment/util and rolling.go. Pure. */
import type { ReplicaSet } from '../replicaset/replica-set.ts';
import { maxReplicasOf } from './annotations.ts';
import type { Deployment } from './deployment.ts';

/** A new size of a ReplicaSet. */
export interface Scaling {
  readonly set: ReplicaSet;
  readonly replicas: number;
}

/** How many pods beyond the wanted number there may be. */
export function maxSurge(deployment: Deployment): number {
  return deployment.strategy === 'RollingUpdate' ? fenceposts(deployment).surge : 0;
}

/** How many of the wanted number may be missing. */
export function maxUnavailable(deployment: Deployment): number {
  if (deployment.strategy !== 'RollingUpdate' || deployment.replicas === 0) return 0;
  return Math.min(fenceposts(deployment).unavailable, deployment.replicas);
}

/** The size of the new ReplicaSet, as far as the surge allows. Mirrors NewRSNewReplicas. */
export function newReplicas(deployment: Deployment, all: readonly ReplicaSet[], current: number): number {
  if (deployment.strategy === 'Recreate') return deployment.replicas;
  const room = deployment.replicas + scaled(deployment.maxSurge, deployment.replicas, Math.ceil) - totalReplicas(all);
  if (room <= 0) return current;
  return current + Math.min(room, deployment.replicas - current);
}

/** What the old ReplicaSets can lose now: unhealthy pods first, then healthy ones as availability allows. */
export function scaleDownOld(deployment: Deployment, old: readonly ReplicaSet[], newSet: ReplicaSet): Scaling[] {
  const active = old.filter(({ replicas }) => replicas > 0);
  if (active.length === 0) return [];
  const minAvailable = deployment.replicas - maxUnavailable(deployment);
  const newUnavailable = newSet.replicas - lastingReplicas([newSet]);
  const removable = totalReplicas([...old, newSet]) - minAvailable - newUnavailable;
  if (removable <= 0) return [];
  const ordered = active.toSorted(byCreation);
  const unhealthy = shrink(ordered, removable, (set) => set.replicas - (set.status.availableReplicas ?? 0));
  const cleaned = ordered.map((set) => resized(set, unhealthy));
  const available = lastingReplicas([...cleaned, newSet]);
  const healthy = shrink(cleaned, available - minAvailable, ({ replicas }) => replicas);
  return [...unhealthy, ...healthy];
}

/**
 * Distributes a change of the Deployment's size over its active ReplicaSets by their sizes. Mirrors DeploymentController.scale.
 * The result holds every active set, also those whose size stays.
 */
export function scaleProportionally(deployment: Deployment, sets: readonly ReplicaSet[]): Scaling[] {
  const active = sets.filter(({ replicas }) => replicas > 0);
  const allowed = deployment.replicas > 0 ? deployment.replicas + maxSurge(deployment) : 0;
  const toAdd = allowed - totalReplicas(active);
  const ordered = toAdd > 0 ? active.toSorted(bySizeNewer) : active.toSorted(bySizeOlder);
  let added = 0;
  const scalings = ordered.map((set) => {
    const share = toAdd === 0 ? 0 : proportion(deployment, set, toAdd, added);
    added += share;
    return { set, replicas: set.replicas + share };
  });
  return scalings.map((scaling, index) =>
    index === 0 && toAdd !== 0 ? { ...scaling, replicas: Math.max(0, scaling.replicas + toAdd - added) } : scaling,
  );
}

/** The only active set, or the newest when none is active; `undefined` when several are. Mirrors FindActiveOrLatest. */
export function activeOrLatest(newSet: ReplicaSet | undefined, old: readonly ReplicaSet[]): ReplicaSet | undefined {
  const active = [...old, ...(newSet ? [newSet] : [])].filter(({ replicas }) => replicas > 0);
  if (active.length > 1) return undefined;
  return active[0] ?? newSet ?? old.toSorted(byCreation).at(-1);
}

export function totalReplicas(sets: readonly ReplicaSet[]): number {
  return sets.reduce((sum, { replicas }) => sum + replicas, 0);
}

export function availableReplicas(sets: readonly ReplicaSet[]): number {
  return sets.reduce((sum, { status }) => sum + (status.availableReplicas ?? 0), 0);
}

/**
 * Available pods that are there to stay: a set that has been scaled down may still report the pods that it is about to lose. Upstream
 * counts them, and can fall below the minimum when the new pods become ready in that moment.
 */
function lastingReplicas(sets: readonly ReplicaSet[]): number {
  return sets.reduce((sum, { replicas, status }) => sum + Math.min(replicas, status.availableReplicas ?? 0), 0);
}

/** Oldest first; of the same second by name. */
export function byCreation(left: ReplicaSet, right: ReplicaSet): number {
  const leftTime = left.metadata.creationTimestamp ?? '';
  const rightTime = right.metadata.creationTimestamp ?? '';
  if (leftTime !== rightTime) return leftTime < rightTime ? -1 : 1;
  return (left.metadata.name ?? '') < (right.metadata.name ?? '') ? -1 : 1;
}

/** Mirrors ResolveFenceposts: surge rounds up, unavailability down; if both come to nothing, one pod may be missing. */
function fenceposts(deployment: Deployment): { surge: number; unavailable: number } {
  const surge = scaled(deployment.maxSurge, deployment.replicas, Math.ceil);
  const unavailable = scaled(deployment.maxUnavailable, deployment.replicas, Math.floor);
  return surge === 0 && unavailable === 0 ? { surge, unavailable: 1 } : { surge, unavailable };
}

/** A number, or a percentage of `total`. */
function scaled(value: number | string, total: number, round: (value: number) => number): number {
  if (typeof value === 'number') return value;
  const percent = Number(/^(\d+)%$/.exec(value)?.[1] ?? Number.NaN);
  return Number.isNaN(percent) ? 0 : round((percent * total) / 100);
}

/** Takes `budget` pods away from the sets in their order, from each at most `surplus`. */
function shrink(sets: readonly ReplicaSet[], budget: number, surplus: (set: ReplicaSet) => number): Scaling[] {
  const scalings: Scaling[] = [];
  let left = budget;
  for (const set of sets) {
    if (left <= 0) break;
    const count = Math.min(left, set.replicas, surplus(set));
    if (count <= 0) continue;
    scalings.push({ set, replicas: set.replicas - count });
    left -= count;
  }
  return scalings;
}

function resized(set: ReplicaSet, scalings: readonly Scaling[]): ReplicaSet {
  const scaling = scalings.find((one) => one.set === set);
  return scaling ? { ...set, replicas: scaling.replicas } : set;
}

/** Mirrors GetReplicaSetProportion. */
function proportion(deployment: Deployment, set: ReplicaSet, toAdd: number, added: number): number {
  if (set.replicas === 0 || toAdd === added) return 0;
  const share = fraction(deployment, set);
  return toAdd > 0 ? Math.min(share, toAdd - added) : Math.max(share, toAdd - added);
}

/** Mirrors getReplicaSetFraction. */
function fraction(deployment: Deployment, set: ReplicaSet): number {
  if (deployment.replicas === 0) return -set.replicas;
  const before = maxReplicasOf(set) || (deployment.status.replicas ?? 0);
  if (before === 0) return 0;
  const size = (set.replicas * (deployment.replicas + maxSurge(deployment))) / before;
  return Math.round(size) - set.replicas;
}

function bySizeOlder(left: ReplicaSet, right: ReplicaSet): number {
  return left.replicas === right.replicas ? byCreation(left, right) : right.replicas - left.replicas;
}

function bySizeNewer(left: ReplicaSet, right: ReplicaSet): number {
  return left.replicas === right.replicas ? byCreation(right, left) : right.replicas - left.replicas;
}
