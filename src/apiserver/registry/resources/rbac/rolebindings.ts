import { pathSegmentNameRule } from '../../../../api/names.ts';
import { defineResource } from '../../resource-definition.ts';
import { bindingTable } from './subjects.ts';

export const rolebindings = defineResource({
  group: 'rbac.authorization.k8s.io',
  resource: 'rolebindings',
  strategy: { nameRule: pathSegmentNameRule },
  table: bindingTable,
});
