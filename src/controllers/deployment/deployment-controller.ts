/** Rolls Deployments out over ReplicaSets. Mirrors kubernetes pkg/controller/deployment. */
import type { JsonObject, JsonValue } from '../../api/json.ts';
import { equalJson } from '../../api/json.ts';
import { objectKey, type KubeObject } from '../../api/object.ts';
import type { Side } from '../../api/side.ts';
import type { ResourceClient } from '../../client/client.ts';
import type { Informer } from '../../client/informer.ts';
import { ownerIndex } from '../../client/object-store.ts';
import { Controller, done, requeueAfter, type Result } from '../../controller/controller.ts';
import type { RecordEvent } from '../../controller/event-recorder.ts';
import { matchesLabelSelector } from '../../api/label-selector.ts';
import {
  adoptionPatch,
  controllerOf,
  controllerReference,
  isControlledBy,
  refersTo,
  releasePatch,
} from '../../controller/owner-reference.ts';
import { asPod } from '../../controller/pod.ts';
import { isAlreadyExists, isNamespaceTerminating, unlessNotFound } from '../../controller/status-cause.ts';
import { assertStillThere } from '../../controller/still-there.ts';
import { unreachable } from '../../lib/unreachable.ts';
import { WriteTracker } from '../../controller/write-tracker.ts';
import type { BuiltinController, ControllerContext } from '../builtin-controller.ts';
import { asReplicaSet, type ReplicaSet } from '../replicaset/replica-set.ts';
import { deploymentKind, deployments, pods, replicaSetKind, replicaSets } from '../resources.ts';
import { revisionAnnotation } from './annotations.ts';
import { newCondition, withCondition } from './conditions.ts';
import { asDeployment, type Deployment, type DeploymentStatus } from './deployment.ts';
import { planDeployment, type Action } from './plan.ts';
import type { Rollback } from './rollback.ts';
import { sameTemplate } from '../../controller/template-hash.ts';

/** The index of ReplicaSets that nobody controls, by their namespace. */
const orphanIndex = 'orphan';
/** When a write doesn't show in the cache, it is looked again without an event. */
const unseenWriteMs = 10_000;

export const deploymentController: BuiltinController = {
  name: 'deployment-controller',
  create: (context) => {
    const informers = {
      deployments: context.informers.informer({ gvr: deployments }),
      sets: context.informers.informer({ gvr: replicaSets }),
      pods: context.informers.informer({ gvr: pods }),
    };
    const worker = new Worker(context, informers);
    const controller = new Controller({
      name: 'deployment',
      reconcile: (key) => worker.reconcile(key),
      clock: context.clock,
      logger: context.logger,
      ...(context.metrics ? { metrics: context.metrics } : {}),
    });
    observe(informers, (key) => controller.queue.add(key));
    return controller;
  },
};

interface Informers<S extends Side> {
  readonly deployments: Informer<S>;
  readonly sets: Informer<S>;
  readonly pods: Informer<S>;
}

/** Which Deployments a change concerns. Mirrors addReplicaSet, updateReplicaSet, deletePod. */
function observe<S extends Side>(informers: Informers<S>, enqueue: (key: string) => void): void {
  const ownerKey = (set: Readonly<KubeObject>): string | undefined => {
    const reference = controllerOf(set);
    if (!reference || !refersTo(reference, deploymentKind)) return undefined;
    const key = `${set.metadata.namespace}/${reference.name}`;
    return informers.deployments.get(key)?.metadata.uid === reference.uid ? key : undefined;
  };
  const enqueueOwner = (set: Readonly<KubeObject>): void => {
    const key = ownerKey(set);
    if (key !== undefined) enqueue(key);
  };
  const enqueueMatching = (set: Readonly<KubeObject>): void => {
    for (const deployment of informers.deployments.list(set.metadata.namespace)) {
      if (matchesLabelSelector(asDeployment(deployment).selector, set.metadata.labels)) enqueue(objectKey(deployment));
    }
  };
  const enqueueAny = (set: Readonly<KubeObject>): void =>
    controllerOf(set) ? enqueueOwner(set) : enqueueMatching(set);
  informers.deployments.addHandler({
    onAdd: (deployment) => enqueue(objectKey(deployment)),
    onUpdate: (_old, deployment) => enqueue(objectKey(deployment)),
  });
  informers.sets.addIndex(orphanIndex, (set) => (controllerOf(set) ? [] : [set.metadata.namespace ?? '']));
  informers.sets.addHandler({
    onAdd: (set) => enqueueAny(set),
    onUpdate: (old, set) => {
      const moved = controllerOf(old)?.uid !== controllerOf(set)?.uid;
      if (moved) enqueueOwner(old);
      if (controllerOf(set)) enqueueOwner(set);
      else if (moved || !equalJson(old.metadata.labels, set.metadata.labels)) enqueueMatching(set);
    },
    onDelete: enqueueOwner,
  });
  informers.pods.addHandler({
    // A Recreate rollout waits for the last old pod to be gone.
    onDelete: (pod) => {
      const reference = controllerOf(pod);
      if (!reference || !refersTo(reference, replicaSetKind)) return;
      const set = informers.sets.get(`${pod.metadata.namespace}/${reference.name}`);
      const key = set?.metadata.uid === reference.uid ? ownerKey(set) : undefined;
      const deployment = key === undefined ? undefined : informers.deployments.get(key);
      if (deployment && asDeployment(deployment).strategy === 'Recreate') enqueue(objectKey(deployment));
    },
  });
}

class Worker<S extends Side> {
  readonly #context: ControllerContext<S>;
  readonly #informers: Informers<S>;
  readonly #record: RecordEvent;
  readonly #written: WriteTracker<S>;

  constructor(context: ControllerContext<S>, informers: Informers<S>) {
    this.#context = context;
    this.#informers = informers;
    this.#written = new WriteTracker(informers.sets, context.clock);
    this.#record = context.events.for('deployment-controller');
  }

  async reconcile(key: string): Promise<Result> {
    const object = this.#informers.deployments.get(key);
    if (!object) {
      this.#written.forget(key);
      return done;
    }
    // From old sizes there would be more pods than there may be, or fewer. Upstream takes that risk.
    if (!this.#written.isCurrent(key)) return requeueAfter(unseenWriteMs);
    const deployment = asDeployment(object);
    const { uid = '', namespace = '' } = deployment.metadata;
    const sets = [
      ...this.#informers.sets.byIndex(ownerIndex, uid),
      ...this.#informers.sets.byIndex(orphanIndex, namespace),
    ];
    const plan = planDeployment({
      deployment,
      sets: sets.map(asReplicaSet),
      podsOf: (setUid) => this.#informers.pods.byIndex(ownerIndex, setUid).map(asPod),
      now: this.#context.clock.now(),
    });
    const act = new Act(this.#context, this.#record, deployment, (set) => this.#written.wrote(key, set));
    try {
      for (const action of plan.actions) await act.run(action);
    } catch (error) {
      // Whatever is created in a namespace that is being deleted fails: nothing is left to be done.
      if (isNamespaceTerminating(error)) return done;
      throw error;
    }
    const result = plan.againAfterMs === undefined ? done : requeueAfter(plan.againAfterMs);
    return this.#written.lookAgain(key, result);
  }
}

/** Carries one plan out. Each write holds only for the object as the plan saw it, or as the write before left it. */
class Act<S extends Side> {
  readonly #context: ControllerContext<S>;
  readonly #record: RecordEvent;
  readonly #deployments: ResourceClient<S>;
  readonly #sets: ResourceClient<S>;
  readonly #seen: Deployment;
  readonly #wrote: (set: KubeObject) => void;
  #current: Readonly<KubeObject>;

  constructor(context: ControllerContext<S>, record: RecordEvent, seen: Deployment, wrote: (set: KubeObject) => void) {
    const { namespace } = seen.metadata;
    this.#context = context;
    this.#record = record;
    this.#wrote = wrote;
    this.#deployments = context.client.resource(deployments, namespace);
    this.#sets = context.client.resource(replicaSets, namespace);
    this.#seen = seen;
    this.#current = seen.object;
  }

  async run(action: Action): Promise<void> {
    switch (action.kind) {
      case 'adopt':
        await assertStillThere(this.#deployments, this.#seen.object);
        await this.#patchSet(
          action.set,
          adoptionPatch(action.set.object, controllerReference(this.#seen, deploymentKind)),
        );
        return;
      case 'release':
        await this.#patchSet(action.set, releasePatch(action.set.object, this.#seen.metadata.uid ?? ''));
        return;
      case 'create':
        return this.#create(action.object, action.replicas);
      case 'update': {
        const { uid, resourceVersion } = action.set.metadata;
        const { annotations, spec } = action;
        await this.#patchSet(action.set, { metadata: { uid, resourceVersion, annotations }, spec });
        if (action.message !== undefined) this.#event('Normal', 'ScalingReplicaSet', action.message);
        return;
      }
      case 'delete': {
        const { name = '', uid } = action.set.metadata;
        return unlessNotFound(this.#sets.delete(name, uid === undefined ? {} : { preconditions: { uid } }));
      }
      case 'setRevision': {
        const { uid } = this.#seen.metadata;
        const annotations = { [revisionAnnotation]: action.revision };
        if (this.#current.metadata.annotations?.[revisionAnnotation] === action.revision) return;
        // Through the status, as upstream does: a Deployment's own change of annotations would be a new generation.
        this.#current = await this.#deployments.patch(
          this.#name,
          'merge',
          { metadata: { uid, annotations } },
          { subresource: 'status' },
        );
        return;
      }
      case 'updateStatus':
        return this.#updateStatus(action.status);
      case 'rollback':
        return this.#rollBack(action);
      case 'warn':
        return this.#event('Warning', action.reason, action.message);
      default:
        return unreachable(action);
    }
  }

  get #name(): string {
    return this.#seen.metadata.name ?? '';
  }

  #event(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#record(this.#seen.object, type, reason, message);
  }

  async #patchSet(set: ReplicaSet, patch: object): Promise<void> {
    this.#wrote(await this.#sets.patch(set.metadata.name ?? '', 'merge', patch));
  }

  async #updateStatus(status: DeploymentStatus): Promise<void> {
    this.#current = await this.#deployments.updateStatus({ ...this.#current, status: status as JsonValue });
  }

  async #rollBack({ annotations, template, event }: Rollback): Promise<void> {
    const { metadata, spec } = this.#current;
    this.#current = await this.#deployments.update({
      ...this.#current,
      metadata: { ...metadata, annotations },
      ...(template === undefined ? {} : { spec: { ...(spec as JsonObject), template } }),
    });
    this.#event(event.type, event.reason, event.message);
  }

  async #create(object: KubeObject, replicas: number): Promise<void> {
    const name = object.metadata.name ?? '';
    try {
      this.#wrote(await this.#sets.create(object));
    } catch (error) {
      if (isAlreadyExists(error)) return this.#unlessCollision(object, error);
      if (!isNamespaceTerminating(error)) await this.#reportFailedCreate(name, error);
      throw error;
    }
    if (replicas > 0) this.#event('Normal', 'ScalingReplicaSet', `Scaled up replica set ${name} from 0 to ${replicas}`);
  }

  /** The name is taken: by the very ReplicaSet that we want (our cache is late), or by one of another template (a collision). */
  async #unlessCollision(wanted: KubeObject, error: unknown): Promise<void> {
    const found = await this.#sets.get(wanted.metadata.name ?? '');
    const existing = asReplicaSet(found);
    const ours = isControlledBy(existing, this.#seen);
    if (ours && sameTemplate(existing.template as JsonObject, this.#seen.template)) return this.#wrote(found);
    const { status } = this.#seen;
    await this.#updateStatus({ ...status, collisionCount: (status.collisionCount ?? 0) + 1 });
    throw error;
  }

  async #reportFailedCreate(name: string, error: unknown): Promise<void> {
    const message = `Failed to create new replica set "${name}": ${error instanceof Error ? error.message : String(error)}`;
    this.#event('Warning', 'ReplicaSetCreateError', message);
    if (this.#seen.progressDeadlineSeconds === undefined) return;
    const { status } = this.#seen;
    const failed = newCondition('Progressing', 'False', 'ReplicaSetCreateError', message, this.#context.clock.now());
    const conditions = withCondition(status.conditions ?? [], failed);
    if (conditions !== status.conditions) await this.#updateStatus({ ...status, conditions });
  }
}
