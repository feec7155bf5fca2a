/** Whether there is something to do for a pod and its claims. Mirrors podNeedsWork and podNeedsClaims of pkg/controller/resourceclaim, v1.36. */
import {
  claimNameOf,
  foreignClaim,
  isPodDone,
  isReservedFor,
  podClaimsOf,
  type ClaimingPod,
  type PodClaim,
  type ResourceClaim,
} from './resource-claim.ts';

/**
 * `claimNamed`: of the pod's namespace. A pod that has ended needs nothing: its claims are removed, and were they made again, that would
 * never end (upstream is kept from it by a cache of what it has made).
 */
export function needsWork(pod: ClaimingPod, claimNamed: (name: string) => ResourceClaim | undefined): boolean {
  if (pod.metadata.deletionTimestamp !== undefined || isPodDone(pod)) return false;
  return podClaimsOf(pod).some((podClaim) => {
    const named = claimNameOf(pod, podClaim);
    switch (named.kind) {
      case 'not-needed':
        return false;
      case 'not-created':
      case 'unknown':
        return true;
      case 'named': {
        const claim = claimNamed(named.name);
        // Without a template it is the user who creates it.
        if (!claim) return podClaim.resourceClaimTemplateName !== undefined;
        if (named.generated && foreignClaim(pod, claim) !== undefined) return false;
        return isToBeReserved(pod, claim);
      }
    }
  });
}

/** A pod that had its node from the start passed the scheduler by, which reserves claims otherwise. */
export function isToBeReserved(pod: ClaimingPod, claim: ResourceClaim): boolean {
  return Boolean(pod.spec.nodeName) && claim.status?.allocation !== undefined && !isReservedFor(claim, pod);
}

/** The names of claims that may be free now. `deleted`: the pod is gone. */
export function claimsToRelease(pod: ClaimingPod, deleted: boolean): readonly string[] {
  if (!deleted && !isPodDone(pod)) return [];
  const names = podClaimsOf(pod).flatMap((podClaim: PodClaim) => {
    const named = claimNameOf(pod, podClaim);
    return named.kind === 'named' ? [named.name] : [];
  });
  const extended = pod.status?.extendedResourceClaimStatus?.resourceClaimName;
  return extended === undefined ? names : [...names, extended];
}
