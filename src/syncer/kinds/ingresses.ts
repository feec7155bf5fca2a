/** Ingresses, with the secrets that they name. Off by default: which host names a tenant may have is for the operator's controller to judge. */
import { cloneJson, equalJson, type JsonValue } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import type { On } from '../../api/side.ts';
import {
  copyIngress,
  ingressClassOf,
  ingressObstacle,
  namedByIngress,
  updatedIngressCopy,
} from '../../translate/ingresses.ts';
import { planCopy, type CopyRules } from '../copy-plan.ts';
import { defineSyncedKind, type View } from '../synced-kind.ts';

const gvr = { group: 'networking.k8s.io', version: 'v1', resource: 'ingresses' };

const rules: CopyRules = {
  gvr,
  wanted: (ingress, view) => obstacle(ingress, view) === undefined,
  copy: (ingress, view) => copyIngress(view.place, ingress),
  updated: updatedIngressCopy,
  back: (ingress, copy) => {
    const status = statusOf(copy);
    if (equalJson(status, statusOf(ingress))) return [];
    return [{ type: 'update-tenant-status', gvr, object: { ...ingress, status: cloneJson(status) } }];
  },
};

export const ingresses = defineSyncedKind({
  gvr,
  kind: 'Ingress',
  byDefault: false,
  hostVerbs: { '': ['get', 'list', 'watch', 'create', 'update', 'delete'] },
  names: namedByIngress,
  follows: [
    {
      gvr: { group: 'networking.k8s.io', version: 'v1', resource: 'ingressclasses' },
      ifSeenFromHost: true,
      namedBy: (ingress) => [ingressClassOf(ingress) ?? ''],
    },
  ],
  plan: (key, observed, view) => {
    const plan = planCopy(rules, key, observed, view);
    const { tenant } = observed;
    const refusal = tenant?.metadata.deletionTimestamp === undefined && tenant ? obstacle(tenant, view) : undefined;
    return refusal === undefined ? plan : { ...plan, refusal };
  },
});

function obstacle(ingress: On<'tenant', KubeObject>, view: View): string | undefined {
  const name = ingressClassOf(ingress);
  if (name && view.seenFromHost('ingressclasses', name) === false)
    return `the host has no ingress class ${name} for this tenant`;
  return ingressObstacle(ingress);
}

function statusOf(ingress: Readonly<KubeObject>): JsonValue {
  // Plain JSON; only `metadata` is an ObjectMeta.
  return (ingress['status'] ?? {}) as JsonValue;
}
