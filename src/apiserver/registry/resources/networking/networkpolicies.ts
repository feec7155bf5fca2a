import type { ObjectMeta } from '../../../../api/object.ts';
import { defineResource } from '../../resource-definition.ts';
import { namedTable, textColumn } from '../columns.ts';
import { viewAs } from '../view.ts';
import { selectorText, type LabelSelector } from '../workload-columns.ts';
import { validateNetworkPolicy } from './networkpolicy-validation.ts';

interface NetworkPolicy {
  readonly metadata: ObjectMeta;
  readonly spec?: { readonly podSelector?: LabelSelector };
}

export const networkpolicies = defineResource({
  group: 'networking.k8s.io',
  resource: 'networkpolicies',
  strategy: { validate: validateNetworkPolicy, validateUpdate: validateNetworkPolicy },
  table: namedTable([textColumn('Pod-Selector')], (object) => [
    selectorText(viewAs<NetworkPolicy>(object).spec?.podSelector),
  ]),
});
