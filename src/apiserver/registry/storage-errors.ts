/** What the store throws, as clients are told it. Mirrors apiserver storage/errors and storage/etcd3/errors.go. */
import type { GroupResource } from '../../api/gvk.ts';
import { failure, newConflict, newResourceExpired, newTimeout, StatusError } from '../../api/status.ts';
import { StoreFullError } from '../../storage/store.ts';
import type { Target } from './target.ts';
import { storageKey } from './storage-key.ts';

/** Seconds after which what is in the future may be there. */
const futureRetrySeconds = 1;
/** Seconds after which a full store is worth another try. */
const fullRetrySeconds = 10;

/** For what a write throws. What isn't known comes back as it is. */
export function storeFailure(error: unknown, resource: GroupResource, operation: string): unknown {
  if (!(error instanceof StoreFullError)) return error;
  const message = `the server's storage is full; the ${operation} operation on ${resource.resource} was not done`;
  const details = { kind: resource.resource, retryAfterSeconds: fullRetrySeconds };
  return failure(507, 'InsufficientStorage', message, details, { cause: error });
}

/** The uid in an update is not the object's. Mirrors storage Preconditions.Check, whose text names the key. */
export function failedPrecondition({ resource, namespace, name }: Target, wanted: string, found: string): StatusError {
  const key = storageKey(resource.storagePrefix, namespace, name);
  const text = `Precondition failed: UID in precondition: ${wanted}, UID in object meta: ${found}`;
  const reason = `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${text}`;
  return newConflict(resource.gr, name, reason);
}

/** A resourceVersion that does not exist yet. Mirrors storage NewTooLargeResourceVersionError. */
export function tooLargeResourceVersion(wanted: number, current: number): StatusError {
  const error = newTimeout(`Too large resource version: ${wanted}, current: ${current}`, futureRetrySeconds);
  const causes = [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }];
  return new StatusError({ ...error.status, details: { ...error.status.details, causes } });
}

export function listExpired(): StatusError {
  return newResourceExpired('The resourceVersion for the provided list is too old.');
}

/** `token`: goes on at the newest revision, inconsistently. */
export function continueExpired(token: string): StatusError {
  const { status } = newResourceExpired(
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without ' +
      'the continue parameter, or use the continue token in this response to retrieve the remainder of the results. ' +
      'Continuing with the provided token results in an inconsistent list - objects that were created, modified, or ' +
      'deleted between the time the first chunk was returned and now may show up in the list.',
  );
  return new StatusError({ ...status, metadata: { continue: token } });
}

/** Of a watch. `oldest`: the oldest revision that a watch can start after. */
export function watchExpired(wanted: number, oldest: number): StatusError {
  return newResourceExpired(`too old resource version: ${wanted} (${oldest})`);
}
