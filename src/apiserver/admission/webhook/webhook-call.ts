/**
 * Whether a webhook is to be asked about a write, and the asking. Mirrors apiserver pkg/admission/plugin/webhook generic/webhook.go and what
 * the dispatchers have in common.
 */
import { goQuote } from '../../../api/go-text.ts';
import { isJsonObject, type JsonObject } from '../../../api/json.ts';
import {
  newBadRequest,
  newForbidden,
  newGenericServerResponse,
  newInternalError,
  StatusError,
  type Status,
} from '../../../api/status.ts';
import type { Random } from '../../../lib/random.ts';
import { parseJsonBytes } from '../../../api/codec/parse-json.ts';
import { boolType } from '../../../schema/cel/cel-type.ts';
import type { Authorizer } from '../../authz/authorizer.ts';
import type { CallWebhook, WebhookAnswer } from '../../crd/webhook-client.ts';
import { ReviewError } from '../../crd/webhook-converter.ts';
import { statelessCompiler } from '../../registry/resources/admissionregistration/expression-validation.ts';
import type { ServedResource } from '../../registry/served-resource.ts';
import { readyAccess } from '../policy/access.ts';
import { admissionRequest, admissionValues } from '../policy/admission-values.ts';
import type { CompiledPolicy } from '../policy/compiled-policy.ts';
import { matchResources, type MatchServices } from '../policy/match.ts';
import { meetsConditions } from '../policy/match-conditions.ts';
import { versionedObject } from '../policy/versioned-object.ts';
import type { AdmissionAttributes } from '../plugin.ts';
import { AnswerError, readReview, reviewBody, type Review, type ReviewVersion } from './admission-review.ts';
import type { Webhook } from './webhook-source.ts';

export interface WebhookServices extends MatchServices {
  readonly authorizer: Authorizer;
  readonly random: Random;
  readonly call: CallWebhook;
}

/** A write, as a webhook looks at it. */
export interface WebhookInvocation {
  readonly webhook: Webhook;
  readonly matched: ServedResource;
  readonly object: JsonObject | null;
  readonly oldObject: JsonObject | null;
}

/** The webhook didn't say anything that could be followed: its failure policy decides. */
export class CallError extends Error {
  override readonly name = 'CallError';

  constructor(webhook: Webhook, reason: string, options?: ErrorOptions) {
    super(`failed calling webhook ${goQuote(webhook.name)}: ${reason}`, options);
  }
}

const ownGroup = 'admissionregistration.k8s.io';
const defaultTimeoutSeconds = 10;
const conditions = new WeakMap<Webhook, CompiledPolicy>();

/** Nobody shall lock himself out. */
export function isExempt({ gr }: ServedResource): boolean {
  return gr.group === ownGroup;
}

export function isIgnoring({ failurePolicy }: Webhook): boolean {
  return failurePolicy === 'Ignore';
}

/** Undefined: the webhook isn't asked. @throws StatusError */
export async function invocationOf(
  services: WebhookServices,
  attributes: AdmissionAttributes,
  webhook: Webhook,
): Promise<WebhookInvocation | undefined> {
  const { rules = [], namespaceSelector, objectSelector, matchPolicy } = webhook;
  if (rules.length === 0) return undefined;
  const match = await matchResources(services, attributes, {
    resourceRules: rules,
    ...(namespaceSelector ? { namespaceSelector } : {}),
    ...(objectSelector ? { objectSelector } : {}),
    ...(matchPolicy === undefined ? {} : { matchPolicy }),
  });
  if (match.kind === 'none') return undefined;
  if (match.kind === 'failed') throw match.error;
  const { object, old } = attributes;
  const invocation: WebhookInvocation = {
    webhook,
    matched: match.resource,
    object: object ? await versionedObject(attributes, object, match.resource) : null,
    oldObject: old ? await versionedObject(attributes, old, match.resource) : null,
  };
  return (await meets(services, attributes, invocation)) ? invocation : undefined;
}

/** @throws StatusError */
async function meets(
  { authorizer }: WebhookServices,
  attributes: AdmissionAttributes,
  { webhook, ...seen }: WebhookInvocation,
): Promise<boolean> {
  const compiled = conditionsOf(webhook);
  if (compiled.matchConditions.length === 0) return true;
  const ask = await readyAccess(authorizer, attributes.user);
  const values = admissionValues({ ...seen, attributes, params: null, namespaceObject: null }, ask);
  const met = meetsConditions(compiled, values, isIgnoring(webhook));
  if (met.kind === 'failed') throw newForbidden(attributes.resource.gr, attributes.name, met.message);
  return met.kind === 'met';
}

function conditionsOf(webhook: Webhook): CompiledPolicy {
  const known = conditions.get(webhook);
  if (known !== undefined) return known;
  const seen = { params: false, authorizer: true };
  const compiled: CompiledPolicy = {
    variables: new Map(),
    matchConditions: (webhook.matchConditions ?? []).map(({ expression = '' }) =>
      statelessCompiler().compile(expression, seen, [boolType]),
    ),
  };
  conditions.set(webhook, compiled);
  return compiled;
}

/** What the webhook says; its warnings are passed on. @throws CallError, StatusError */
export async function askWebhook(
  { random, call }: WebhookServices,
  attributes: AdmissionAttributes,
  { webhook, matched, object, oldObject }: WebhookInvocation,
  mutating: boolean,
): Promise<Review> {
  const { sideEffects, admissionReviewVersions = [], timeoutSeconds = defaultTimeoutSeconds } = webhook;
  if (attributes.dryRun && sideEffects !== 'None' && sideEffects !== 'NoneOnDryRun') {
    if (sideEffects === undefined) throw new CallError(webhook, 'Webhook SideEffects is nil');
    throw newBadRequest(`admission webhook ${goQuote(webhook.name)} does not support dry run`);
  }
  const version = admissionReviewVersions.find((one): one is ReviewVersion => one === 'v1' || one === 'v1beta1');
  if (version === undefined) {
    const text = 'webhook does not accept known AdmissionReview versions (v1, v1beta1)';
    throw new CallError(webhook, `could not create admission objects: ${text}`);
  }
  const uid = random.uuid();
  const request = { uid, ...admissionRequest({ attributes, matched }), object, oldObject };
  try {
    const answer = await call(webhook.client, reviewBody(version, request), timeoutSeconds);
    if (answer.status < 200 || answer.status >= 300) throw answeredError(answer);
    const review = readReview(answer.body, version, uid, mutating);
    attributes.warnings.push(...review.warnings);
    return review;
  } catch (error) {
    const head =
      error instanceof AnswerError && error.verified ? 'received invalid webhook response' : 'failed to call webhook';
    const isFailure = error instanceof AnswerError || error instanceof ReviewError || error instanceof StatusError;
    if (isFailure) throw new CallError(webhook, `${head}: ${error.message}`, { cause: error });
    throw error;
  }
}

/** As client-go takes answers that are no review. */
function answeredError({ status, contentType, body }: WebhookAnswer): StatusError {
  try {
    const value = parseJsonBytes(body);
    // A door: whoever answers so says what upstream would say.
    if (isJsonObject(value) && value['kind'] === 'Status') return new StatusError(value as unknown as Status);
  } catch {
    // No JSON.
  }
  const isText = contentType === '' || contentType.startsWith('text/');
  const serverMessage = isText ? Buffer.from(body).toString().trim() : 'unknown';
  return newGenericServerResponse({ code: status, verb: 'POST', serverMessage, unexpected: true });
}

export function callFailed(error: CallError): StatusError {
  return newInternalError(error.message, error);
}

/** Mirrors webhook errors ToStatusErr. */
export function deniedError({ name }: Webhook, result: JsonObject | undefined): StatusError {
  const deniedBy = `admission webhook ${goQuote(name)} denied the request`;
  // Decoded against its type.
  const { message = '', reason = '', code = 0, status = '', ...rest } = (result ?? {}) as unknown as Partial<Status>;
  const why = message || reason;
  return new StatusError({
    ...rest,
    kind: 'Status',
    apiVersion: 'v1',
    metadata: rest.metadata ?? {},
    status: status === 'Success' || !status ? 'Failure' : status,
    message: why === '' ? `${deniedBy} without explanation` : `${deniedBy}: ${why}`,
    ...(reason === '' ? {} : { reason }),
    code: code < 400 ? 400 : code,
  });
}
