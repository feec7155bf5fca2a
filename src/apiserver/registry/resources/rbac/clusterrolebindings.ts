import { pathSegmentNameRule } from '../../../../api/names.ts';
import { defineResource } from '../../resource-definition.ts';
import { bindingTable } from './subjects.ts';

export const clusterrolebindings = defineResource({
  group: 'rbac.authorization.k8s.io',
  resource: 'clusterrolebindings',
  strategy: { nameRule: pathSegmentNameRule },
  table: bindingTable,
});
