import { defineResource } from '../../resource-definition.ts';
import { validateMutatingBinding } from './binding-validation.ts';
import { policyBindingTable } from './policy-table.ts';
import { reservedNameWarnings } from './reserved-names.ts';

export const mutatingadmissionpolicybindings = defineResource({
  group: 'admissionregistration.k8s.io',
  resource: 'mutatingadmissionpolicybindings',
  table: policyBindingTable,
  strategy: {
    validate: validateMutatingBinding,
    validateUpdate: validateMutatingBinding,
    warnings: reservedNameWarnings,
  },
});
