/** `/token` of service accounts: a TokenRequest. Mirrors kubernetes core/serviceaccount/storage TokenREST.Create. */
import * as field from '../../api/field-error.ts';
import { parseApiVersion } from '../../api/gvk.ts';
import { isJsonObject, type JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { newBadRequest, newConflict, newInvalid } from '../../api/status.ts';
import { timestamp } from '../../lib/clock.ts';
import { builtinTypeDefaults } from '../../schema/builtin/defaults/type-defaults.ts';
import { schemaForKind } from '../../schema/builtin/catalog.ts';
import { applyDefaults } from '../../schema/default.ts';
import type { ServiceAccountTokens } from '../authn/service-account-tokens.ts';
import type { GenericStore } from '../registry/generic-store.ts';
import { managedFieldsAfterUpdate } from '../registry/managed-fields/managed-fields.ts';
import { separateScope } from '../registry/managed-fields/scope.ts';
import { textAt } from '../../api/json-fields.ts';
import type { SubresourceHandlers } from './subresources.ts';
import { fieldManagerOf } from './field-manager.ts';
import { writeOptions } from './query-options.ts';
import { readObject } from './request-object.ts';
import { admissionOf, encoderOf, plainResponse, type VerbHandler, type VerbRequest } from './verb.ts';

const gvk = { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' };
const secondsMin = 600;
const secondsMax = 2 ** 32;
/** What pods' projected tokens ask for where nobody chose; upstream's WarnOnlyBoundTokenExpirationSeconds. */
const podTokenSeconds = 3607;
/** Mirrors ExpirationExtensionSeconds: a year. */
const extendedSeconds = 365 * 24 * 3600;

/** To be given to the dispatcher. */
export function tokenSubresource(tokens: Pick<ServiceAccountTokens, 'issue' | 'audiences'>): SubresourceHandlers {
  return { '/serviceaccounts/token': { create: createToken(tokens) } };
}

function createToken(tokens: Pick<ServiceAccountTokens, 'issue' | 'audiences'>): VerbHandler {
  return async (request) => {
    const { context, negotiation, store, resource, namespace, name } = request;
    const encoder = encoderOf(request);
    const options = writeOptions(context.query, 'CreateOptions');
    const schema = schemaForKind(gvk) ?? resource.schema;
    const sent = await readObject(context, negotiation, { gvk, schema }, options.fieldValidation);
    applyDefaults(schema, sent as JsonObject, { gvk }, builtinTypeDefaults);
    const managedFields = managedFieldsAfterUpdate({
      scope: separateScope(gvk, schema, 'token'),
      live: undefined,
      next: sent,
      manager: fieldManagerOf(context, options),
      now: context.now,
    });
    checkNamespace(sent, namespace);
    const admission = admissionOf(request, 'CREATE', options.dryRun);
    await admission.mutate(sent, undefined);
    checkName(sent, name);
    const account = await store.get(request);
    const uid = account.object.metadata.uid ?? '';
    checkUid(sent, name, uid);
    const spec = isJsonObject(sent['spec']) ? sent['spec'] : {};
    const audiences = textsOf(spec['audiences']);
    const seconds = secondsOf(spec);
    await admission.validate(sent, undefined);
    const bound = await boundTo(request, spec['boundObjectRef']);
    const subject = { namespace, serviceAccount: { name, uid }, ...bound };
    // Who can't read a token anew finds the one in its pod good for longer than is said.
    const isOwn = audiences.every((audience) => tokens.audiences.includes(audience));
    const extended = bound.pod && seconds === podTokenSeconds && isOwn;
    const issued = extended
      ? tokens.issue(subject, audiences, extendedSeconds, seconds)
      : tokens.issue(subject, audiences, seconds);
    return plainResponse(encoder, 201, {
      kind: gvk.kind,
      apiVersion: 'authentication.k8s.io/v1',
      metadata: {
        name,
        namespace,
        uid,
        creationTimestamp: timestamp(context.now),
        ...(managedFields ? { managedFields } : {}),
      },
      spec: {
        ...spec,
        audiences: audiences.length > 0 ? audiences : [...tokens.audiences],
        expirationSeconds: seconds,
      },
      status: { token: issued.token, expirationTimestamp: timestamp(context.now + seconds * 1000) },
    });
  };
}

/** Mirrors rest.EnsureObjectNamespaceMatchesRequestNamespace. */
function checkNamespace({ metadata }: KubeObject, namespace: string): void {
  if (!metadata.namespace || metadata.namespace === namespace) return;
  throw newBadRequest('the namespace of the provided object does not match the namespace sent on the request');
}

function checkName({ metadata }: KubeObject, name: string): void {
  if (!metadata.name || metadata.name === name) return;
  const text = 'must match the service account name if specified';
  throw newInvalid(gvk, name, [field.invalid(field.path('metadata', 'name'), metadata.name, text)]);
}

function checkUid({ metadata }: KubeObject, name: string, uid: string): void {
  if (!metadata.uid || metadata.uid === uid) return;
  const text = `the UID in the token request (${metadata.uid}) does not match the UID of the service account (${uid})`;
  throw newConflict({ group: gvk.group, resource: gvk.kind }, name, text);
}

/** Mirrors ValidateTokenRequest. */
function secondsOf(spec: JsonObject): number {
  const seconds = typeof spec['expirationSeconds'] === 'number' ? spec['expirationSeconds'] : 3600;
  const path = field.path('spec', 'expirationSeconds');
  const errors: field.FieldError[] = [];
  if (seconds < secondsMin)
    errors.push(field.invalid(path, seconds, 'may not specify a duration less than 10 minutes'));
  if (seconds > secondsMax)
    errors.push(field.invalid(path, seconds, 'may not specify a duration larger than 2^32 seconds'));
  if (errors.length > 0) throw newInvalid(gvk, '', errors);
  return seconds;
}

type TokenRef = Parameters<ServiceAccountTokens['issue']>[0]['serviceAccount'];

interface Bound {
  readonly pod?: TokenRef;
  readonly secret?: TokenRef;
  readonly node?: TokenRef;
}

async function boundTo(request: VerbRequest, reference: unknown): Promise<Bound> {
  if (!isJsonObject(reference)) return {};
  const kind = textAt(reference, 'kind');
  const name = textAt(reference, 'name');
  const uid = textAt(reference, 'uid');
  const parsed = parseApiVersion(textAt(reference, 'apiVersion'));
  if (!parsed || parsed.group !== '' || !isBoundKind(kind)) {
    const text = `${parsed?.group ?? ''}/${parsed?.version ?? ''}, Kind=${kind}`;
    throw newBadRequest(`cannot bind token to object of type ${text}`);
  }
  const object = await get(request, boundResources[kind], name);
  const found = { name, uid: object.metadata.uid ?? '' };
  const bound = kind === 'Pod' ? await boundPod(request, object, found) : { [kind.toLowerCase()]: found };
  if (uid !== '' && uid !== found.uid) {
    const text = `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`;
    throw newConflict({ group: '', resource: kind }, name, text);
  }
  return bound;
}

async function boundPod(request: VerbRequest, pod: Readonly<KubeObject>, ref: TokenRef): Promise<Bound> {
  const spec = isJsonObject(pod['spec']) ? pod['spec'] : {};
  if (spec['serviceAccountName'] !== request.name) {
    const text = `cannot bind token for serviceaccount ${JSON.stringify(request.name)} to pod running with different serviceaccount name.`;
    throw newBadRequest(text);
  }
  const { nodeName } = spec;
  if (typeof nodeName !== 'string' || nodeName === '') return { pod: ref };
  const node = await find(request.store, request, 'nodes', nodeName);
  return { pod: ref, node: { name: nodeName, uid: node?.metadata.uid ?? '' } };
}

const boundResources = { Pod: 'pods', Secret: 'secrets', Node: 'nodes' } as const;

function isBoundKind(kind: unknown): kind is keyof typeof boundResources {
  return kind === 'Pod' || kind === 'Secret' || kind === 'Node';
}

async function get(request: VerbRequest, plural: string, name: string): Promise<Readonly<KubeObject>> {
  const resource = request.resources.find('', 'v1', plural);
  if (!resource) throw new Error(`${plural} are always served`);
  if (name === '') throw newBadRequest('Name parameter required.');
  const namespace = resource.namespaced ? request.namespace : '';
  return (await request.store.get({ resource, namespace, name })).object;
}

async function find(
  store: GenericStore,
  { resources }: VerbRequest,
  plural: string,
  name: string,
): Promise<Readonly<KubeObject> | undefined> {
  const resource = resources.find('', 'v1', plural);
  return resource && (await store.find({ resource, namespace: '', name }))?.object;
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
