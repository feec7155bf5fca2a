/** All that the syncer can do to either side: what plans are made of. Each action carries its precondition. */
import type { JsonObject } from '../api/json.ts';
import type { GroupVersionResource } from '../api/gvk.ts';
import type { KubeObject } from '../api/object.ts';
import type { Name, ObjectRef, On } from '../api/side.ts';
import type { Notice } from '../translate/pods/in-cluster.ts';
import type { WantedToken } from '../translate/pods/tokens.ts';

export type Action =
  /** Fails when something has that name. */
  | { readonly type: 'create-host'; readonly gvr: GroupVersionResource; readonly object: On<'host', KubeObject> }
  /** Replaces; fails when the copy's resourceVersion is another by now. */
  | { readonly type: 'update-host'; readonly gvr: GroupVersionResource; readonly object: On<'host', KubeObject> }
  /**
   * A strategic merge patch of a subresource of the object with that UID, which leaves alone what it doesn't name. Stands for itself: what comes after it
   * is tried though it failed.
   */
  | {
      readonly type: 'patch-host';
      readonly gvr: GroupVersionResource;
      readonly name: Name<'host'>;
      readonly uid: string;
      readonly subresource: string;
      readonly patch: JsonObject;
      /** Annotations that the object gets when that is done. */
      readonly note?: Readonly<Record<string, string>>;
    }
  | {
      readonly type: 'delete-host';
      readonly gvr: GroupVersionResource;
      readonly name: Name<'host'>;
      readonly uid: string;
      /** Fails when the copy has another by now. */
      readonly resourceVersion?: string;
      readonly gracePeriodSeconds?: number;
      /** It is in no namespace, instead of in the tenant's. */
      readonly clusterScoped?: true;
    }
  /** Fails when something has that name. */
  | { readonly type: 'create-tenant'; readonly gvr: GroupVersionResource; readonly object: On<'tenant', KubeObject> }
  /** Replace; fail when the tenant's object has another resourceVersion by now. */
  | { readonly type: 'update-tenant'; readonly gvr: GroupVersionResource; readonly object: On<'tenant', KubeObject> }
  | {
      readonly type: 'update-tenant-status';
      readonly gvr: GroupVersionResource;
      readonly object: On<'tenant', KubeObject>;
    }
  | {
      readonly type: 'delete-tenant';
      readonly gvr: GroupVersionResource;
      readonly ref: ObjectRef<'tenant'>;
      readonly uid: string;
      readonly gracePeriodSeconds: number;
    }
  /** Tells the tenant's API server which node the host chose. */
  | { readonly type: 'bind-tenant-pod'; readonly ref: ObjectRef<'tenant'>; readonly uid: string; readonly node: string }
  /** Asks the tenant's API server for tokens bound to the pod, and puts them in the pod's Secret on the host. */
  | {
      readonly type: 'write-tokens';
      readonly pod: On<'tenant', KubeObject>;
      readonly tokens: readonly WantedToken[];
      /** The Secret as it is; absent: none. */
      readonly secret: On<'host', KubeObject> | undefined;
      /** The pod has its copy: what comes after this is tried though it failed. */
      readonly isRenewal: boolean;
    };

export interface Plan {
  readonly actions: readonly Action[];
  /** Look again after so long, though nothing may have changed. */
  readonly requeueAfterMs?: number;
  /** Why the object isn't on the host, in words on which its owner can act. */
  readonly refusal?: string;
  /** What else its owner should know; nothing is refused for it. */
  readonly notices?: readonly Notice[];
}

export const nothingToDo: Plan = { actions: [] };
