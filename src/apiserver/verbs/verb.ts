/** What all verbs are given, and how they answer. */
import type { ApiResponse } from '../../api/exchange.ts';
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Status } from '../../api/status.ts';
import type { AdmissionChain, Operation } from '../admission/plugin.ts';
import type { WriteChecks } from '../authz/write-checks.ts';
import type { Encoder } from '../negotiation/encoder.ts';
import type { GenericStore } from '../registry/generic-store.ts';
import { keepReadableManagers } from '../registry/managed-fields/after-admission.ts';
import type { ResourceRegistry } from '../registry/resource-registry.ts';
import type { ServedResource } from '../registry/served-resource.ts';
import { StoredObject } from '../registry/stored-object.ts';
import type { WriteAdmission, WriteContext } from '../registry/write-context.ts';
import type { RequestContext } from '../request-context.ts';
import { optionsInQuery } from './options-object.ts';
import type { Negotiation } from './resource-handler.ts';

/** What a server has, whatever is asked of it. */
export interface VerbServices {
  readonly store: GenericStore;
  readonly resources: ResourceRegistry;
  readonly admission: AdmissionChain;
  /** What a write needs besides its verb; absent: nothing (tests). */
  readonly writeChecks?: WriteChecks;
}

/** One request for one resource. */
export interface VerbRequest extends VerbServices {
  readonly context: RequestContext;
  readonly negotiation: Negotiation;
  readonly resource: ServedResource;
  /** Empty for cluster-scoped resources, and for lists over all namespaces. */
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
}

export type VerbHandler = (request: VerbRequest) => Promise<ApiResponse>;

/** Of single objects. Must be asked for before the body is read: 406 comes before 400. */
export function encoderOf({ negotiation, context, resource }: VerbRequest): Encoder {
  return negotiation.encoder(context, resource, false);
}

export function writeContextOf({ context, subresource }: VerbRequest, dryRun: boolean): WriteContext {
  return { user: context.user, now: context.now, subresource, warnings: context.warnings, dryRun };
}

/**
 * Admission, bound to the request. `operation` is what it is when there is an old object.
 * @param options DeleteOptions; others are in the query
 */
export function admissionOf(
  request: VerbRequest,
  operation: Operation,
  dryRun: boolean,
  options?: JsonObject,
): WriteAdmission {
  const { resource, subresource, context } = request;
  const attributesOf = (object: KubeObject | undefined, old: Readonly<KubeObject> | undefined) => {
    // Deletions of collections name none of them.
    const name = request.name || object?.metadata.name || '';
    const isNamespace = resource.gr.group === '' && resource.gr.resource === 'namespaces';
    const actual = operation === 'UPDATE' && !old ? ('CREATE' as const) : operation;
    return {
      operation: actual,
      resource,
      subresource,
      namespace: isNamespace ? name : request.namespace,
      name,
      object,
      old,
      user: context.user,
      dryRun,
      now: context.now,
      warnings: context.warnings,
      options: () => options ?? optionsInQuery(context.query, actual),
    };
  };
  const { admission, writeChecks } = request;
  return {
    async mutate(object, old) {
      const managers = object.metadata['managedFields'];
      await admission.mutate(attributesOf(object, old));
      keepReadableManagers(object, managers, context.warnings);
      if (subresource === '') await writeChecks?.checkGrant(context, resource, object, old);
    },
    async validate(object, old) {
      if (operation === 'UPDATE' && !old) await writeChecks?.checkCreate(context);
      // Validation must not change it, and is not given the chance to by its type.
      await admission.validate(attributesOf(object, old));
    },
  };
}

export function objectResponse(encoder: Encoder, status: number, object: StoredObject | Status): ApiResponse {
  const body = object instanceof StoredObject ? encoder.object(object) : encoder.plain({ ...object });
  return { status, headers: { 'content-type': encoder.contentType }, body };
}

/** For what isn't stored: Scale, TokenRequest… */
export function plainResponse(
  encoder: Encoder,
  status: number,
  object: Readonly<Record<string, unknown>>,
): ApiResponse {
  return { status, headers: { 'content-type': encoder.contentType }, body: encoder.plain(object) };
}
