/** The plan that all kinds but pods share: a wanted object has a copy that is up to date, an unwanted one has none. */
import type { GroupVersionResource } from '../api/gvk.ts';
import type { KubeObject } from '../api/object.ts';
import type { On } from '../api/side.ts';
import { nothingToDo, type Action, type Plan } from './action.ts';
import { nameOf, uidOf } from '../translate/identity.ts';
import type { Observed, View } from './synced-kind.ts';

export interface CopyRules {
  readonly gvr: GroupVersionResource;
  /** Default: always. */
  wanted?(object: On<'tenant', KubeObject>, view: View): boolean;
  copy(object: On<'tenant', KubeObject>, view: View): On<'host', KubeObject>;
  /** `current` itself when nothing is to be done. */
  updated(current: On<'host', KubeObject>, wanted: On<'host', KubeObject>): On<'host', KubeObject>;
  /** The copy can't be changed into what is wanted: it is made anew. */
  mustBeReplaced?(current: On<'host', KubeObject>, wanted: On<'host', KubeObject>): boolean;
  /** What goes back to the tenant. Default: nothing. */
  back?(object: On<'tenant', KubeObject>, copy: On<'host', KubeObject>, view: View): readonly Action[];
}

/** How long a copy that was made ahead may wait for its object. */
const awaitedCheckMs = 10_000;

export function planCopy(rules: CopyRules, key: string, observed: Observed, view: View): Plan {
  const { tenant, host, origin } = observed;
  const { gvr } = rules;
  if (!tenant || (rules.wanted && !rules.wanted(tenant, view))) {
    if (!host) return nothingToDo;
    if (!tenant && view.isAwaited(key)) return { actions: [], requeueAfterMs: awaitedCheckMs };
    return { actions: [deletionOf(gvr, host)] };
  }
  const wanted = rules.copy(tenant, view);
  if (!host) {
    // What is being deleted in the tenant isn't begun on the host.
    if (tenant.metadata.deletionTimestamp !== undefined) return nothingToDo;
    return { actions: [{ type: 'create-host', gvr, object: wanted }] };
  }
  // A copy of an object of that name that is no more, or one that can't become what is wanted: its end brings the next plan.
  if (origin?.uid !== tenant.metadata.uid || rules.mustBeReplaced?.(host, wanted)) {
    return { actions: [deletionOf(gvr, host)] };
  }
  if (host.metadata.deletionTimestamp !== undefined) return nothingToDo;
  const updated = rules.updated(host, wanted);
  if (updated !== host) return { actions: [{ type: 'update-host', gvr, object: updated }] };
  return { actions: rules.back?.(tenant, host, view) ?? [] };
}

/** Of a copy, wherever it is. */
export function deletionOf(gvr: GroupVersionResource, host: On<'host', KubeObject>): Action {
  const clusterScoped = host.metadata.namespace === undefined ? ({ clusterScoped: true } as const) : {};
  return { type: 'delete-host', gvr, name: nameOf(host), uid: uidOf(host), ...clusterScoped };
}
