/**
 * The instances go before their definition does. Mirrors apiextensions-apiserver pkg/controller/finalizer, but that it waits for events,
 * where upstream asks every five seconds.
 */
import type { WriteAdmission, WriteContext } from '../registry/write-context.ts';
import { StatusError } from '../../api/status.ts';
import { deleteObject } from '../registry/delete-object.ts';
import type { GenericStore } from '../registry/generic-store.ts';
import { listObjects } from '../registry/list-objects.ts';
import { everything } from '../registry/selection.ts';
import type { ServedResource } from '../registry/served-resource.ts';

export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

/** Deletions under way at once. */
const parallelMax = 32;
const chunkLimit = 500;

/** Deletes all instances; those with finalizers are only marked. Throws StatusErrors. */
export async function deleteInstances(
  store: GenericStore,
  resource: ServedResource,
  context: WriteContext,
  admission: WriteAdmission,
): Promise<void> {
  let next = '';
  do {
    const { items, metadata } = await listObjects(store.store, {
      resource,
      namespace: '',
      selection: everything,
      limit: chunkLimit,
      continue: next,
      resourceVersion: '',
      resourceVersionMatch: '',
    });
    for (let from = 0; from < items.length; from += parallelMax) {
      await Promise.all(
        items.slice(from, from + parallelMax).map(async ({ object: { metadata } }) => {
          const { namespace = '', name = '' } = metadata;
          try {
            await deleteObject(store, { resource, namespace, name, options: {}, context, admission });
          } catch (error) {
            if (!(error instanceof StatusError && error.status.reason === 'NotFound')) throw error;
          }
        }),
      );
    }
    next = metadata.continue ?? '';
  } while (next !== '');
}

/** Resolves `true` once there is no instance any more; `false` when `signal` aborts first. */
export async function waitUntilEmpty(store: GenericStore, prefix: string, signal: AbortSignal): Promise<boolean> {
  let changed: () => void = () => undefined;
  let change = new Promise<void>((resolve) => (changed = resolve));
  const watch = await store.store.watch({
    prefix,
    after: await store.store.revision(),
    onEvents: () => changed(),
    onEnd: () => changed(),
  });
  const abort = (): void => changed();
  signal.addEventListener('abort', abort, { once: true });
  try {
    for (;;) {
      const { entries } = await store.store.list({ prefix, limit: 1 });
      if (entries.length === 0) return true;
      await change;
      if (signal.aborted) return false;
      change = new Promise<void>((resolve) => (changed = resolve));
    }
  } finally {
    signal.removeEventListener('abort', abort);
    watch.close();
  }
}
