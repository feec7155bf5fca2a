/** Controllers and what they own. Mirrors apimachinery meta/v1 GetControllerOf, NewControllerRef, IsControlledBy. */
import { apiVersionOf, parseApiVersion, type GroupVersionKind } from '../api/gvk.ts';
import type { KubeObject, ObjectMeta, OwnerReference } from '../api/object.ts';

interface Owned {
  readonly metadata: Readonly<ObjectMeta>;
}

/** The one owner that is marked as the controller. */
export function controllerOf(object: Owned): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((reference) => reference['controller'] === true);
}

/** A reference that makes `owner` the controller. Its deletion in the foreground waits for what it owns. */
export function controllerReference(owner: Owned, gvk: GroupVersionKind): OwnerReference {
  return {
    apiVersion: apiVersionOf(gvk),
    kind: gvk.kind,
    name: owner.metadata.name ?? '',
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

export function isControlledBy(object: Owned, owner: Owned): boolean {
  return controllerOf(object)?.uid === owner.metadata.uid;
}

/** Of the reference's kind, whatever the version. */
export function refersTo(reference: OwnerReference, gvk: GroupVersionKind): boolean {
  return reference.kind === gvk.kind && parseApiVersion(reference.apiVersion)?.group === gvk.group;
}

/**
 * The merge patch that makes `owner` the controller of `object`, or takes it away again. It holds only for the object as it was
 * seen: UID and resourceVersion are preconditions.
 */
export function adoptionPatch(object: Readonly<KubeObject>, reference: OwnerReference): object {
  return ownersPatch(object, [...(object.metadata.ownerReferences ?? []), reference]);
}

/** The opposite of {@link adoptionPatch}. */
export function releasePatch(object: Readonly<KubeObject>, ownerUid: string): object {
  return ownersPatch(
    object,
    (object.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== ownerUid),
  );
}

function ownersPatch(object: Readonly<KubeObject>, ownerReferences: readonly OwnerReference[]): object {
  const { uid, resourceVersion } = object.metadata;
  return { metadata: { uid, resourceVersion, ownerReferences: ownerReferences.length > 0 ? ownerReferences : null } };
}
