/** DELETE of a collection. Mirrors apiserver endpoints/handlers DeleteCollection and generic registry Store.DeleteCollection. */
import { newTimeout, StatusError } from '../../api/status.ts';
import { deleteObject } from '../registry/delete-object.ts';
import { listObjects, type ListRequest } from '../registry/list-objects.ts';
import type { StoredObject } from '../registry/stored-object.ts';
import { deleteOptionsOf } from './delete-options.ts';
import { listOptionsOf } from './list.ts';
import { deleteOptionsObject } from './options-object.ts';
import { servedObjects } from './served-form.ts';
import { admissionOf, encoderOf, writeContextOf, type VerbHandler } from './verb.ts';

/** Objects listed at once. */
const chunkLimit = 10_000;
/** Deletions under way at once: writes of one turn share a transaction. */
const parallelMax = 32;

/** Not atomic: when one deletion fails, others have been done. Answers with the objects as they were listed. */
export const deleteCollectionVerb: VerbHandler = async (request) => {
  const { store, resource, namespace, context } = request;
  const encoder = encoderOf(request);
  const asked = listOptionsOf(request, false);
  const { options, dryRun } = await deleteOptionsOf(request);
  const deletion = {
    resource,
    options,
    context: writeContextOf(request, dryRun),
    admission: admissionOf(request, 'DELETE', dryRun, deleteOptionsObject(options, dryRun)),
  };
  const deleted: StoredObject[] = [];
  const first: ListRequest = { ...asked, resource, namespace, limit: asked.limit || chunkLimit };
  let next: string | undefined;
  for (;;) {
    const list =
      next === undefined ? first : { ...first, continue: next, resourceVersion: '', resourceVersionMatch: '' };
    const { items, metadata } = await listObjects(store.store, list);
    for (let from = 0; from < items.length; from += parallelMax) {
      // Who asked has gone: what remains stays.
      if (context.request.signal.aborted) throw newTimeout('request did not complete within requested timeout', 0);
      await Promise.all(items.slice(from, from + parallelMax).map((item) => deleteOne(item)));
    }
    deleted.push(...items);
    // Who gives a limit wants no more than it deleted.
    if (asked.limit > 0 || metadata.continue === undefined) {
      const body = encoder.list(metadata, servedObjects(resource, deleted));
      return { status: 200, headers: { 'content-type': encoder.contentType }, body };
    }
    next = metadata.continue;
  }

  async function deleteOne({ object }: StoredObject): Promise<void> {
    const { namespace: at = '', name = '' } = object.metadata;
    try {
      await deleteObject(store, { ...deletion, namespace: at, name });
    } catch (error) {
      if (!(error instanceof StatusError && error.status.reason === 'NotFound')) throw error;
    }
  }
};
