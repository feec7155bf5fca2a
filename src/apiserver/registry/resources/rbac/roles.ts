import { pathSegmentNameRule } from '../../../../api/names.ts';
import { defineResource } from '../../resource-definition.ts';

export const roles = defineResource({
  group: 'rbac.authorization.k8s.io',
  resource: 'roles',
  strategy: { nameRule: pathSegmentNameRule },
});
