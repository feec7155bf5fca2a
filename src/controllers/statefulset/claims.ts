/**
 * The claims of a StatefulSet's pods, and who owns them: nobody, the set or the pod, as the retention policy says. Mirrors
 * isClaimOwnerUpToDate, updateClaimOwnerRefForSetAndPod and createPersistentVolumeClaims of kubernetes pkg/controller/statefulset.
 */
import type { GroupVersionKind } from '../../api/gvk.ts';
import type { KubeObject, OwnerReference } from '../../api/object.ts';
import { controllerReference, refersTo } from '../../controller/owner-reference.ts';
import type { Pod } from '../../controller/pod.ts';
import { podKind, statefulSetKind } from '../resources.ts';
import { claimName, isInRange, ordinalOf } from './identity.ts';
import type { ClaimTemplate, StatefulSet } from './stateful-set.ts';

type Owner = Pick<Pod, 'metadata'>;

/** What becomes of a claim's owners. */
export type ClaimOwners =
  | { readonly kind: 'unchanged' }
  /** `conflict`: another controller has it, which the user should know. */
  | { readonly kind: 'replace'; readonly owners: readonly OwnerReference[]; readonly conflict: boolean };

export function claimOf(set: StatefulSet, template: ClaimTemplate, ordinal: number): KubeObject {
  const { name: _name, ...metadata } = template.metadata;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      ...metadata,
      name: claimName(set, template, ordinal),
      namespace: set.metadata.namespace ?? '',
      labels: { ...metadata.labels, ...set.selector?.matchLabels },
    },
    spec: template.spec ?? {},
  };
}

export function claimOwners(set: StatefulSet, pod: Owner, claim: Readonly<KubeObject>): ClaimOwners {
  const references = claim.metadata.ownerReferences ?? [];
  if (isStale(references, set, statefulSetKind) || isStale(references, pod, podKind)) return { kind: 'unchanged' };
  const ours = (reference: OwnerReference): boolean =>
    means(reference, set, statefulSetKind) || means(reference, pod, podKind);
  const others = references.filter((reference) => !ours(reference));
  if (isKept(set)) return owned(references, others, false);
  if (others.some(isController)) return owned(references, others, true);
  const wanted = wantedOwners(set, pod);
  const settled =
    references.filter(ours).length === wanted.length &&
    wanted.every(({ uid }) => references.some((reference) => reference.uid === uid && isController(reference)));
  return settled ? { kind: 'unchanged' } : { kind: 'replace', owners: [...others, ...wanted], conflict: false };
}

/** A claim of an earlier pod of that name, which is to be deleted with it: a new pod must not take it. Mirrors PodClaimIsStale. */
export function isStaleClaim(set: StatefulSet, pod: Owner, claim: Readonly<KubeObject>): boolean {
  return set.retention.whenScaled === 'Delete' && isStale(claim.metadata.ownerReferences ?? [], pod, podKind);
}

/** Of claims that a set deletes with itself, from the start. */
export function firstOwners(set: StatefulSet): readonly OwnerReference[] {
  return set.retention.whenDeleted === 'Delete' ? [controllerReference(set, statefulSetKind)] : [];
}

function isKept({ retention }: StatefulSet): boolean {
  return retention.whenDeleted === 'Retain' && retention.whenScaled === 'Retain';
}

function owned(
  references: readonly OwnerReference[],
  others: readonly OwnerReference[],
  conflict: boolean,
): ClaimOwners {
  return others.length === references.length ? { kind: 'unchanged' } : { kind: 'replace', owners: others, conflict };
}

function wantedOwners(set: StatefulSet, pod: Owner): readonly OwnerReference[] {
  const scaledDown = !isInRange(set, ordinalOf(pod) ?? -1);
  const { whenDeleted, whenScaled } = set.retention;
  if (whenScaled === 'Delete' && scaledDown) return [controllerReference(pod, podKind)];
  return whenDeleted === 'Delete' ? [controllerReference(set, statefulSetKind)] : [];
}

/** The object of that name, but an earlier one. */
function isStale(references: readonly OwnerReference[], owner: Owner, kind: GroupVersionKind): boolean {
  return references.some((reference) => means(reference, owner, kind) && reference.uid !== (owner.metadata.uid ?? ''));
}

function means(reference: OwnerReference, owner: Owner, kind: GroupVersionKind): boolean {
  return refersTo(reference, kind) && reference.name === owner.metadata.name;
}

function isController(reference: OwnerReference): boolean {
  return reference['controller'] === true;
}
