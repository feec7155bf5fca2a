/** What the controller reads of claims and of the pods that want them. Mirrors k8s.io/dynamic-resource-allocation/resourceclaim, v0.36. */
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject, ObjectMeta } from '../../api/object.ts';
import { isControlledBy } from '../../controller/owner-reference.ts';

/** Keeps a claim that is allocated. */
export const claimFinalizer = 'resource.kubernetes.io/delete-protection';
/** On a claim from a template: which of its pod's claims it is. */
export const podClaimAnnotation = 'resource.kubernetes.io/pod-claim-name';

export interface PodClaim {
  readonly name: string;
  readonly resourceClaimName?: string;
  readonly resourceClaimTemplateName?: string;
}

export interface ClaimStatus {
  readonly name: string;
  readonly resourceClaimName?: string;
}

export interface ClaimingPod {
  readonly metadata: Readonly<ObjectMeta>;
  readonly spec: { readonly nodeName?: string; readonly resourceClaims?: readonly PodClaim[] };
  readonly status?: {
    readonly phase?: string;
    readonly resourceClaimStatuses?: readonly ClaimStatus[];
    readonly extendedResourceClaimStatus?: { readonly resourceClaimName?: string };
  };
}

export interface Reservation {
  readonly apiGroup?: string;
  readonly resource: string;
  readonly name: string;
  readonly uid: string;
}

export interface ResourceClaim {
  readonly metadata: Readonly<ObjectMeta>;
  readonly status?: {
    readonly allocation?: JsonObject;
    readonly reservedFor?: readonly Reservation[];
  };
}

export interface ClaimTemplate {
  readonly spec: {
    readonly metadata?: {
      readonly labels?: Readonly<Record<string, string>>;
      readonly annotations?: Readonly<Record<string, string>>;
    };
    readonly spec?: JsonObject;
  };
}

/** Which claim a pod's claim stands for. */
export type ClaimName =
  /** `generated`: whether it must be the pod's own. */
  | { readonly kind: 'named'; readonly name: string; readonly generated: boolean }
  | { readonly kind: 'not-needed' }
  | { readonly kind: 'not-created' }
  /** Neither of the fields that we know. */
  | { readonly kind: 'unknown' };

/** The typed view of a pod's JSON; the API server has validated its shape. So it is below. */
export function asClaimingPod(object: Readonly<KubeObject>): ClaimingPod {
  return object as unknown as ClaimingPod;
}

export function asResourceClaim(object: Readonly<KubeObject>): ResourceClaim {
  return object;
}

export function asClaimTemplate(object: Readonly<KubeObject>): ClaimTemplate {
  return object as unknown as ClaimTemplate;
}

export function podClaimsOf({ spec }: ClaimingPod): readonly PodClaim[] {
  return spec.resourceClaims ?? [];
}

export function claimNameOf(pod: ClaimingPod, podClaim: PodClaim): ClaimName {
  const { name, resourceClaimName, resourceClaimTemplateName } = podClaim;
  if (resourceClaimName !== undefined) return { kind: 'named', name: resourceClaimName, generated: false };
  if (resourceClaimTemplateName === undefined) return { kind: 'unknown' };
  const status = pod.status?.resourceClaimStatuses?.find((one) => one.name === name);
  if (!status) return { kind: 'not-created' };
  if (status.resourceClaimName === undefined) return { kind: 'not-needed' };
  return { kind: 'named', name: status.resourceClaimName, generated: true };
}

/** The keys of the claims that the pod knows by name. */
export function claimKeysOf(pod: ClaimingPod): readonly string[] {
  const { namespace = '' } = pod.metadata;
  const keys = podClaimsOf(pod).flatMap((podClaim) => {
    const named = claimNameOf(pod, podClaim);
    return named.kind === 'named' ? [`${namespace}/${named.name}`] : [];
  });
  return [...new Set(keys)];
}

/** What is wrong when the claim was not made for this pod. */
export function foreignClaim(pod: ClaimingPod, claim: ResourceClaim): string | undefined {
  if (isControlledBy(claim, pod)) return undefined;
  const { namespace = '', name = '' } = pod.metadata;
  return `ResourceClaim ${namespace}/${claim.metadata.name ?? ''} was not created for Pod ${namespace}/${name} (Pod is not owner)`;
}

export function isReservedFor(claim: ResourceClaim, pod: ClaimingPod): boolean {
  return claim.status?.reservedFor?.some(({ uid }) => uid === pod.metadata.uid) ?? false;
}

/** It is certain that none of its containers runs, nor will. */
export function isPodDone(pod: ClaimingPod): boolean {
  const phase = pod.status?.phase;
  return (
    phase === 'Failed' || phase === 'Succeeded' || (pod.metadata.deletionTimestamp !== undefined && !pod.spec.nodeName)
  );
}
