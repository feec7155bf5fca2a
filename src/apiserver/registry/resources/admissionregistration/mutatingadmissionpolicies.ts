import { defineResource } from '../../resource-definition.ts';
import { policyTable } from './policy-table.ts';

export const mutatingadmissionpolicies = defineResource({
  group: 'admissionregistration.k8s.io',
  resource: 'mutatingadmissionpolicies',
  table: policyTable('Mutations', 'mutations'),
});
