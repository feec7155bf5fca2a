/** The claim that is made from a template for a pod. Mirrors handleClaim of kubernetes pkg/controller/resourceclaim, v1.36. */
import type { KubeObject } from '../../api/object.ts';
import { controllerOf } from '../../controller/owner-reference.ts';
import {
  podClaimAnnotation,
  type ClaimingPod,
  type ClaimTemplate,
  type PodClaim,
  type ResourceClaim,
} from './resource-claim.ts';

/** Leaves room for a hyphen and five random characters in a name of 63. */
const nameBaseMax = 57;

export function claimFromTemplate(pod: ClaimingPod, { name: podClaim }: PodClaim, { spec }: ClaimTemplate): KubeObject {
  const { name = '', uid = '' } = pod.metadata;
  const { labels, annotations } = spec.metadata ?? {};
  return {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceClaim',
    metadata: {
      generateName: generateName(name, podClaim),
      // Unlike other owners the pod does not wait for its claims when it is deleted in the foreground.
      ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name, uid, controller: true }],
      annotations: { ...annotations, [podClaimAnnotation]: podClaim },
      ...(labels ? { labels: { ...labels } } : {}),
    },
    spec: spec.spec ?? {},
  };
}

/** Both parts are shortened in proportion, so that something of each is left. */
export function generateName(pod: string, podClaim: string): string {
  const whole = `${pod}-${podClaim}-`;
  if (whole.length <= nameBaseMax) return whole;
  const share = (text: string): string => text.slice(0, Math.floor((text.length * nameBaseMax) / whole.length));
  return `${share(pod)}-${share(podClaim)}`;
}

/** Whether it was made for that claim of the pod. */
export function isMadeFor(pod: ClaimingPod, { name }: PodClaim, claim: ResourceClaim): boolean {
  const owner = controllerOf(claim);
  return (
    owner?.apiVersion === 'v1' &&
    owner.kind === 'Pod' &&
    owner.uid === pod.metadata.uid &&
    claim.metadata.annotations?.[podClaimAnnotation] === name
  );
}
