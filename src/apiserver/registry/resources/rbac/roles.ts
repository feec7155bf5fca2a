import { pathSegmentNameRule } from '../../../../api/names.ts';
import { defineResource } from '../../resource-definition.ts';
import { validateRole } from './validation.ts';

export const roles = defineResource({
  group: 'rbac.authorization.k8s.io',
  resource: 'roles',
  strategy: { nameRule: pathSegmentNameRule, validate: validateRole, validateUpdate: validateRole },
});
