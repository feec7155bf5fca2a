/**
 * Definitions of custom resources wait for their instances: the first deletion only marks them. Mirrors apiextensions-apiserver
 * registry/customresourcedefinition REST.Delete.
 */
import { isJsonObject, type JsonObject } from '../../api/json.ts';
import { newConflict } from '../../api/status.ts';
import { timestamp } from '../../lib/clock.ts';
import type { DeleteRequest } from './delete-request.ts';
import type { GenericStore } from './generic-store.ts';
import type { StoredObject } from './stored-object.ts';

const finalizer = 'customresourcecleanup.apiextensions.k8s.io';
const condition = {
  type: 'Terminating',
  status: 'True',
  reason: 'InstanceDeletionPending',
  message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
};

/** The definition that now waits; `undefined`: it waits already, and is deleted like other objects. */
export async function deleteDefinition(store: GenericStore, request: DeleteRequest): Promise<StoredObject | undefined> {
  const found = await store.get(request);
  checkPreconditions(request, found);
  if (found.object.metadata.deletionTimestamp) return undefined;
  await request.admission.validate(undefined, found.object);
  return store.rewrite(request, request.context.dryRun, (old) => {
    checkPreconditions(request, old);
    const object = old.decode();
    object.metadata.deletionTimestamp ??= timestamp(request.context.now);
    const finalizers = object.metadata.finalizers ?? [];
    if (!finalizers.includes(finalizer)) object.metadata.finalizers = [...finalizers, finalizer];
    const status = isJsonObject(object['status']) ? object['status'] : {};
    object['status'] = { ...status, conditions: withTerminating(status, request.context.now) };
    return object;
  });
}

function withTerminating(status: JsonObject, now: number): JsonObject[] {
  const conditions = Array.isArray(status['conditions']) ? status['conditions'].filter(isJsonObject) : [];
  const others = conditions.filter(({ type }) => type !== condition.type);
  const { type, ...rest } = condition;
  return [...others, { lastTransitionTime: timestamp(now), ...rest, type }];
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
