import { defineResource } from '../../resource-definition.ts';
import { policyTable } from './policy-table.ts';

export const validatingadmissionpolicies = defineResource({
  group: 'admissionregistration.k8s.io',
  resource: 'validatingadmissionpolicies',
  table: policyTable('Validations', 'validations'),
});
