/**
 * Deletion: at once, gracefully, or after finalizers. Mirrors apiserver generic registry Store.Delete, registry/rest BeforeDelete,
 * and for namespaces core/namespace/storage REST.Delete.
 */
import type { KubeObject } from '../../api/object.ts';
import { newConflict, StatusError, successStatus, type Status } from '../../api/status.ts';
import { timestamp } from '../../lib/clock.ts';
import type { DeleteRequest } from './delete-request.ts';
import type { GenericStore } from './generic-store.ts';
import { isGarbageCollected, returnsDeletedObject } from './resource-traits.ts';
import type { StoredObject } from './stored-object.ts';
import { deleteDefinition } from './delete-definition.ts';
import { deleteNamespace } from './delete-namespace.ts';

export interface DeleteResult {
  /** What the client is told: the object, or a Status. */
  readonly answer: StoredObject | Status;
  /** `false`: it waits for finalizers or its grace period. */
  readonly deleted: boolean;
}

const definitionsPrefix = '/registry/apiextensions.k8s.io/customresourcedefinitions/';
const orphanFinalizer = 'orphan';
const foregroundFinalizer = 'foregroundDeletion';

/** Throws NotFound, Conflict, and what admission throws. */
export async function deleteObject(store: GenericStore, request: DeleteRequest): Promise<DeleteResult> {
  const isNamespace = request.resource.gr.group === '' && request.resource.gr.resource === 'namespaces';
  if (isNamespace) {
    const waiting = await deleteNamespace(store, request);
    if (waiting) return { answer: waiting, deleted: false };
  }
  if (request.resource.storagePrefix === definitionsPrefix) {
    const waiting = await deleteDefinition(store, request);
    if (waiting) return { answer: waiting, deleted: false };
  }
  let shown: StoredObject | undefined;
  for (;;) {
    if (shown && (await isGone(store, request, shown))) return { answer: answerOf(request, shown), deleted: true };
    const current = await store.get(request);
    checkPreconditions(request, current);
    const plan = planDeletion(request, current);
    if (plan.kind === 'pending') return { answer: answerOf(request, current), deleted: false };
    await request.admission.validate(undefined, current.object);
    if (plan.kind === 'mark') {
      const marked = await mark(store, request);
      // Another writer took away what it waited for: plan again.
      if (marked) return { answer: marked, deleted: false };
      continue;
    }
    const last = plan.object ? await markExpired(store, request) : current;
    const gone = last && (await store.remove(request, last, request.context.dryRun));
    if (plan.object) shown = last;
    if (gone) return { answer: answerOf(request, gone), deleted: true };
  }
}

/** Whether somebody has taken away what was `shown` to be at its end, as kubelets do. Mirrors Store.Delete's ignoreNotFound. */
async function isGone(store: GenericStore, request: DeleteRequest, shown: StoredObject): Promise<boolean> {
  try {
    const current = await store.get(request);
    return current.object.metadata.uid !== shown.object.metadata.uid;
  } catch (error) {
    if (error instanceof StatusError && error.status.reason === 'NotFound') return true;
    throw error;
  }
}

type Plan =
  /** `object`: written before it goes, with a grace period of 0, as those who watch expect it. */
  | { readonly kind: 'now'; readonly object?: KubeObject }
  /** A graceful deletion is under way already and is not shortened. */
  | { readonly kind: 'pending' }
  /** It waits for its grace period or its finalizers. */
  | { readonly kind: 'mark'; readonly object: KubeObject };

async function mark(store: GenericStore, request: DeleteRequest): Promise<StoredObject | undefined> {
  let waits = true;
  const marked = await store.rewrite(request, request.context.dryRun, (old) => {
    checkPreconditions(request, old);
    const plan = planDeletion(request, old);
    waits = plan.kind === 'mark';
    return plan.kind === 'mark' ? plan.object : undefined;
  });
  return waits ? marked : undefined;
}

/** `undefined`: it must wait after all. */
async function markExpired(store: GenericStore, request: DeleteRequest): Promise<StoredObject | undefined> {
  let now = true;
  const marked = await store.rewrite(request, request.context.dryRun, (old) => {
    checkPreconditions(request, old);
    const plan = planDeletion(request, old);
    now = plan.kind === 'now';
    return plan.kind === 'now' ? plan.object : undefined;
  });
  return now ? marked : undefined;
}

/** Pure. */
function planDeletion(request: DeleteRequest, current: StoredObject): Plan {
  const object = current.decode();
  const graceful = markGraceful(request, object);
  if (graceful === 'pending') return { kind: 'pending' };
  setGarbageCollectionFinalizers(request, object);
  const finalizersPending = (object.metadata.finalizers?.length ?? 0) > 0;
  if (graceful === undefined) {
    if (!finalizersPending) return { kind: 'now' };
    markDeleting(object, request.context.now);
    return { kind: 'mark', object };
  }
  return { kind: graceful > 0 || finalizersPending ? 'mark' : 'now', object };
}

/**
 * Sets the time and the grace period. Returns the seconds it waits; `undefined`: it isn't graceful; `pending`: nothing changes.
 * May mutate `object`. Mirrors rest.BeforeDelete.
 */
function markGraceful(request: DeleteRequest, object: KubeObject): number | 'pending' | undefined {
  const strategy = request.resource.definition?.strategy;
  if (!strategy?.gracePeriodSeconds) return undefined;
  const { now } = request.context;
  const meta = object.metadata;
  const given = request.options.gracePeriodSeconds;
  // Negative ones count as the shortest there is.
  const asked = given !== undefined && given < 0 ? 1 : given;
  if (meta.deletionTimestamp) {
    const current = meta.deletionGracePeriodSeconds ?? 0;
    if (current === 0) return undefined;
    if (asked === undefined || asked >= current) return 'pending';
    const began = Date.parse(meta.deletionTimestamp) - current * 1000;
    const ends = began + asked * 1000;
    const expired = ends < now;
    const seconds = expired && asked !== 0 ? 1 : asked;
    meta.deletionTimestamp = timestamp(expired ? now : ends);
    meta.deletionGracePeriodSeconds = seconds;
    return seconds;
  }
  const seconds = strategy.gracePeriodSeconds(object, asked);
  if (seconds === undefined) return undefined;
  meta.deletionTimestamp = timestamp(now + seconds * 1000);
  meta.deletionGracePeriodSeconds = seconds;
  if ((meta.generation ?? 0) > 0) meta.generation = (meta.generation ?? 0) + 1;
  return seconds;
}

/** Mirrors markAsDeleting. May mutate. */
function markDeleting(object: KubeObject, now: number): void {
  const meta = object.metadata;
  if (!meta.deletionTimestamp && (meta.generation ?? 0) > 0) meta.generation = (meta.generation ?? 0) + 1;
  if (!meta.deletionTimestamp || Date.parse(meta.deletionTimestamp) > now) meta.deletionTimestamp = timestamp(now);
  meta.deletionGracePeriodSeconds = 0;
}

/** Mirrors deletionFinalizersForGarbageCollection. May mutate. */
function setGarbageCollectionFinalizers(request: DeleteRequest, object: KubeObject): void {
  if (!isGarbageCollected(request.resource)) return;
  const before = object.metadata.finalizers ?? [];
  const wanted = before.filter((name) => name !== orphanFinalizer && name !== foregroundFinalizer);
  if (orphans(request, before)) wanted.push(orphanFinalizer);
  if (deletesInForeground(request, before)) wanted.push(foregroundFinalizer);
  const same = wanted.length === before.length && wanted.every((name) => before.includes(name));
  if (same) return;
  if (wanted.length === 0) delete object.metadata.finalizers;
  else object.metadata.finalizers = wanted;
}

function orphans({ resource, options }: DeleteRequest, finalizers: readonly string[]): boolean {
  if (options.orphanDependents !== undefined) return options.orphanDependents;
  if (options.propagationPolicy) return options.propagationPolicy === 'Orphan';
  const marked = finalizers.find((name) => name === orphanFinalizer || name === foregroundFinalizer);
  if (marked) return marked === orphanFinalizer;
  return resource.definition?.strategy?.defaultGarbageCollection === 'orphan';
}

function deletesInForeground({ options }: DeleteRequest, finalizers: readonly string[]): boolean {
  if (options.orphanDependents !== undefined) return false;
  if (options.propagationPolicy) return options.propagationPolicy === 'Foreground';
  const marked = finalizers.find((name) => name === orphanFinalizer || name === foregroundFinalizer);
  return marked === foregroundFinalizer;
}

/** Throws Conflict when the object isn't the one that is to be deleted. */
export function checkPreconditions(
  { resource, name, options }: Pick<DeleteRequest, 'resource' | 'name' | 'options'>,
  current: StoredObject,
): void {
  const { uid = '' } = current.object.metadata;
  // Upstream names the kind here, where other errors name the resource.
  const kind = { group: resource.gr.group, resource: resource.kind };
  if (options.uid !== undefined && options.uid !== uid) {
    const text = `the UID in the precondition (${options.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`;
    throw newConflict(kind, name, text);
  }
  if (options.resourceVersion !== undefined && options.resourceVersion !== String(current.revision)) {
    const text = `the ResourceVersion in the precondition (${options.resourceVersion}) does not match the ResourceVersion in record (${current.revision}). The object might have been modified`;
    throw newConflict(kind, name, text);
  }
}

function answerOf({ resource, name }: DeleteRequest, object: StoredObject): StoredObject | Status {
  if (returnsDeletedObject(resource)) return object;
  const { uid } = object.object.metadata;
  return successStatus({
    name,
    ...(resource.gr.group === '' ? {} : { group: resource.gr.group }),
    kind: resource.gr.resource,
    ...(uid === undefined ? {} : { uid }),
  });
}
