/** PUT, of an object and of its subresources of the same kind. Mirrors apiserver endpoints/handlers UpdateResource. */
import { ensureNamespace } from '../registry/before-write.ts';
import { trackUpdate } from '../registry/managed-fields/managed-fields.ts';
import { managedScope } from '../registry/managed-fields/scope.ts';
import { warnOfRepeatedOwners } from './create.ts';
import { fieldManagerOf } from './field-manager.ts';
import { setManagedFields, subresourcePart } from './object-part.ts';
import { writeOptions } from './query-options.ts';
import { checkName, readObject } from './request-object.ts';
import { servedLive, servedObject, storedForm, versionedForm } from './served-form.ts';
import { admissionOf, encoderOf, objectResponse, writeContextOf, type VerbHandler } from './verb.ts';

export const updateVerb: VerbHandler = async (request) => {
  const { context, negotiation, store, resource, namespace, name } = request;
  const encoder = encoderOf(request);
  const options = writeOptions(context.query, 'UpdateOptions');
  const sent = await readObject(context, negotiation, resource, options.fieldValidation);
  resource.applyDefaults(sent);
  const object = storedForm(resource, sent);
  ensureNamespace(object.metadata, resource.namespaced ? namespace : '');
  checkName(object, name);
  warnOfRepeatedOwners(context, object);
  const { part, take } = subresourcePart(request.subresource);
  const scope = managedScope(request.resources, resource, request.subresource);
  const { uid } = object.metadata;
  const updated = await store.update({
    resource,
    namespace,
    name,
    part,
    ...(uid ? { uid } : {}),
    make: async (old) => {
      const managedFields = await trackUpdate({
        scope,
        live: old && servedLive(resource, old),
        next: versionedForm(resource, object),
        manager: fieldManagerOf(context, options),
        now: context.now,
      });
      return setManagedFields(take(structuredClone(object), old?.decode()), managedFields);
    },
    context: writeContextOf(request, options.dryRun),
    admission: admissionOf(request, 'UPDATE', options.dryRun),
  });
  return objectResponse(encoder, updated.created ? 201 : 200, servedObject(resource, updated.object));
};
