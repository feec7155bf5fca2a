/** PATCH of what a client wants to own: server-side apply. Mirrors apiserver endpoints/handlers applyPatcher. */
import { isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { failure, newBadRequest, newConflict } from '../../api/status.ts';
import { ConflictsError } from '../../patch/apply/managers.ts';
import { DecodeError, decodeObject } from '../../schema/decode.ts';
import { applyConflict } from '../registry/managed-fields/apply-conflict.ts';
import { ensureNamespace } from '../registry/before-write.ts';
import { applyAs } from '../registry/managed-fields/last-applied.ts';
import { describeConfig, type ManagedApply } from '../registry/managed-fields/managed-fields.ts';
import { managedScope, withConversions, type ManagedScope } from '../registry/managed-fields/scope.ts';
import type { ServedResource } from '../registry/served-resource.ts';
import type { RequestContext } from '../request-context.ts';
import { readApplyConfig, type ApplyConfig } from './apply-config.ts';
import { warnOfRepeatedOwners } from './create.ts';
import { setManagedFields, subresourcePart } from './object-part.ts';
import { applyOptions, type ApplyOptions } from './query-options.ts';
import { checkName } from './request-object.ts';
import { servedCopy, servedObject, storedForm } from './served-form.ts';
import { admissionOf, encoderOf, objectResponse, writeContextOf, type VerbHandler } from './verb.ts';

export const applyVerb: VerbHandler = async (request) => {
  const { context, store, resource, namespace, name, subresource } = request;
  const encoder = encoderOf(request);
  const options = applyOptions(context.query);
  const body = await readApplyConfig(context);
  const { part, take } = subresourcePart(subresource);
  const scope = managedScope(request.resources, resource, subresource);
  const updated = await store.update({
    resource,
    namespace,
    name,
    part,
    // Upstream's subresources never make an object, but see what is applied first.
    allowCreate: subresource === '',
    make: async (old) => {
      const live = old && servedCopy(resource, old);
      const { object: applied, managedFields } = await withConversions(() =>
        applyBody(context, body, options, { scope, live }),
      );
      const object = applied === live && old ? old.decode() : storedApplied(resource, applied);
      checkUid(request, object, live);
      ensureNamespace(object.metadata, resource.namespaced ? namespace : '');
      checkName(object, name);
      warnOfRepeatedOwners(context, object);
      return setManagedFields(take(object, old?.decode()), managedFields);
    },
    context: writeContextOf(request, options.dryRun),
    admission: admissionOf(request, 'UPDATE', options.dryRun),
  });
  return objectResponse(encoder, updated.created ? 201 : 200, servedObject(resource, updated.object));
};

function storedApplied(resource: ServedResource, applied: KubeObject): KubeObject {
  resource.applyDefaults(applied);
  return storedForm(resource, applied);
}

export interface AppliedBody {
  /** Decoded, not defaulted; `live` itself where nothing has changed. */
  readonly object: KubeObject;
  readonly managedFields: JsonObject[] | undefined;
}

/** Throws StatusErrors. `live` may be used up. */
export function applyBody(
  context: RequestContext,
  { config, strictError }: ApplyConfig,
  { fieldManager, fieldValidation, force }: ApplyOptions,
  { scope, live }: Pick<ManagedApply, 'scope' | 'live'> & { readonly live: KubeObject | undefined },
): AppliedBody {
  try {
    const { object, managedFields } = applyAs({ scope, live, config, manager: fieldManager, force, now: context.now });
    if (strictError !== undefined && fieldValidation !== 'Ignore') {
      const head = 'error strict decoding YAML: error converting YAML to JSON: ';
      if (fieldValidation === 'Strict') throw newBadRequest(head + strictError);
      context.warnings.push(strictError);
    }
    if (object === undefined && live) return { object: live, managedFields };
    return { object: decodeApplied(scope, config, object ?? {}), managedFields };
  } catch (error) {
    if (error instanceof ConflictsError) throw applyConflict(error.conflicts);
    throw error;
  }
}

function decodeApplied(scope: ManagedScope, config: JsonObject, value: JsonValue): KubeObject {
  try {
    const { object } = decodeObject(scope.schema, isJsonObject(value) ? value : {});
    // A kind's schema has these.
    return { metadata: {}, ...object, apiVersion: scope.apiVersion, kind: scope.gvk.kind };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    const { group, version, kind } = scope.gvk;
    const text =
      `failed to convert new object (${describeConfig(scope, config)}) to proper version: ` +
      `unable to convert unstructured object to ${group}/${version}, Kind=${kind}: ${conversionProblem(error.message)}`;
    throw failure(500, '', text, undefined, { cause: error });
  }
}

/** Upstream's converter says it without the way, but for the types that decode themselves; and numbers in its own words. */
function conversionProblem(message: string): string {
  const fraction = /cannot unmarshal number [\d.e+-]+ into Go struct field \S+ of type (u?int\d+)$/.exec(message);
  if (fraction) return `cannot convert float64 to ${fraction[1]}`;
  return message.replace(/into Go struct field \S+ of type/, 'into Go value of type');
}

function checkUid(
  { resource, name }: Parameters<VerbHandler>[0],
  object: KubeObject,
  live: KubeObject | undefined,
): void {
  const { uid } = object.metadata;
  if (live || !uid) return;
  const text = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
  throw newConflict(resource.gr, name, text);
}
