/**
 * Claims, all of them: one that no pod names yet is bound, too, where its class says so. The volume comes back to the tenant, and stays the claim's: a
 * copy that somebody removes from the host is not made anew, empty, under pods that believe in its content.
 */
import { equalJson, type JsonValue } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import type { On } from '../../api/side.ts';
import {
  claimAsBound,
  claimObstacle,
  claimStatus,
  classOf,
  copyClaim,
  hasVolume,
  lostStatus,
  updatedClaimCopy,
} from '../../translate/claims.ts';
import { nothingToDo, type Action, type Plan } from '../action.ts';
import { planCopy, type CopyRules } from '../copy-plan.ts';
import { defineSyncedKind, type View } from '../synced-kind.ts';

const gvr = { group: '', version: 'v1', resource: 'persistentvolumeclaims' };

const rules: CopyRules = {
  gvr,
  copy: (claim, view) => copyClaim(view.place, claim, ownClass(claim, view) || undefined),
  updated: updatedClaimCopy,
  back: (claim, copy, view) => {
    const bound = claimAsBound(claim, copy);
    if (bound !== claim) return [{ type: 'update-tenant', gvr, object: bound }];
    return withStatus(claim, claimStatus(view.place, claim, copy));
  },
};

export const persistentvolumeclaims = defineSyncedKind({
  gvr,
  kind: 'PersistentVolumeClaim',
  hostVerbs: { '': ['get', 'list', 'watch', 'create', 'update', 'delete'] },
  follows: [
    {
      gvr: { group: 'storage.k8s.io', version: 'v1', resource: 'storageclasses' },
      ifSeenFromHost: true,
      namedBy: (claim) => [classOf(claim) ?? ''],
    },
  ],
  plan: (key, observed, view) => {
    const { tenant, host } = observed;
    if (tenant && !host) {
      if (hasVolume(tenant)) return { actions: withStatus(tenant, lostStatus(tenant)) };
      const refusal = obstacle(tenant, view);
      if (refusal !== undefined) return refused(tenant, refusal);
    }
    return planCopy(rules, key, observed, view);
  },
});

function obstacle(claim: On<'tenant', KubeObject>, view: View): string | undefined {
  const name = classOf(claim);
  const own = ownClass(claim, view);
  const seen = view.seenFromHost('storageclasses', name ?? '');
  if (name && !own && (seen === false || (own === false && !seen)))
    return `the host has no storage class ${name} for this tenant`;
  return claimObstacle(claim);
}

/** What the host calls the tenant's own class that it asks for. */
function ownClass(claim: On<'tenant', KubeObject>, view: View): ReturnType<NonNullable<View['ownOnHost']>> {
  const name = classOf(claim);
  return name ? view.ownOnHost?.('storageclasses', name) : undefined;
}

function refused({ metadata }: On<'tenant', KubeObject>, refusal: string): Plan {
  return metadata.deletionTimestamp === undefined ? { actions: [], refusal } : nothingToDo;
}

function withStatus(claim: On<'tenant', KubeObject>, status: Record<string, JsonValue>): readonly Action[] {
  // Plain JSON; only `metadata` is an ObjectMeta.
  if (equalJson(status, (claim['status'] ?? {}) as JsonValue)) return [];
  return [{ type: 'update-tenant-status', gvr, object: { ...claim, status } }];
}
