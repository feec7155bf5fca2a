/**
 * Namespaces are emptied before they go: the first deletion only marks them as terminating, and the namespace controller empties
 * them and takes `kubernetes` off `spec.finalizers`. Mirrors kubernetes core/namespace/storage REST.Delete.
 */
import { isJsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { newConflict } from '../../api/status.ts';
import { timestamp } from '../../lib/clock.ts';
import type { DeleteRequest } from './delete-request.ts';
import type { GenericStore } from './generic-store.ts';
import type { StoredObject } from './stored-object.ts';

/** The namespace that now waits; `undefined`: nothing holds it any more, it is to be deleted like other objects. */
export async function deleteNamespace(store: GenericStore, request: DeleteRequest): Promise<StoredObject | undefined> {
  const namespace = await store.get(request);
  checkPreconditions(request, namespace);
  if (namespace.object.metadata.deletionTimestamp) {
    return specFinalizers(namespace.object).length > 0 ? namespace : undefined;
  }
  await request.admission.validate(undefined, namespace.object);
  return store.rewrite(request, request.context.dryRun, (old) => {
    checkPreconditions(request, old);
    const object = old.decode();
    object.metadata.deletionTimestamp ??= timestamp(request.context.now);
    object['status'] = { ...statusOf(object), phase: 'Terminating' };
    setFinalizers(request, object);
    return object;
  });
}

/** What `spec.finalizers` of a namespace holds. */
function specFinalizers(namespace: Readonly<KubeObject>): readonly string[] {
  const { spec } = namespace;
  const finalizers = isJsonObject(spec) ? spec['finalizers'] : undefined;
  return Array.isArray(finalizers) ? finalizers.filter((name) => typeof name === 'string') : [];
}

function statusOf(namespace: KubeObject): object {
  return isJsonObject(namespace['status']) ? namespace['status'] : {};
}

/** An option for dependents becomes a finalizer; without one they stay as they are. May mutate. */
function setFinalizers({ options }: DeleteRequest, object: KubeObject): void {
  const finalizers = new Set(object.metadata.finalizers);
  if (options.orphanDependents !== undefined || options.propagationPolicy) {
    const policy = options.propagationPolicy ?? (options.orphanDependents ? 'Orphan' : 'Foreground');
    finalizers.delete('orphan');
    finalizers.delete('foregroundDeletion');
    if (policy === 'Orphan') finalizers.add('orphan');
    if (policy === 'Foreground') finalizers.add('foregroundDeletion');
  }
  if (finalizers.size === 0) delete object.metadata.finalizers;
  else object.metadata.finalizers = [...finalizers];
}

function checkPreconditions({ resource, name, options }: DeleteRequest, { object, revision }: StoredObject): void {
  const { uid = '' } = object.metadata;
  const failed = (what: string, wanted: string, found: string) =>
    newConflict(
      resource.gr,
      name,
      `Precondition failed: ${what} in precondition: ${wanted}, ${what} in object meta: ${found}`,
    );
  if (options.uid !== undefined && options.uid !== uid) throw failed('UID', options.uid, uid);
  if (options.resourceVersion !== undefined && options.resourceVersion !== String(revision)) {
    throw failed('ResourceVersion', options.resourceVersion, String(revision));
  }
}
