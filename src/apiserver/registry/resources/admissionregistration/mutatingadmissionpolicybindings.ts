import { defineResource } from '../../resource-definition.ts';
import { policyBindingTable } from './policy-table.ts';

export const mutatingadmissionpolicybindings = defineResource({
  group: 'admissionregistration.k8s.io',
  resource: 'mutatingadmissionpolicybindings',
  table: policyBindingTable,
});
