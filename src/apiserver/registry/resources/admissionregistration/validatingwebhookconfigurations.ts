import { defineResource } from '../../resource-definition.ts';
import { webhookTable } from './webhook-table.ts';

export const validatingwebhookconfigurations = defineResource({
  group: 'admissionregistration.k8s.io',
  resource: 'validatingwebhookconfigurations',
  table: webhookTable,
});
