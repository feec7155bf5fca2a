/** Endpoints of Services without selector. All others the host makes itself, of the copies of Services and pods. */
import { objectKey } from '../../api/object.ts';
import {
  copyEndpoints,
  isWithoutSelector,
  leadsElsewhere,
  updatedEndpointsCopy,
  wereMadeOfCopy,
} from '../../translate/endpoints.ts';
import { nameOf, uidOf } from '../../translate/identity.ts';
import { originOf } from '../../translate/marks.ts';
import type { Action } from '../action.ts';
import { planCopy, type CopyRules } from '../copy-plan.ts';
import { defineSyncedKind } from '../synced-kind.ts';

const gvr = { group: '', version: 'v1', resource: 'endpoints' };

const rules: CopyRules = {
  gvr,
  wanted: (endpoints, view) => {
    const key = objectKey(endpoints);
    const service = view.isOnHostAlready?.(key) ? undefined : view.followed('services', key);
    return service !== undefined && isWithoutSelector(service) && leadsElsewhere(endpoints);
  },
  copy: (endpoints, view) => copyEndpoints(view.place, endpoints),
  updated: updatedEndpointsCopy,
};

export const endpoints = defineSyncedKind({
  gvr,
  kind: 'Endpoints',
  hostVerbs: { '': ['get', 'list', 'watch', 'create', 'update', 'delete'] },
  follows: [
    {
      gvr: { group: '', version: 'v1', resource: 'services' },
      namedBy: (object) => [objectKey(object)],
    },
  ],
  plan: (key, observed, view) => {
    const plan = planCopy(rules, key, observed, view);
    const { tenant, inTheWay } = observed;
    if (!tenant || !inTheWay || !plan.actions.some(({ type }) => type === 'create-host')) return plan;
    // Of when the Service selected: nobody on the host minds them any more.
    if (!wereMadeOfCopy(view.place, originOf(tenant), inTheWay)) return plan;
    const removal: Action = { type: 'delete-host', gvr, name: nameOf(inTheWay), uid: uidOf(inTheWay) };
    return { ...plan, actions: [removal, ...plan.actions] };
  },
});
