/**
 * Keeps the number of a ReplicaSet's pods. The same code serves ReplicationControllers. Mirrors kubernetes
 * pkg/controller/replicaset.
 */
import type { GroupVersionKind, GroupVersionResource } from '../../api/gvk.ts';
import type { JsonValue } from '../../api/json.ts';
import { objectKey, splitKey, type KubeObject } from '../../api/object.ts';
import type { Side } from '../../api/side.ts';
import type { Informer } from '../../client/informer.ts';
import { ownerIndex } from '../../client/object-store.ts';
import { Controller, done, requeueAfter, type Result } from '../../controller/controller.ts';
import { Expectations } from '../../controller/expectations.ts';
import { adoptionPatch, controllerOf, controllerReference, releasePatch } from '../../controller/owner-reference.ts';
import { PodControl } from '../../controller/pod-control.ts';
import { observePods, orphanIndex } from '../../controller/pod-observer.ts';
import { asPod, nextAvailabilityMs, type Pod } from '../../controller/pod.ts';
import { assertStillThere } from '../../controller/still-there.ts';
import { unreachable } from '../../lib/unreachable.ts';
import type { BuiltinController, ControllerContext } from '../builtin-controller.ts';
import { pods, replicaSetKind, replicaSets, replicationControllerKind, replicationControllers } from '../resources.ts';
import { planReplicaSet, type Action } from './plan.ts';
import { asReplicaSet, asReplicationController, type ReplicaSet } from './replica-set.ts';
import { slowStart } from './slow-start.ts';
import { changedStatus } from './status.ts';

export const replicaSetController: BuiltinController = {
  name: 'replicaset-controller',
  create: (context) =>
    createController(context, {
      name: 'replicaset',
      component: 'replicaset-controller',
      gvk: replicaSetKind,
      gvr: replicaSets,
      view: asReplicaSet,
      countsTerminating: true,
    }),
};

export const replicationController: BuiltinController = {
  name: 'replicationcontroller-controller',
  create: (context) =>
    createController(context, {
      name: 'replicationcontroller',
      component: 'replication-controller',
      gvk: replicationControllerKind,
      gvr: replicationControllers,
      view: asReplicationController,
      countsTerminating: false,
    }),
};

interface Flavour {
  readonly name: string;
  readonly component: string;
  readonly gvk: GroupVersionKind;
  readonly gvr: GroupVersionResource;
  readonly view: (object: Readonly<KubeObject>) => ReplicaSet;
  readonly countsTerminating: boolean;
}

function createController<S extends Side>(context: ControllerContext<S>, flavour: Flavour): Controller {
  const sets = context.informers.informer({ gvr: flavour.gvr });
  const podInformer = context.informers.informer({ gvr: pods });
  const expectations = new Expectations(context.clock);
  const worker = new Worker(context, flavour, sets, podInformer, expectations);
  const controller = new Controller({
    name: flavour.name,
    reconcile: (key) => worker.reconcile(key),
    clock: context.clock,
    logger: context.logger,
    ...(context.metrics ? { metrics: context.metrics } : {}),
  });
  sets.addHandler({
    onAdd: (set) => controller.queue.add(objectKey(set)),
    onUpdate: (_old, set) => controller.queue.add(objectKey(set)),
    onDelete: (set) => {
      expectations.forget(objectKey(set));
      controller.queue.add(objectKey(set));
    },
  });
  podInformer.addIndex(orphanIndex, (pod) => (controllerOf(pod) ? [] : [pod.metadata.namespace ?? '']));
  podInformer.addHandler(
    observePods({
      owners: sets,
      gvk: flavour.gvk,
      selectorOf: (set) => flavour.view(set).selector,
      expectations,
      enqueue: (key) => controller.queue.add(key),
    }),
  );
  return controller;
}

class Worker<S extends Side> {
  readonly #context: ControllerContext<S>;
  readonly #flavour: Flavour;
  readonly #sets: Informer<S>;
  readonly #pods: Informer<S>;
  readonly #expectations: Expectations;
  readonly #control: PodControl<S>;

  constructor(
    context: ControllerContext<S>,
    flavour: Flavour,
    sets: Informer<S>,
    podInformer: Informer<S>,
    expectations: Expectations,
  ) {
    this.#context = context;
    this.#flavour = flavour;
    this.#sets = sets;
    this.#pods = podInformer;
    this.#expectations = expectations;
    this.#control = new PodControl(context.client, context.events.for(flavour.component));
  }

  async reconcile(key: string): Promise<Result> {
    const object = this.#sets.get(key);
    if (!object) {
      this.#expectations.forget(key);
      return done;
    }
    const set = this.#flavour.view(object);
    const settled = this.#expectations.satisfied(key);
    const { clock } = this.#context;
    const plan = planReplicaSet({
      set,
      settled,
      pods: this.#observed(set),
      related: this.#related(set),
      now: clock.now(),
    });
    const failure = await this.#actAll(key, set, plan.actions);
    const now = clock.now();
    const status = changedStatus({
      set,
      active: plan.active,
      terminating: this.#flavour.countsTerminating ? plan.terminating : undefined,
      failure: failure && messageOf(failure.error),
      now,
    });
    if (status) {
      const resource = this.#context.client.resource(this.#flavour.gvr, set.metadata.namespace);
      await resource.updateStatus({ ...object, status: status as unknown as JsonValue });
    }
    if (failure) throw failure.error;
    const waits = [nextAvailabilityMs(plan.active, set.minReadySeconds, now), this.#expectations.remainingMs(key)];
    const wait = Math.min(...waits.map((one) => one ?? Infinity));
    return wait === Infinity ? done : requeueAfter(wait);
  }

  #observed(set: ReplicaSet): Pod[] {
    const { uid = '', namespace = '' } = set.metadata;
    return [...this.#pods.byIndex(ownerIndex, uid), ...this.#pods.byIndex(orphanIndex, namespace)].map(asPod);
  }

  /** The pods of all sets of the same owner. */
  #related(set: ReplicaSet): Pod[] {
    const owner = controllerOf(set);
    const uids = owner
      ? this.#sets.byIndex(ownerIndex, owner.uid).map(({ metadata }) => metadata.uid)
      : [set.metadata.uid];
    return uids.flatMap((uid) => this.#pods.byIndex(ownerIndex, uid ?? '').map(asPod));
  }

  /** Stops at the first failure, and returns it. */
  async #actAll(key: string, set: ReplicaSet, actions: readonly Action[]): Promise<{ error: unknown } | undefined> {
    if (actions.some(({ kind }) => kind === 'adopt')) {
      const { namespace } = set.metadata;
      await assertStillThere(this.#context.client.resource(this.#flavour.gvr, namespace), set.object);
    }
    for (const action of actions) {
      const failure = await this.#act(key, set, action);
      if (failure) return failure;
    }
    return undefined;
  }

  async #act(key: string, set: ReplicaSet, action: Action): Promise<{ error: unknown } | undefined> {
    const resource = this.#context.client.resource(pods, splitKey(key).namespace);
    switch (action.kind) {
      case 'adopt': {
        const patch = adoptionPatch(asObject(action.pod), controllerReference(set, this.#flavour.gvk));
        await resource.patch(action.pod.metadata.name ?? '', 'merge', patch);
        return undefined;
      }
      case 'release': {
        const patch = releasePatch(asObject(action.pod), set.metadata.uid ?? '');
        await resource.patch(action.pod.metadata.name ?? '', 'merge', patch);
        return undefined;
      }
      case 'create':
        return this.#createPods(key, set, action.count);
      case 'delete':
        return this.#deletePods(key, set, action.pods);
      default:
        return unreachable(action);
    }
  }

  async #createPods(key: string, set: ReplicaSet, count: number): Promise<{ error: unknown } | undefined> {
    this.#expectations.expectCreations(key, count);
    const { succeeded, failure } = await slowStart(count, async () => {
      const made = await this.#control.create(set.object, podOf(set, this.#flavour.gvk));
      if (made) this.#expectations.created(key, objectKey(made));
      else this.#expectations.notCreated(key);
    });
    this.#expectations.notCreated(key, count - succeeded);
    return failure;
  }

  async #deletePods(key: string, set: ReplicaSet, doomed: readonly Pod[]): Promise<{ error: unknown } | undefined> {
    this.#expectations.expectDeletions(
      key,
      doomed.map((pod) => objectKey(asObject(pod))),
    );
    const results = await Promise.allSettled(doomed.map((pod) => this.#deletePod(key, set, pod)));
    const failed = results.find((result) => result.status === 'rejected');
    return failed ? { error: failed.reason } : undefined;
  }

  async #deletePod(key: string, set: ReplicaSet, pod: Pod): Promise<void> {
    let deleted = false;
    try {
      deleted = await this.#control.delete(set.object, pod);
    } finally {
      if (!deleted) this.#expectations.deletionObserved(key, objectKey(asObject(pod)));
    }
  }
}

/** Mirrors kubernetes pkg/controller GetPodFromTemplate. */
function podOf(set: ReplicaSet, gvk: GroupVersionKind): KubeObject {
  const { labels, annotations, finalizers } = set.template.metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${set.metadata.name}-`,
      ...(labels ? { labels } : {}),
      ...(annotations ? { annotations } : {}),
      ...(finalizers ? { finalizers } : {}),
      ownerReferences: [controllerReference(set, gvk)],
    },
    spec: set.template.spec ?? {},
  };
}

function asObject(pod: Pod): Readonly<KubeObject> {
  return pod as unknown as KubeObject;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
