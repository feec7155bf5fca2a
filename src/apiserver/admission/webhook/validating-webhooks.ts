/** Validating webhooks: all that a write concerns are asked at once. Mirrors apiserver pkg/admission/plugin/webhook/validating. */
import type { AdmissionAttributes, AdmissionPlugin } from '../plugin.ts';
import {
  askWebhook,
  callFailed,
  CallError,
  deniedError,
  invocationOf,
  isExempt,
  isIgnoring,
  type WebhookInvocation,
  type WebhookServices,
} from './webhook-call.ts';
import type { WebhookSource } from './webhook-source.ts';

export function validatingWebhooks(services: WebhookServices, source: WebhookSource): AdmissionPlugin {
  return {
    name: 'ValidatingAdmissionWebhook',
    handles: ({ resource }) => !isExempt(resource) && source.mayConcern(resource.gr.resource),
    async validate(attributes) {
      const invocations: WebhookInvocation[] = [];
      for (const webhook of await source.about(attributes.resource.gr.resource)) {
        const invocation = await invocationOf(services, attributes, webhook);
        if (invocation) invocations.push(invocation);
      }
      // The first that is against it, in time, is who is told of; all are heard out.
      const errors: unknown[] = [];
      const asked = invocations.map((invocation) =>
        ask(services, attributes, invocation).catch((error: unknown) => void errors.push(error)),
      );
      await Promise.all(asked);
      if (errors.length > 0) throw errors[0];
    },
  };
}

/** @throws StatusError */
async function ask(
  services: WebhookServices,
  attributes: AdmissionAttributes,
  invocation: WebhookInvocation,
): Promise<void> {
  const { webhook } = invocation;
  try {
    const { allowed, result } = await askWebhook(services, attributes, invocation, false);
    if (!allowed) throw deniedError(webhook, result);
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    if (!isIgnoring(webhook)) throw callFailed(error);
  }
}
