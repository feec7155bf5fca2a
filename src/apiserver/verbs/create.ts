/** POST. Mirrors apiserver endpoints/handlers createHandler. */
import type { KubeObject } from '../../api/object.ts';
import { ensureNamespace, wipeSystemMetadata } from '../registry/before-write.ts';
import { trackUpdate } from '../registry/managed-fields/managed-fields.ts';
import { managedScope } from '../registry/managed-fields/scope.ts';
import { dropRepeatedOwners } from '../registry/object-metadata.ts';
import type { RequestContext } from '../request-context.ts';
import { fieldManagerOf } from './field-manager.ts';
import { setManagedFields } from './object-part.ts';
import { writeOptions } from './query-options.ts';
import { readObject } from './request-object.ts';
import { servedObject, storedForm, versionedForm } from './served-form.ts';
import { admissionOf, encoderOf, objectResponse, writeContextOf, type VerbHandler } from './verb.ts';

export const createVerb: VerbHandler = async (request) => {
  const { context, negotiation, store, resource, namespace } = request;
  const encoder = encoderOf(request);
  const options = writeOptions(context.query, 'CreateOptions');
  const sent = await readObject(context, negotiation, resource, options.fieldValidation);
  resource.applyDefaults(sent);
  const object = storedForm(resource, sent);
  wipeSystemMetadata(object.metadata);
  ensureNamespace(object.metadata, resource.namespaced ? namespace : '');
  warnOfRepeatedOwners(context, object);
  const managedFields = await trackUpdate({
    scope: managedScope(request.resources, resource, request.subresource),
    live: undefined,
    next: versionedForm(resource, object),
    manager: fieldManagerOf(context, options),
    now: context.now,
  });
  setManagedFields(object, managedFields);
  const created = await store.create({
    resource,
    namespace,
    object,
    context: writeContextOf(request, options.dryRun),
    admission: admissionOf(request, 'CREATE', options.dryRun),
  });
  return objectResponse(encoder, 201, servedObject(resource, created));
};

/** May mutate. */
export function warnOfRepeatedOwners(context: RequestContext, object: KubeObject): void {
  const repeated = dropRepeatedOwners(object.metadata);
  if (repeated.length === 0) return;
  context.warnings.push(
    '.metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject such ' +
      `requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${repeated.join(', ')}`,
  );
}
