import type { ObjectMeta } from '../../../../api/object.ts';
import { defineResource } from '../../resource-definition.ts';
import { namedTable, textColumn } from '../columns.ts';
import { viewAs } from '../view.ts';

interface ResourceClaim {
  readonly metadata: ObjectMeta;
  readonly status?: { readonly allocation?: object; readonly reservedFor?: readonly object[] };
}

/** Mirrors printers resourceClaimState. */
export const resourceclaims = defineResource({
  group: 'resource.k8s.io',
  resource: 'resourceclaims',
  table: namedTable([textColumn('State')], (object) => {
    const { metadata, status } = viewAs<ResourceClaim>(object);
    const states = metadata.deletionTimestamp ? ['deleted'] : status?.allocation ? [] : ['pending'];
    if (status?.allocation) states.push('allocated', ...((status.reservedFor?.length ?? 0) > 0 ? ['reserved'] : []));
    return [states.join(',')];
  }),
});
