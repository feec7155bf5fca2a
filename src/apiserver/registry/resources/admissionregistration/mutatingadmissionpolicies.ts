import { defineResource } from '../../resource-definition.ts';
import { validateMutatingPolicy } from './mutating-policy-validation.ts';
import { policyTable } from './policy-table.ts';
import { reservedNameWarnings } from './reserved-names.ts';

export const mutatingadmissionpolicies = defineResource({
  group: 'admissionregistration.k8s.io',
  resource: 'mutatingadmissionpolicies',
  table: policyTable('Mutations', 'mutations'),
  strategy: {
    validate: (policy) => validateMutatingPolicy(policy),
    validateUpdate: validateMutatingPolicy,
    warnings: reservedNameWarnings,
  },
});
