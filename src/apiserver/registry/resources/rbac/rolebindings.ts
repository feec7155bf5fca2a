import { pathSegmentNameRule } from '../../../../api/names.ts';
import { defineResource } from '../../resource-definition.ts';
import { bindingTable } from './subjects.ts';
import { validateBinding, validateBindingUpdate } from './validation.ts';

export const rolebindings = defineResource({
  group: 'rbac.authorization.k8s.io',
  resource: 'rolebindings',
  strategy: {
    nameRule: pathSegmentNameRule,
    validate: (binding) => validateBinding(binding, true),
    validateUpdate: (binding, old) => validateBindingUpdate(binding, old, true),
  },
  table: bindingTable,
});
