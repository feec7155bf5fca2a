import type { ObjectMeta } from '../../../../api/object.ts';
import { defineResource } from '../../resource-definition.ts';
import { namedTable, textColumn } from '../columns.ts';
import { viewAs } from '../view.ts';
import { validateLease } from './lease-validation.ts';

interface Lease {
  readonly metadata: ObjectMeta;
  readonly spec?: { readonly holderIdentity?: string };
}

export const leases = defineResource({
  group: 'coordination.k8s.io',
  resource: 'leases',
  strategy: { validate: validateLease, validateUpdate: validateLease },
  table: namedTable([textColumn('Holder')], (object) => [viewAs<Lease>(object).spec?.holderIdentity ?? '']),
});
