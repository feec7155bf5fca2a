/**
 * One file in `kinds/` says, in one `defineSyncedKind({...})`, how a kind goes to the host and what comes back. The list of kinds, and with it
 * the Role that a tenant has on its host, is derived from these files.
 */
import type { GroupVersionResource } from '../api/gvk.ts';
import type { KubeObject } from '../api/object.ts';
import type { Name, ObjectRef, On } from '../api/side.ts';
import type { Origin, Place } from '../translate/marks.ts';
import type { OwnOnHost, SeenFromHost } from '../translate/pods/classes.ts';
import type { IsolationPolicy } from '../translate/policy/policy.ts';
import type { NodeTerms } from '../translate/pods/node-terms.ts';
import type { InCluster } from '../translate/pods/in-cluster.ts';
import type { ReferencedKind } from '../translate/pods/references.ts';
import type { LabelSelector } from '../translate/selectors.ts';
import type { Plan } from './action.ts';

/** One object on both sides, as the informers show it now. */
export interface Observed {
  readonly tenant: On<'tenant', KubeObject> | undefined;
  /** Only what proves to be a copy of this key. */
  readonly host: On<'host', KubeObject> | undefined;
  /** Whose copy `host` says it is. */
  readonly origin: Origin | undefined;
  /** What bears the copy's name and isn't one. */
  readonly inTheWay?: On<'host', KubeObject> | undefined;
}

/** What plans may look at besides the object itself. All of it is a snapshot that doesn't change during a plan. */
export interface View {
  readonly place: Place;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly namespacesSelectedBy: (selector: LabelSelector) => readonly Name<'tenant'>[];
  /** Whether a pod of the tenant names this object, or something else of it that is on the host. */
  readonly isReferenced: (kind: ReferencedKind, namespace: string, name: string) => boolean;
  /** The Secret with a pod's tokens. */
  readonly tokenSecret: (pod: ObjectRef<'tenant'>) => On<'host', KubeObject> | undefined;
  /** A copy of the tenant's pod with this UID was on a node and is gone; it may have run, though the tenant never heard of it. */
  readonly hasEnded: (uid: string) => boolean;
  /** That copy as it was last seen, if the tenant had not seen its end by then. */
  readonly lastCopy: (uid: string) => On<'host', KubeObject> | undefined;
  /** A copy of the tenant's pod with this UID was made a moment ago; the host hasn't shown it yet. */
  readonly isOnItsWay: (uid: string) => boolean;
  /** What of the tenant's nodes the host's scheduler must be told. */
  readonly nodeTerms: NodeTerms;
  readonly seenFromHost: SeenFromHost;
  /** The tenant's own objects without a namespace that have copies. */
  readonly ownOnHost?: OwnOnHost;
  /** Its service accounts have copies. */
  readonly accountsOnHost?: boolean;
  /** Whether the tenant sees the node: then its pods may name it. */
  readonly isShown: (node: string) => boolean;
  /** An object of a kind that this one {@link SyncedKind.follows}, by its key. */
  readonly followed: (plural: string, key: string) => On<'tenant', KubeObject> | undefined;
  /** A copy that was made ahead of the tenant's object, which is about to be stored. */
  readonly isAwaited: (key: string) => boolean;
  /** What pods are told of their cluster; absent: nothing. */
  readonly inCluster?: InCluster | undefined;
  /** The tenant's Service of that key stands for one that the host has already: it has no copy. */
  readonly isOnHostAlready?: (key: string) => boolean;
  /** What the operator enforces, whatever the tenant's API server let through; absent: nothing. */
  readonly isolation?: IsolationPolicy | undefined;
}

/** Tenant objects of another kind at which plans look. */
export interface Followed {
  readonly gvr: GroupVersionResource;
  /** Only where the tenant sees those of its host: then what is there decides what may be named. */
  readonly ifSeenFromHost?: true;
  /** At which of them, by their keys, the plan of `object` looks; {@link anyOfThem}: at all. */
  namedBy(object: Readonly<KubeObject>): readonly string[];
}

export const anyOfThem = '*';

export interface SyncedKind {
  /** The same on both sides. */
  readonly gvr: GroupVersionResource;
  readonly kind: string;
  /** `Cluster`: it has no namespace on either side, and its copies stand among the host's. Default `Namespaced`. */
  readonly scope?: 'Cluster';
  /** `false`: `*` doesn't switch it on, only its name. */
  readonly byDefault?: false;
  /** What the tenant's account must be allowed on the host, with subresources as keys (`''`: the resource itself). */
  readonly hostVerbs: Readonly<Record<string, readonly string[]>>;
  /** Pods name objects of this kind, and others may: a change of them is a change of what they name. */
  readonly referencedBy?: ReferencedKind;
  /** What an object of this kind names of others, by their keys, beside what pods name: it is then on the host, too. */
  names?(object: Readonly<KubeObject>): readonly { readonly kind: string; readonly key: string }[];
  readonly follows?: readonly Followed[];
  /** Pure, synchronous, total. `key` is `namespace/name` in the tenant, or `name`. */
  plan(key: string, observed: Observed, view: View): Plan;
}

/** Says that `kind` is one; the compiler checks it. */
export function defineSyncedKind(kind: SyncedKind): SyncedKind {
  return kind;
}
