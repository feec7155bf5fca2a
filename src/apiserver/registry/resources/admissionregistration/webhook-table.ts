/** Mirrors printers printMutatingWebhook and printValidatingWebhook. */
import type { ObjectMeta } from '../../../../api/object.ts';
import { countColumn, namedTable } from '../columns.ts';
import { viewAs } from '../view.ts';

interface WebhookConfiguration {
  readonly metadata: ObjectMeta;
  readonly webhooks?: readonly object[];
}

export const webhookTable = namedTable([countColumn('Webhooks')], (object) => [
  viewAs<WebhookConfiguration>(object).webhooks?.length ?? 0,
]);
