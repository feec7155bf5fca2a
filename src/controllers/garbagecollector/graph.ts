/**
 * Who owns whom. Kept as small as possible: an object that neither has owners nor is one, and that isn't waiting to be deleted, is
 * not in the graph. An owner may be in it before anything else was heard of it (`observed` is false then). Mirrors kubernetes
 * pkg/controller/garbagecollector GraphBuilder in what it makes of changes.
 *
 * Synchronous, without requests; `enqueue` is called with the UID of each node that has to be looked at.
 */
import { parseApiVersion } from '../../api/gvk.ts';
import type { ObjectMeta, OwnerReference } from '../../api/object.ts';
import type { ResourceType } from './resource-types.ts';

export interface GraphNode {
  readonly uid: string;
  /** `undefined` while the node is known from references only. */
  type: ResourceType | undefined;
  name: string;
  namespace: string;
  owners: readonly OwnerReference[];
  readonly dependents: Set<GraphNode>;
  /** Seen at the API server, not only in references. */
  observed: boolean;
  /** It was seen to be gone: there is no use in looking for it, and an answer that was on its way doesn't bring it back. */
  gone: boolean;
  deleting: boolean;
  /** Being deleted, after its dependents: it has the finalizer `foregroundDeletion`. */
  foreground: boolean;
  /** Being deleted, its dependents are to be orphaned: it has the finalizer `orphan`. */
  orphaning: boolean;
}

export const foregroundFinalizer = 'foregroundDeletion';
export const orphanFinalizer = 'orphan';

interface Identity {
  readonly type: ResourceType;
  readonly name: string;
  readonly namespace: string;
}

const noOwners: readonly OwnerReference[] = [];

export class OwnerGraph {
  readonly #nodes = new Map<string, GraphNode>();
  readonly #enqueue: (uid: string) => void;
  /** What was seen while the first lists come in, so that owners listed before their dependents needn't be asked for. */
  #seen: Map<string, Identity> | undefined = new Map();

  constructor(enqueue: (uid: string) => void) {
    this.#enqueue = enqueue;
  }

  get size(): number {
    return this.#nodes.size;
  }

  get(uid: string): GraphNode | undefined {
    return this.#nodes.get(uid);
  }

  /** All first lists have come in. */
  settled(): void {
    this.#seen = undefined;
  }

  /** An object is there, or has changed. */
  observe(type: ResourceType, metadata: Readonly<ObjectMeta>): void {
    const uid = metadata.uid ?? '';
    this.#seen?.set(uid, { type, name: metadata.name ?? '', namespace: metadata.namespace ?? '' });
    const owners = metadata.ownerReferences?.length ? metadata.ownerReferences : noOwners;
    const deleting = metadata.deletionTimestamp !== undefined;
    const foreground = deleting && (metadata.finalizers?.includes(foregroundFinalizer) ?? false);
    const orphaning = deleting && (metadata.finalizers?.includes(orphanFinalizer) ?? false);
    let node = this.#nodes.get(uid);
    if (!node && owners.length === 0 && !foreground && !orphaning) return;
    node ??= this.#add(uid);
    this.#identify(node, type, metadata);
    this.#setOwners(node, owners);
    const starts = (foreground && !node.foreground) || (orphaning && !node.orphaning);
    Object.assign(node, { deleting, foreground, orphaning });
    if (starts) {
      if (foreground && !orphaning) for (const dependent of node.dependents) this.#enqueue(dependent.uid);
      this.#enqueue(uid);
    }
    this.#dropIfIdle(node);
  }

  /** An object is gone: its dependents may have to go too, and owners may have waited for it. */
  remove(uid: string): void {
    this.#seen?.delete(uid);
    const node = this.#nodes.get(uid);
    if (!node) return;
    for (const dependent of node.dependents) this.#enqueue(dependent.uid);
    const owners = node.owners;
    this.#setOwners(node, noOwners);
    for (const owner of owners) if (this.#nodes.get(owner.uid)?.foreground) this.#enqueue(owner.uid);
    this.#nodes.delete(uid);
    // Dependents go on referring to it: they find it unobserved.
    if (node.dependents.size > 0) this.#nodes.set(uid, { ...unobserved(uid), gone: true, dependents: node.dependents });
  }

  /** The nodes of a resource that have been observed. */
  *ofType(type: ResourceType): IterableIterator<GraphNode> {
    for (const node of this.#nodes.values()) if (node.observed && node.type === type) yield node;
  }

  /** An owner known from references was found at the API server. What the watch has said of it since counts more than this answer. */
  found(type: ResourceType, metadata: Readonly<ObjectMeta>): void {
    const node = this.#nodes.get(metadata.uid ?? '');
    if (node && !node.observed && !node.gone) this.observe(type, metadata);
  }

  #add(uid: string): GraphNode {
    const seen = this.#seen?.get(uid);
    const node: GraphNode = { ...unobserved(uid), ...seen, observed: seen !== undefined, dependents: new Set() };
    this.#nodes.set(uid, node);
    return node;
  }

  #identify(node: GraphNode, type: ResourceType, { name = '', namespace = '' }: Readonly<ObjectMeta>): void {
    const first = !node.observed;
    Object.assign(node, { type, name, namespace, observed: true, gone: false });
    if (!first) return;
    // Who refers to it by another name or from another namespace must be looked at again.
    for (const dependent of node.dependents) {
      const matches = dependent.owners.every((owner) => owner.uid !== node.uid || refersTo(owner, dependent, node));
      if (!matches) this.#enqueue(dependent.uid);
    }
  }

  #setOwners(node: GraphNode, owners: readonly OwnerReference[]): void {
    const old = node.owners;
    if (old === noOwners && owners === noOwners) return;
    node.owners = owners;
    for (const before of old) {
      const after = owners.find(({ uid }) => uid === before.uid);
      const owner = this.#nodes.get(before.uid);
      if (!owner) continue;
      if (!after) owner.dependents.delete(node);
      if (before['blockOwnerDeletion'] === true && after?.['blockOwnerDeletion'] !== true) this.#enqueue(owner.uid);
      if (!after) this.#dropIfIdle(owner);
    }
    for (const reference of owners) {
      if (old.some(({ uid }) => uid === reference.uid)) continue;
      this.#attach(node, reference);
    }
  }

  #attach(node: GraphNode, reference: OwnerReference): void {
    const known = this.#nodes.get(reference.uid);
    const owner = known ?? this.#add(reference.uid);
    owner.dependents.add(node);
    if (!owner.observed || owner.foreground) this.#enqueue(node.uid);
    else if (!refersTo(reference, node, owner)) this.#enqueue(node.uid);
  }

  #dropIfIdle(node: GraphNode): void {
    const idle = node.owners.length === 0 && node.dependents.size === 0 && !node.foreground && !node.orphaning;
    if (idle) this.#nodes.delete(node.uid);
  }
}

/** Whether a reference names the very object that the node stands for, and may: cluster-scoped, or in the same namespace. */
export function refersTo(reference: OwnerReference, dependent: GraphNode, owner: GraphNode): boolean {
  if (!owner.type || reference.kind !== owner.type.kind || reference.name !== owner.name) return false;
  // Any version of the group will do.
  if (parseApiVersion(reference.apiVersion)?.group !== owner.type.gvr.group) return false;
  return owner.namespace === '' || owner.namespace === dependent.namespace;
}

function unobserved(uid: string): Omit<GraphNode, 'dependents'> {
  return {
    uid,
    type: undefined,
    name: '',
    namespace: '',
    owners: noOwners,
    observed: false,
    gone: false,
    deleting: false,
    foreground: false,
    orphaning: false,
  };
}
