/**
 * What the pods of a StatefulSet need, in order. A set that is not parallel does one thing at a time, from the lowest ordinal up when it
 * creates and from the highest down when it deletes, and waits for each pod. Mirrors updateStatefulSet of kubernetes
 * pkg/controller/statefulset stateful_set_control.go, with maxUnavailable.
 */
import type { JsonObject } from '../../api/json.ts';
import { scaledIntOrPercent } from '../../api/int-or-string.ts';
import type { KubeObject, OwnerReference } from '../../api/object.ts';
import { isPodAvailable, isPodReady, isPodTerminal, type Pod } from '../../controller/pod.ts';
import { claimOf, claimOwners, firstOwners, isStaleClaim } from './claims.ts';
import { claimName, isInRange, ordinalOf, revisionOf } from './identity.ts';
import { amendedPod, statefulPod } from './stateful-pod.ts';
import type { StatefulSet } from './stateful-set.ts';

export interface Revision {
  /** Of the ControllerRevision. */
  readonly name: string;
  readonly template: JsonObject;
}

export interface Snapshot {
  readonly set: StatefulSet;
  /** Those that the set controls. */
  readonly pods: readonly Pod[];
  /** By name, in the set's namespace. */
  readonly claimNamed: (name: string) => Readonly<KubeObject> | undefined;
  readonly current: Revision;
  readonly update: Revision;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export type Action =
  | { readonly kind: 'createClaim'; readonly claim: KubeObject; readonly podName: string }
  /** `conflict`: somebody else's controller has the claim. */
  | {
      readonly kind: 'ownClaim';
      readonly claim: Readonly<KubeObject>;
      readonly owners: readonly OwnerReference[];
      readonly conflict: boolean;
    }
  | { readonly kind: 'createPod'; readonly pod: KubeObject }
  | { readonly kind: 'updatePod'; readonly pod: KubeObject }
  | { readonly kind: 'deletePod'; readonly pod: Pod }
  /** The pod can't be made yet: try again later. */
  | { readonly kind: 'refuse'; readonly podName: string; readonly message: string };

/** Pure and total. */
export function planPods(snapshot: Snapshot): readonly Action[] {
  return snapshot.set.metadata.deletionTimestamp === undefined ? new Planner(snapshot).plan() : [];
}

class Planner {
  readonly #snapshot: Snapshot;
  readonly #actions: Action[] = [];

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
  }

  plan(): readonly Action[] {
    const { set, pods } = this.#snapshot;
    const byOrdinal = new Map(pods.map((pod) => [ordinalOf(pod), pod]));
    const ordinals = Array.from({ length: set.replicas }, (_, index) => set.start + index);
    const condemned = pods
      .filter((pod) => !isInRange(set, ordinalOf(pod) ?? set.start))
      .toSorted((left, right) => (ordinalOf(right) ?? 0) - (ordinalOf(left) ?? 0));
    const monotonic = !set.parallel;
    for (const ordinal of ordinals) {
      if (this.#waits(ordinal, byOrdinal.get(ordinal)) && monotonic) return this.#actions;
    }
    for (const pod of condemned) this.#ownClaims(pod);
    const replicas = ordinals.map((ordinal) => byOrdinal.get(ordinal));
    const firstUnhealthy = replicas.some((pod) => !pod || this.#isUnavailable(pod))
      ? undefined
      : condemned.findLast((pod) => this.#isUnavailable(pod));
    for (const pod of condemned) {
      const waits = pod.metadata.deletionTimestamp !== undefined;
      // One that has ended won't get well: upstream waits for it, too.
      const unhealthy = monotonic && !this.#isAvailable(pod) && !isPodTerminal(pod) && pod !== firstUnhealthy;
      if (!waits && !unhealthy) this.#actions.push({ kind: 'deletePod', pod });
      if (monotonic) return this.#actions;
    }
    this.#replaceOutdated(replicas);
    return this.#actions;
  }

  /** What one ordinal needs; whether those after it must wait. */
  #waits(ordinal: number, pod: Pod | undefined): boolean {
    const { set } = this.#snapshot;
    if (!pod) {
      this.#create(ordinal);
      return true;
    }
    if (isPodTerminal(pod)) {
      if (pod.metadata.deletionTimestamp === undefined) this.#actions.push({ kind: 'deletePod', pod });
      return true;
    }
    if (pod.status?.phase === 'Pending') this.#ensureClaims(pod, ordinal);
    const waits = pod.metadata.deletionTimestamp !== undefined || !this.#isAvailable(pod);
    if (waits && !set.parallel) return true;
    const owned = this.#ownClaims(pod);
    // A view of an object of the API.
    const object = pod as unknown as KubeObject;
    const amended = amendedPod(set, object);
    // Upstream writes the pod, and tells of it, also when only its claims' owners were wrong.
    if (amended || owned) this.#actions.push({ kind: 'updatePod', pod: amended ?? object });
    return false;
  }

  #create(ordinal: number): void {
    const { set, claimNamed } = this.#snapshot;
    const { name: revision, template } = this.#revisionFor(ordinal);
    const pod = statefulPod(set, ordinal, template, revision);
    const claims = set.claimTemplates.map((one) => claimNamed(claimName(set, one, ordinal)));
    if (claims.some((claim) => claim && isStaleClaim(set, pod, claim))) return;
    const podName = pod.metadata.name ?? '';
    const going = claims.find((claim) => claim?.metadata.deletionTimestamp !== undefined);
    if (going) {
      this.#actions.push({ kind: 'refuse', podName, message: `pvc ${going.metadata.name} is being deleted` });
      return;
    }
    this.#ensureClaims(pod, ordinal);
    this.#ownClaims(pod);
    this.#actions.push({ kind: 'createPod', pod });
  }

  /** Mirrors newVersionedStatefulSetPod. */
  #revisionFor(ordinal: number): Revision {
    const { set, current, update } = this.#snapshot;
    const { rollingUpdate, start, status } = set;
    if (!rollingUpdate) return update;
    const first = start + (rollingUpdate.partition ?? status.currentReplicas ?? 0);
    return ordinal < first ? current : update;
  }

  #ensureClaims(pod: Pick<Pod, 'metadata'>, ordinal: number): void {
    const { set, claimNamed } = this.#snapshot;
    for (const template of set.claimTemplates) {
      if (claimNamed(claimName(set, template, ordinal))) continue;
      const claim = claimOf(set, template, ordinal);
      const owners = firstOwners(set);
      if (owners.length > 0) claim.metadata.ownerReferences = [...owners];
      this.#actions.push({ kind: 'createClaim', claim, podName: pod.metadata.name ?? '' });
    }
  }

  /** Whether there was anything to change. */
  #ownClaims(pod: Pick<Pod, 'metadata'>): boolean {
    const { set, claimNamed } = this.#snapshot;
    const before = this.#actions.length;
    for (const template of set.claimTemplates) {
      const claim = claimNamed(claimName(set, template, ordinalOf(pod) ?? 0));
      if (!claim) continue;
      const owners = claimOwners(set, pod, claim);
      if (owners.kind === 'replace') this.#actions.push({ ...owners, kind: 'ownClaim', claim });
    }
    return this.#actions.length > before;
  }

  /** From the highest ordinal down: one, when all above it are well; or as many as may be unavailable at once. */
  #replaceOutdated(replicas: readonly (Pod | undefined)[]): void {
    const { rollingUpdate } = this.#snapshot.set;
    if (!rollingUpdate) return;
    const { partition = 0, maxUnavailable } = rollingUpdate;
    const candidates = replicas.slice(partition).toReversed();
    if (maxUnavailable === undefined) return this.#replaceOne(candidates);
    const unavailable = replicas.filter((pod) => !pod || this.#isUnavailable(pod)).length;
    const outdated = candidates.filter((pod) => pod !== undefined && this.#isOutdated(pod));
    for (const pod of outdated.slice(0, Math.max(0, this.#unavailableMax(maxUnavailable) - unavailable))) {
      if (pod) this.#actions.push({ kind: 'deletePod', pod });
    }
  }

  #replaceOne(candidates: readonly (Pod | undefined)[]): void {
    for (const pod of candidates) {
      if (pod && this.#isOutdated(pod)) this.#actions.push({ kind: 'deletePod', pod });
      if (!pod || this.#isOutdated(pod) || this.#isUnavailable(pod)) return;
    }
  }

  #unavailableMax(maxUnavailable: number | string): number {
    const scaled = scaledIntOrPercent(maxUnavailable, this.#snapshot.set.replicas, 'down');
    return Math.max(1, scaled.ok ? scaled.value : 1);
  }

  #isOutdated(pod: Pod): boolean {
    return pod.metadata.deletionTimestamp === undefined && revisionOf(pod) !== this.#snapshot.update.name;
  }

  #isAvailable(pod: Pod): boolean {
    const { set, now } = this.#snapshot;
    return pod.status?.phase === 'Running' && isPodReady(pod) && isPodAvailable(pod, set.minReadySeconds, now);
  }

  #isUnavailable(pod: Pod): boolean {
    return !this.#isAvailable(pod) || pod.metadata.deletionTimestamp !== undefined;
  }
}
