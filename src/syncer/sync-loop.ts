/**
 * One kind's loop: observe both sides of a key, plan, act. Events of either side, and of pods that name the object, only put keys into the
 * queue; so a restart, a lost event or a repeated one make no difference.
 */
import { objectKey, type KubeObject } from '../api/object.ts';
import type { On } from '../api/side.ts';
import { StatusError } from '../api/status.ts';
import type { Informer } from '../client/informer.ts';
import { Controller, done, requeueAfter, type Result } from '../controller/controller.ts';
import type { NeededInformer } from '../controller/manager.ts';
import type { WorkQueue, WorkQueueMetrics } from '../controller/work-queue.ts';
import type { RecordEvent } from '../controller/event-recorder.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { namesInPod, scrubber } from '../translate/host-texts.ts';
import { clusterHostName, originOfClusterCopy } from '../translate/cluster-copies.ts';
import { originOf, originOfCopy, type Origin, type Place } from '../translate/marks.ts';
import { hostName } from '../translate/names.ts';
import { viewPod } from '../translate/pods/pod-view.ts';
import { referencedNames } from '../translate/pods/references.ts';
import type { Action, Plan } from './action.ts';
import { act, type Hands } from './act.ts';
import type { AuditedLoop } from './audited-loop.ts';
import { shownWithinMs } from './pod-copies.ts';
import { refOfKey } from '../translate/identity.ts';
import { UnreadError } from './unread-error.ts';
import { anyOfThem, type Followed, type Observed, type SyncedKind, type View } from './synced-kind.ts';

export interface SyncLoopOptions {
  readonly kind: SyncedKind;
  readonly hands: Hands;
  readonly tenantObjects: Informer<'tenant'>;
  readonly hostObjects: Informer<'host'>;
  readonly tenantPods: Informer<'tenant'>;
  /** Other kinds that name objects of this one. */
  readonly naming: readonly Naming[];
  /** Of what the kind follows, as far as it is to be followed. */
  readonly followed: readonly { readonly kind: Followed; readonly objects: Informer<'tenant'> }[];
  readonly view: () => Omit<View, 'followed'>;
  /** Tells the tenant's users why an object isn't on the host. */
  readonly record: RecordEvent;
  /** What the informers show may not be what is there. */
  readonly disturbed?: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics?: WorkQueueMetrics | undefined;
}

/** A kind whose objects name others. */
export interface Naming {
  readonly names: NonNullable<SyncedKind['names']>;
  readonly objects: Informer<'tenant'>;
}

/** How many keys of a kind are worked on at once: what waits is the host's answer, not our processor. */
const concurrency = 64;
/** A refusal may be cured on the host without anything changing here. */
const retryMaxMs = 60_000;
/** Copies that have just been made, or are about to be removed, are in the way for a moment. */
const failuresUntilReported = 8;

export interface SyncLoop {
  readonly controller: Controller;
  readonly audited: AuditedLoop;
  /** What must have been read before it may run. */
  readonly needs: readonly NeededInformer[];
  readonly hostObjects: Informer<'host'>;
}

export function createSyncLoop(options: SyncLoopOptions): SyncLoop {
  const { kind, clock, logger, metrics } = options;
  const controller = new Controller({
    name: `sync ${kind.gvr.resource}`,
    reconcile: (key): Promise<Result> => reconcile(options, controller.queue, key),
    clock,
    logger,
    concurrency,
    retryMaxMs,
    ...(metrics ? { metrics } : {}),
  });
  const { queue } = controller;
  listen(options, (key) => queue.add(key));
  const audited: AuditedLoop = {
    resource: kind.gvr.resource,
    queue,
    keys: () => keysOfBothSides(options),
    planOf: (key) => planOf(options, key, observe(options, key)),
  };
  const { hostObjects, naming } = options;
  // Not to remove what is named by something that hasn't been read yet.
  const named = kind.referencedBy === undefined ? [] : naming.map(({ objects }) => objects);
  return { controller, audited, needs: [hostObjects, ...named], hostObjects };
}

async function reconcile(options: SyncLoopOptions, queue: WorkQueue, key: string): Promise<Result> {
  const observed = observe(options, key);
  const { tenant } = observed;
  let plan: Plan;
  try {
    plan = planOf(options, key, observed);
    if (plan.refusal !== undefined && tenant) report(options, tenant, plan.refusal);
    await act(options.hands, plan.actions);
    for (const { reason, message } of plan.notices ?? [])
      if (tenant) options.record(tenant, 'Warning', reason, message);
  } catch (error) {
    if (tenant && isRefusal(error)) reportRefusal(options, tenant, error);
    if (tenant && error instanceof UnreadError) report(options, tenant, error.message);
    if (tenant && isInTheWay(error, tenant) && queue.failures(key) === failuresUntilReported) {
      report(options, tenant, 'something else on the host has the name that its copy would have');
      // Or it is the copy, and we were never told.
      options.disturbed?.();
    }
    throw error;
  }
  const waitMs = Math.min(plan.requeueAfterMs ?? Infinity, plan.actions.some(makesCopy) ? shownWithinMs : Infinity);
  return waitMs === Infinity ? done : requeueAfter(waitMs);
}

function planOf(options: SyncLoopOptions, key: string, observed: Observed): Plan {
  return options.kind.plan(key, observed, { ...options.view(), followed: (...of) => findFollowed(options, ...of) });
}

function* keysOfBothSides({ kind, hands, tenantObjects, hostObjects }: SyncLoopOptions): Iterable<string> {
  for (const object of tenantObjects.list()) yield objectKey(object);
  for (const copy of hostObjects.list()) {
    const origin = originOfKind(kind, hands.place, copy);
    if (origin) yield keyOfOrigin(origin);
  }
}

function keyOfOrigin({ namespace, name }: Origin): string {
  return namespace === '' ? name : `${namespace}/${name}`;
}

function findFollowed(
  { followed }: SyncLoopOptions,
  plural: string,
  key: string,
): On<'tenant', KubeObject> | undefined {
  return followed.find(({ kind }) => kind.gvr.resource === plural)?.objects.get(key);
}

/**
 * Its copy will be shown, and that brings the next plan; but a copy that somebody removes before a watch that was cut is open again is never shown
 * at all.
 */
function makesCopy(action: Action): boolean {
  return action.type === 'create-host' || (action.type === 'write-tokens' && action.secret === undefined);
}

/** What both informers show of a key, now. */
function observe({ kind, hands, tenantObjects, hostObjects }: SyncLoopOptions, key: string): Observed {
  const { namespace, name } = refOfKey(key);
  const { place } = hands;
  const found = hostObjects.get(
    kind.scope === 'Cluster'
      ? clusterHostName(place, name)
      : `${place.hostNamespace}/${hostName(place.tenant, namespace, name)}`,
  );
  const origin = found && originOfKind(kind, place, found);
  const tenant = tenantObjects.get(key);
  return origin ? { tenant, host: found, origin } : { tenant, host: undefined, origin, inTheWay: found };
}

function originOfKind({ scope }: SyncedKind, place: Place, copy: On<'host', KubeObject>): Origin | undefined {
  return scope === 'Cluster' ? originOfClusterCopy(place, copy) : originOfCopy(place, copy);
}

function listen(options: SyncLoopOptions, add: (key: string) => void): void {
  const { kind, tenantObjects, hostObjects, tenantPods, hands } = options;
  const addTenant = (object: On<'tenant', KubeObject>): void => add(objectKey(object));
  const addHost = (object: On<'host', KubeObject>): void => {
    const origin = originOfKind(kind, hands.place, object);
    if (origin) add(keyOfOrigin(origin));
  };
  tenantObjects.addHandler({ onAdd: addTenant, onUpdate: (_old, object) => addTenant(object), onDelete: addTenant });
  hostObjects.addHandler({ onAdd: addHost, onUpdate: (_old, object) => addHost(object), onDelete: addHost });
  for (const followed of options.followed) {
    const index = `follows ${followed.kind.gvr.resource}`;
    tenantObjects.addIndex(index, (object) => followed.kind.namedBy(object));
    const addNaming = (other: On<'tenant', KubeObject>): void => {
      for (const name of [objectKey(other), anyOfThem])
        for (const object of tenantObjects.byIndex(index, name)) addTenant(object);
    };
    followed.objects.addHandler({
      onAdd: addNaming,
      onUpdate: (_old, other) => addNaming(other),
      onDelete: addNaming,
    });
  }
  const { referencedBy } = kind;
  if (referencedBy === undefined) return;
  const addNamed = (pod: On<'tenant', KubeObject>): void => {
    for (const name of referencedNames(viewPod(pod).spec, referencedBy)) add(`${pod.metadata.namespace ?? ''}/${name}`);
  };
  tenantPods.addHandler({
    onAdd: addNamed,
    // What a pod names never changes while it lives, but that it gets ephemeral containers.
    onUpdate: (old, pod) => {
      const [before, after] = [old, pod].map((one) => viewPod(one).spec.ephemeralContainers?.length ?? 0);
      if (before !== after) addNamed(pod);
    },
    onDelete: addNamed,
  });
  for (const { names, objects } of options.naming) {
    const addOthers = (object: On<'tenant', KubeObject>): void => {
      for (const named of names(object)) if (named.kind === referencedBy) add(named.key);
    };
    objects.addHandler({
      onAdd: addOthers,
      onUpdate: (old, object) => {
        addOthers(old);
        addOthers(object);
      },
      onDelete: addOthers,
    });
  }
}

/** In the host's words, without its names. */
function reportRefusal(options: SyncLoopOptions, object: On<'tenant', KubeObject>, error: StatusError): void {
  const { place } = options.hands;
  const lookup = object.kind === 'Pod' ? namesInPod(place, object) : undefined;
  const words = scrubber(place, originOf(object), lookup)(error.status.message ?? '');
  report(options, object, words);
}

function report({ record }: SyncLoopOptions, object: On<'tenant', KubeObject>, words: string): void {
  record(object, 'Warning', 'SyncError', `Not on the host: ${words}`);
}

/** Of the copy's name, not of something that the tenant's side has. */
function isInTheWay(error: unknown, { metadata }: On<'tenant', KubeObject>): boolean {
  if (!(error instanceof StatusError) || error.status.reason !== 'AlreadyExists') return false;
  return error.status.details?.name !== metadata.name;
}

/** The host understood and said no: its owner can do something about it. Conflicts and overload pass by themselves. */
function isRefusal(error: unknown): error is StatusError {
  if (!(error instanceof StatusError)) return false;
  return error.status.code === 403 || error.status.code === 422 || error.status.code === 400;
}
