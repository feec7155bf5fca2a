import type { ObjectMeta } from '../../../../api/object.ts';
import { defineResource } from '../../resource-definition.ts';
import { namedTable, textColumn } from '../columns.ts';
import { viewAs } from '../view.ts';
import { validateServiceRange, validateServiceRangeUpdate } from './service-range-validation.ts';

interface ServiceCidr {
  readonly metadata: ObjectMeta;
  readonly spec?: { readonly cidrs?: readonly string[] };
}

export const servicecidrs = defineResource({
  group: 'networking.k8s.io',
  resource: 'servicecidrs',
  strategy: { validate: validateServiceRange, validateUpdate: validateServiceRangeUpdate },
  table: namedTable([textColumn('CIDRs')], (object) => [(viewAs<ServiceCidr>(object).spec?.cidrs ?? []).join(',')]),
});
