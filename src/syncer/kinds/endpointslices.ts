/** EndpointSlices that somebody wrote for a Service without selector. All others the host makes itself. */
import {
  copySlice,
  isWithoutSelector,
  leadsElsewhere,
  serviceOfSlice,
  updatedSliceCopy,
} from '../../translate/endpoints.ts';
import { planCopy, type CopyRules } from '../copy-plan.ts';
import { defineSyncedKind } from '../synced-kind.ts';

const gvr = { group: 'discovery.k8s.io', version: 'v1', resource: 'endpointslices' };

const rules: CopyRules = {
  gvr,
  wanted: (slice, view) => {
    const key = serviceOfSlice(slice);
    const service = key === undefined || view.isOnHostAlready?.(key) ? undefined : view.followed('services', key);
    return service !== undefined && isWithoutSelector(service) && leadsElsewhere(slice);
  },
  copy: (slice, view) => copySlice(view.place, slice),
  updated: updatedSliceCopy,
};

export const endpointslices = defineSyncedKind({
  gvr,
  kind: 'EndpointSlice',
  hostVerbs: { '': ['get', 'list', 'watch', 'create', 'update', 'delete'] },
  follows: [
    {
      gvr: { group: '', version: 'v1', resource: 'services' },
      namedBy: (slice) => [serviceOfSlice(slice) ?? ''],
    },
  ],
  plan: (key, observed, view) => planCopy(rules, key, observed, view),
});
