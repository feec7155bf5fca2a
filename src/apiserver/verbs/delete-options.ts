/** DeleteOptions, from the body or the query. Mirrors apiserver endpoints/handlers DeleteResource and ValidateDeleteOptions. */
import * as field from '../../api/field-error.ts';
import type { FieldError } from '../../api/field-error.ts';
import { parseApiVersion } from '../../api/gvk.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';
import { newBadRequest } from '../../api/status.ts';
import { schemaForKind } from '../../schema/builtin/catalog.ts';
import { DecodeError, decodeObject } from '../../schema/decode.ts';
import type { DeleteOptions } from '../registry/delete-request.ts';
import { boolOption, intOption, throwInvalidOptions, validateDryRun } from './query-options.ts';
import { unregisteredKind } from './request-object.ts';
import { BodySyntaxError } from './resource-handler.ts';
import type { VerbRequest } from './verb.ts';

export interface DeleteCall {
  readonly options: DeleteOptions;
  readonly dryRun: boolean;
}

const gvk = { group: 'meta.k8s.io', version: 'v1', kind: 'DeleteOptions' };
const policies = ['Foreground', 'Background', 'Orphan', 'nil'];

/** Throws BadRequest, Invalid, UnsupportedMediaType. */
export async function deleteOptionsOf(request: VerbRequest): Promise<DeleteCall> {
  const { body } = request.context.request;
  return body.length > 0 ? optionsOfObject(await bodyOf(request)) : optionsOfQuery(request.context.query);
}

/** Of an Eviction's `deleteOptions` too. Throws Invalid. */
export function optionsOfObject(object: JsonObject): DeleteCall {
  const preconditions = isJsonObject(object['preconditions']) ? object['preconditions'] : {};
  const dryRun = Array.isArray(object['dryRun']) ? object['dryRun'].filter((value) => typeof value === 'string') : [];
  return checked(dryRun, {
    gracePeriodSeconds: numberOf(object['gracePeriodSeconds']),
    orphanDependents: typeof object['orphanDependents'] === 'boolean' ? object['orphanDependents'] : undefined,
    propagationPolicy: textOf(object['propagationPolicy']),
    uid: textOf(preconditions['uid']),
    resourceVersion: textOf(preconditions['resourceVersion']),
  });
}

function optionsOfQuery(query: URLSearchParams): DeleteCall {
  return checked(query.getAll('dryRun'), {
    gracePeriodSeconds: intOption(query, 'gracePeriodSeconds'),
    orphanDependents: boolOption(query, 'orphanDependents'),
    propagationPolicy: query.get('propagationPolicy') ?? undefined,
    uid: undefined,
    resourceVersion: undefined,
  });
}

interface GivenOptions {
  readonly gracePeriodSeconds: number | undefined;
  readonly orphanDependents: boolean | undefined;
  readonly propagationPolicy: string | undefined;
  readonly uid: string | undefined;
  readonly resourceVersion: string | undefined;
}

function checked(dryRun: readonly string[], given: GivenOptions): DeleteCall {
  const errors: FieldError[] = [];
  const { propagationPolicy: policy, orphanDependents } = given;
  if (orphanDependents !== undefined && policy !== undefined) {
    const text = 'orphanDependents and deletionPropagation cannot be both set';
    errors.push(field.invalid('propagationPolicy', policy, text));
  }
  const known = policy === undefined || isPolicy(policy);
  if (!known) errors.push(field.notSupported('propagationPolicy', policy, policies));
  throwInvalidOptions('DeleteOptions', [...errors, ...validateDryRun(dryRun)]);
  return {
    dryRun: dryRun.length > 0,
    options: {
      ...(given.gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds: given.gracePeriodSeconds }),
      ...(orphanDependents === undefined ? {} : { orphanDependents }),
      ...(policy !== undefined && isPolicy(policy) ? { propagationPolicy: policy } : {}),
      ...(given.uid === undefined ? {} : { uid: given.uid }),
      ...(given.resourceVersion === undefined ? {} : { resourceVersion: given.resourceVersion }),
    },
  };
}

async function bodyOf({ context, negotiation }: VerbRequest): Promise<JsonObject> {
  try {
    const { value } = await negotiation.body(context, gvk);
    const kind = textOf(value['kind']) ?? gvk.kind;
    const apiVersion = textOf(value['apiVersion']) ?? 'v1';
    // They are the same in every version, even in one that nobody serves.
    const schema = parseApiVersion(apiVersion) ? schemaForKind({ ...gvk, group: '' }) : undefined;
    if (!schema || kind !== gvk.kind) throw newBadRequest(unregisteredKind(apiVersion, kind));
    return decodeObject(schema, value).object;
  } catch (error) {
    if (error instanceof BodySyntaxError || error instanceof DecodeError) throw newBadRequest(error.message);
    throw error;
  }
}

function isPolicy(text: string): text is 'Orphan' | 'Background' | 'Foreground' {
  return text === 'Orphan' || text === 'Background' || text === 'Foreground';
}

function textOf(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function numberOf(value: JsonValue | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
