/**
 * What becomes of an object that has owners, and of one that waits for its dependents. Mirrors kubernetes
 * pkg/controller/garbagecollector attemptToDeleteItem, processDeletingDependentsItem. Pure.
 */
import type { ObjectMeta, OwnerReference } from '../../api/object.ts';
import { foregroundFinalizer, orphanFinalizer, type GraphNode } from './graph.ts';

/** What was found out about an owner. */
export type OwnerState =
  | 'solid'
  /** It does not exist, or not under that name, namespace and UID. */
  | 'dangling'
  /** It is being deleted and waits for its dependents. */
  | 'waiting';

export interface ClassifiedOwner {
  readonly reference: OwnerReference;
  readonly state: OwnerState;
}

export type Action =
  | { readonly kind: 'keep' }
  /** Other owners remain: these references go. */
  | { readonly kind: 'removeOwners'; readonly uids: readonly string[] }
  /** `unblock`: its own references no longer block its owners, to break a circle. */
  | { readonly kind: 'delete'; readonly policy: 'Background' | 'Foreground' | 'Orphan'; readonly unblock: boolean };

/** `latest`: the object's metadata at the API server. */
export function planObject(node: GraphNode, latest: Readonly<ObjectMeta>, owners: readonly ClassifiedOwner[]): Action {
  if (owners.length === 0) return { kind: 'keep' };
  if (owners.some(({ state }) => state === 'solid')) {
    const uids = owners.flatMap(({ state, reference }) => (state === 'solid' ? [] : [reference.uid]));
    return uids.length === 0 ? { kind: 'keep' } : { kind: 'removeOwners', uids };
  }
  if (owners.some(({ state }) => state === 'waiting') && node.dependents.size > 0) {
    const unblock = Array.from(node.dependents).some(({ foreground }) => foreground);
    return { kind: 'delete', policy: 'Foreground', unblock };
  }
  const has = (finalizer: string): boolean => latest.finalizers?.includes(finalizer) ?? false;
  if (has(orphanFinalizer)) return { kind: 'delete', policy: 'Orphan', unblock: false };
  return { kind: 'delete', policy: has(foregroundFinalizer) ? 'Foreground' : 'Background', unblock: false };
}

/** The dependents that an owner in foreground deletion waits for. */
export function blockingDependents(owner: GraphNode): readonly GraphNode[] {
  return Array.from(owner.dependents).filter((dependent) =>
    dependent.owners.some(({ uid, blockOwnerDeletion }) => uid === owner.uid && blockOwnerDeletion === true),
  );
}
