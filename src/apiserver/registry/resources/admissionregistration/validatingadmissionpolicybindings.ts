import { defineResource } from '../../resource-definition.ts';
import { validateValidatingBinding } from './binding-validation.ts';
import { policyBindingTable } from './policy-table.ts';
import { reservedNameWarnings } from './reserved-names.ts';

export const validatingadmissionpolicybindings = defineResource({
  group: 'admissionregistration.k8s.io',
  resource: 'validatingadmissionpolicybindings',
  table: policyBindingTable,
  strategy: {
    validate: validateValidatingBinding,
    validateUpdate: validateValidatingBinding,
    warnings: reservedNameWarnings,
  },
});
