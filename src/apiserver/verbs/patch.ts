/** PATCH, of an object and of its subresources of the same kind. Mirrors apiserver endpoints/handlers PatchResource. */
import { newNotFound } from '../../api/status.ts';
import { ensureNamespace } from '../registry/before-write.ts';
import { trackUpdate } from '../registry/managed-fields/managed-fields.ts';
import { managedScope } from '../registry/managed-fields/scope.ts';
import { applyVerb } from './apply.ts';
import { isApplyPatch } from './apply-config.ts';
import { warnOfRepeatedOwners } from './create.ts';
import { fieldManagerOf } from './field-manager.ts';
import { setManagedFields, subresourcePart } from './object-part.ts';
import { patcherOf } from './patch-object.ts';
import { writeOptions } from './query-options.ts';
import { checkName } from './request-object.ts';
import { servedCopy, servedLive, servedObject, storedForm, versionedForm } from './served-form.ts';
import { admissionOf, encoderOf, objectResponse, writeContextOf, type VerbHandler } from './verb.ts';

export const patchVerb: VerbHandler = async (request) => {
  const { context, store, resource, namespace, name } = request;
  if (isApplyPatch(context)) return applyVerb(request);
  const patch = patcherOf(context, fieldValidationOf(context.query), resource.protobuf);
  const encoder = encoderOf(request);
  const options = writeOptions(context.query, 'PatchOptions');
  const { part, take } = subresourcePart(request.subresource);
  const scope = managedScope(request.resources, resource, request.subresource);
  const updated = await store.update({
    resource,
    namespace,
    name,
    part,
    // A patch carries the current resourceVersion along unless it names another: so a lost race is simply run again.
    make: async (old) => {
      if (!old) throw newNotFound(resource.gr, name);
      const patched = patch(servedCopy(resource, old), resource.schema);
      // What a patch makes of a custom object's kind is looked at by validation.
      if (resource.protobuf || !patched.kind) patched.kind = resource.kind;
      if (resource.protobuf || !patched.apiVersion) patched.apiVersion = resource.apiVersion;
      resource.applyDefaults(patched);
      const object = storedForm(resource, patched);
      ensureNamespace(object.metadata, resource.namespaced ? namespace : '');
      checkName(object, name);
      warnOfRepeatedOwners(context, object);
      const managedFields = await trackUpdate({
        scope,
        live: servedLive(resource, old),
        next: versionedForm(resource, object),
        manager: fieldManagerOf(context, options),
        now: context.now,
      });
      return setManagedFields(take(object, old.decode()), managedFields);
    },
    context: writeContextOf(request, options.dryRun),
    admission: admissionOf(request, 'UPDATE', options.dryRun),
  });
  return objectResponse(encoder, 200, servedObject(resource, updated.object));
};

/** Content types are judged before options: a bad directive is reported by {@link writeOptions} right after. */
function fieldValidationOf(query: URLSearchParams): 'Ignore' | 'Warn' | 'Strict' {
  const text = query.get('fieldValidation');
  return text === 'Ignore' || text === 'Strict' ? text : 'Warn';
}
