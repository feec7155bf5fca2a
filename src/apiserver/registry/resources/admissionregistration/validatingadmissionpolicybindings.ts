import { defineResource } from '../../resource-definition.ts';
import { policyBindingTable } from './policy-table.ts';

export const validatingadmissionpolicybindings = defineResource({
  group: 'admissionregistration.k8s.io',
  resource: 'validatingadmissionpolicybindings',
  table: policyBindingTable,
});
