import { pathSegmentNameRule } from '../../../../api/names.ts';
import { defineResource } from '../../resource-definition.ts';
import { validateClusterRole } from './validation.ts';

export const clusterroles = defineResource({
  group: 'rbac.authorization.k8s.io',
  resource: 'clusterroles',
  strategy: { nameRule: pathSegmentNameRule, validate: validateClusterRole, validateUpdate: validateClusterRole },
});
