import { defineResource } from '../../resource-definition.ts';
import { policyTable } from './policy-table.ts';
import { validateValidatingPolicy } from './policy-validation.ts';
import { reservedNameWarnings } from './reserved-names.ts';
import { validatePolicyStatus } from './status-validation.ts';

export const validatingadmissionpolicies = defineResource({
  group: 'admissionregistration.k8s.io',
  resource: 'validatingadmissionpolicies',
  table: policyTable('Validations', 'validations'),
  strategy: {
    validate: (policy) => validateValidatingPolicy(policy),
    validateUpdate: validateValidatingPolicy,
    validateStatusUpdate: validatePolicyStatus,
    warnings: reservedNameWarnings,
  },
});
