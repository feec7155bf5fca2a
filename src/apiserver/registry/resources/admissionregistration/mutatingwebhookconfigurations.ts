import { defineResource } from '../../resource-definition.ts';
import { reservedNameWarnings } from './reserved-names.ts';
import { webhookTable } from './webhook-table.ts';
import { validateWebhooks, validateWebhooksUpdate } from './webhook-validation.ts';

export const mutatingwebhookconfigurations = defineResource({
  group: 'admissionregistration.k8s.io',
  resource: 'mutatingwebhookconfigurations',
  table: webhookTable,
  strategy: {
    validate: validateWebhooks,
    validateUpdate: validateWebhooksUpdate,
    warnings: reservedNameWarnings,
  },
});
