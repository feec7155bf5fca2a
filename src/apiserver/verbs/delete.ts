/** DELETE of one object. Mirrors apiserver endpoints/handlers DeleteResource. */
import { deleteObject } from '../registry/delete-object.ts';
import { StoredObject } from '../registry/stored-object.ts';
import { deleteOptionsOf } from './delete-options.ts';
import { deleteOptionsObject } from './options-object.ts';
import { servedObject } from './served-form.ts';
import { admissionOf, encoderOf, objectResponse, writeContextOf, type VerbHandler } from './verb.ts';

export const deleteVerb: VerbHandler = async (request) => {
  const { store, resource, namespace, name } = request;
  const encoder = encoderOf(request);
  const { options, dryRun } = await deleteOptionsOf(request);
  const { answer, deleted } = await deleteObject(store, {
    resource,
    namespace,
    name,
    options,
    context: writeContextOf(request, dryRun),
    admission: admissionOf(request, 'DELETE', dryRun, deleteOptionsObject(options, dryRun)),
  });
  // Only who asked for cascading in the old way is told that it isn't over.
  const status = !deleted && options.orphanDependents === false ? 202 : 200;
  return objectResponse(encoder, status, answer instanceof StoredObject ? servedObject(resource, answer) : answer);
};
