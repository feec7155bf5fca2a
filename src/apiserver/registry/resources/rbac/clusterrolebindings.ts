import { pathSegmentNameRule } from '../../../../api/names.ts';
import { defineResource } from '../../resource-definition.ts';
import { bindingTable } from './subjects.ts';
import { validateBinding, validateBindingUpdate } from './validation.ts';

export const clusterrolebindings = defineResource({
  group: 'rbac.authorization.k8s.io',
  resource: 'clusterrolebindings',
  strategy: {
    nameRule: pathSegmentNameRule,
    validate: (binding) => validateBinding(binding, false),
    validateUpdate: (binding, old) => validateBindingUpdate(binding, old, false),
  },
  table: bindingTable,
});
