import { formatLabelSelector, type LabelSelector } from '../../../../api/label-selector.ts';
import type { ObjectMeta } from '../../../../api/object.ts';
import { defineResource } from '../../resource-definition.ts';
import { namedTable, textColumn } from '../columns.ts';
import { viewAs } from '../view.ts';
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
    formatLabelSelector(viewAs<NetworkPolicy>(object).spec?.podSelector),
  ]),
});
