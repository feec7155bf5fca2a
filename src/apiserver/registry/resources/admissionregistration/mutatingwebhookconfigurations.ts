import { defineResource } from '../../resource-definition.ts';
import { webhookTable } from './webhook-table.ts';

export const mutatingwebhookconfigurations = defineResource({
  group: 'admissionregistration.k8s.io',
  resource: 'mutatingwebhookconfigurations',
  table: webhookTable,
});
