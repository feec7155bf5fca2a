/** Mutating webhooks: asked one after the other, each sees what those before have made. Mirrors apiserver pkg/admission/plugin/webhook/mutating. */
import { goQuote } from '../../../api/go-text.ts';
import { equalJson, type JsonObject } from '../../../api/json.ts';
import { newInternalError, StatusError } from '../../../api/status.ts';
import { decodeJsonPatch } from '../../../patch/json-patch.ts';
import { applyOperations, OperationError } from '../policy/object-patch.ts';
import { writeVersioned } from '../policy/versioned-object.ts';
import { versionedSchema, withDefaults } from '../policy/versioned-schema.ts';
import { Reinvocations } from '../policy/reinvocations.ts';
import type { AdmissionAttributes, AdmissionPlugin, Reinvocation } from '../plugin.ts';
import type { Review } from './admission-review.ts';
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
import type { Webhook, WebhookSource } from './webhook-source.ts';

export function mutatingWebhooks(services: WebhookServices, source: WebhookSource): AdmissionPlugin {
  const running = new WeakMap<Reinvocation, Reinvocations>();
  return {
    name: 'MutatingAdmissionWebhook',
    // Deletions too: who can't change anything may still be against it. They are mutated by nobody here, so see `validate`.
    handles: ({ resource }) => !isExempt(resource) && source.mayConcern(resource.gr.resource),
    async mutate(attributes) {
      const { reinvocation } = attributes;
      const reinvocations = (reinvocation && running.get(reinvocation)) ?? new Reinvocations();
      if (reinvocation) running.set(reinvocation, reinvocations);
      const webhooks = await source.about(attributes.resource.gr.resource);
      if (webhooks.length > 0) await mutateBy(services, attributes, reinvocations, webhooks);
    },
    async validate(attributes) {
      if (attributes.operation !== 'DELETE') return;
      const webhooks = await source.about(attributes.resource.gr.resource);
      if (webhooks.length > 0) await mutateBy(services, attributes, new Reinvocations(), webhooks);
    },
  };
}

/** @throws StatusError */
async function mutateBy(
  services: WebhookServices,
  attributes: AdmissionAttributes,
  reinvocations: Reinvocations,
  webhooks: readonly Webhook[],
): Promise<void> {
  const { reinvocation } = attributes;
  // Objects are plain JSON.
  const current = (): JsonObject | undefined => attributes.object as unknown as JsonObject | undefined;
  const isRepeated = reinvocation?.isRepeated === true;
  if (isRepeated && reinvocations.changedSince(current())) reinvocations.changed();
  try {
    for (const webhook of webhooks) {
      const invocation = await invocationOf(services, attributes, webhook);
      if (!invocation || (isRepeated && !reinvocations.isDue(webhook.key))) continue;
      const changed = await mutateOnce(services, attributes, invocation);
      if (changed) {
        reinvocations.changed();
        reinvocation?.request();
      }
      if (webhook.reinvocationPolicy === 'IfNeeded') reinvocations.willing(webhook.key);
    }
  } finally {
    reinvocations.finished(current());
  }
}

/** Whether the object has changed. @throws StatusError */
async function mutateOnce(
  services: WebhookServices,
  attributes: AdmissionAttributes,
  invocation: WebhookInvocation,
): Promise<boolean> {
  const { webhook } = invocation;
  try {
    const review = await askWebhook(services, attributes, invocation, true);
    if (!review.allowed) throw deniedError(webhook, review.result);
    const next = patched(attributes, invocation, review);
    if (next === undefined) return false;
    await writeVersioned(attributes, next, invocation.matched);
    return !equalJson(invocation.object, next);
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    if (!isIgnoring(webhook)) throw callFailed(error);
    return false;
  }
}

/** Undefined: there is nothing to change. @throws CallError, StatusError */
function patched(
  { subresource }: AdmissionAttributes,
  { webhook, matched, object }: WebhookInvocation,
  { patch, patchType }: Review,
): JsonObject | undefined {
  if (patch.length === 0) return undefined;
  const operations = decoded(webhook, patch);
  if (operations.length === 0) return undefined;
  if (object === null) {
    const text = `admission webhook ${goQuote(webhook.name)} attempted to modify the object, which is not supported for this operation`;
    throw newInternalError(text);
  }
  if (patchType !== 'JSONPatch') throw new CallError(webhook, `unsupported patch type ${goQuote(patchType)}`);
  try {
    const next = applyOperations(object, operations, versionedSchema(matched, subresource), false);
    return withDefaults(matched, subresource, next);
  } catch (error) {
    if (error instanceof OperationError) throw newInternalError(error.message, error);
    throw error;
  }
}

function decoded(webhook: Webhook, patch: Uint8Array) {
  try {
    return decodeJsonPatch(patch, false).patch;
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    const text = `received undecodable patch in webhook response: ${error.message}`;
    throw new CallError(webhook, text, { cause: error });
  }
}
