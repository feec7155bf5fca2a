/** What becomes of a claim whose users have ended. Mirrors syncClaim of kubernetes pkg/controller/resourceclaim, v1.36. */
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { controllerOf } from '../../controller/owner-reference.ts';
import { asResourceClaim, claimFinalizer, isPodDone, type ClaimingPod, type Reservation } from './resource-claim.ts';

/** In this order; each only when there is something to do. */
export interface ReleasePlan {
  /** The claim with its new status. */
  readonly status?: KubeObject;
  /** Nothing holds it any more; to be removed from the claim as it is after its status was written. */
  readonly dropFinalizer: boolean;
  /** The pod that it was made for will not need it. */
  readonly remove: boolean;
}

/** A reservation of something that isn't a pod stays: who made it takes it away. */
export function isOfPod({ apiGroup = '', resource }: Reservation): boolean {
  return apiGroup === '' && resource === 'pods';
}

/**
 * `remaining`: the reservations that still count. `podNamed`: what is known of a pod of the claim's namespace; one that isn't known is not
 * concluded from, since it may just not have been seen yet.
 */
export function planRelease(
  object: Readonly<KubeObject>,
  remaining: readonly Reservation[],
  podNamed: (name: string) => ClaimingPod | undefined,
): ReleasePlan {
  const claim = asResourceClaim(object);
  const { reservedFor = [], allocation } = claim.status ?? {};
  const unused = remaining.length === 0;
  const held = claim.metadata.finalizers?.includes(claimFinalizer) ?? false;
  const fewer = remaining.length < reservedFor.length;
  const leaving = unused && held && claim.metadata.deletionTimestamp !== undefined;
  // A claim is given back when its last user goes, so that it can be allocated where the next one runs.
  const deallocate = unused && held && allocation !== undefined && (fewer || leaving);
  return {
    ...(fewer || deallocate ? { status: withReservations(object, remaining, deallocate) } : {}),
    dropFinalizer: held && (leaving || (fewer && (deallocate || allocation === undefined))),
    remove: unused && isOfEndedPod(object, podNamed),
  };
}

function isOfEndedPod(claim: Readonly<KubeObject>, podNamed: (name: string) => ClaimingPod | undefined): boolean {
  const owner = controllerOf(claim);
  if (owner?.apiVersion !== 'v1' || owner.kind !== 'Pod') return false;
  const pod = podNamed(owner.name);
  return pod !== undefined && (pod.metadata.uid !== owner.uid || isPodDone(pod));
}

/** The claim, reserved for these. */
export function withReservations(
  claim: Readonly<KubeObject>,
  reservations: readonly Reservation[],
  deallocate = false,
): KubeObject {
  // Plain JSON; only `metadata` is an ObjectMeta.
  const { reservedFor: _before, allocation, ...rest } = (claim['status'] ?? {}) as JsonObject;
  const reservedFor = reservations.map((reservation) => ({ ...reservation }));
  const status: JsonObject = {
    ...rest,
    ...(allocation === undefined || deallocate ? {} : { allocation }),
    ...(reservedFor.length > 0 ? { reservedFor } : {}),
  };
  return { ...claim, status };
}
