/**
 * Keeps the pods of a StatefulSet: each with a name, a place in the order and storage of its own. Mirrors kubernetes
 * pkg/controller/statefulset.
 */
import type { JsonValue } from '../../api/json.ts';
import { objectKey, type KubeObject } from '../../api/object.ts';
import type { Side } from '../../api/side.ts';
import type { Informer } from '../../client/informer.ts';
import { ownerIndex } from '../../client/object-store.ts';
import { planClaims } from '../../controller/claim.ts';
import { Controller, done, requeueAfter, type Result } from '../../controller/controller.ts';
import type { RecordEvent } from '../../controller/event-recorder.ts';
import { adoptionPatch, controllerOf, controllerReference, releasePatch } from '../../controller/owner-reference.ts';
import { observePods, orphanIndex } from '../../controller/pod-observer.ts';
import { asPod, nextAvailabilityMs, type Pod } from '../../controller/pod.ts';
import {
  createRevision,
  planRevision,
  revisionTemplate,
  sortedRevisions,
  statefulSetRevisions,
  surplusRevisions,
} from '../../controller/revision-history.ts';
import { isNamespaceTerminating, unlessNotFound } from '../../controller/status-cause.ts';
import { assertStillThere } from '../../controller/still-there.ts';
import { WriteTracker } from '../../controller/write-tracker.ts';
import { matchesLabelSelector } from '../../api/label-selector.ts';
import type { BuiltinController, ControllerContext } from '../builtin-controller.ts';
import { controllerRevisions, persistentVolumeClaims, pods, statefulSetKind, statefulSets } from '../resources.ts';
import { Act, type Written } from './act.ts';
import { isMember, revisionOf } from './identity.ts';
import { planPods, type Revision } from './plan.ts';
import { asStatefulSet, type StatefulSet } from './stateful-set.ts';
import { changedStatus } from './status.ts';

/** When a write doesn't show in the cache, it is looked again without an event. */
const unseenWriteMs = 10_000;

export const statefulSetController: BuiltinController = {
  name: 'statefulset-controller',
  create<S extends Side>(context: ControllerContext<S>): Controller {
    const { informers, clock, logger, metrics } = context;
    const sets = informers.informer({ gvr: statefulSets });
    const podInformer = informers.informer({ gvr: pods });
    const claims = informers.informer({ gvr: persistentVolumeClaims });
    const revisions = informers.informer({ gvr: controllerRevisions });
    const written = { pods: new WriteTracker(podInformer, clock), claims: new WriteTracker(claims, clock) };
    const worker = new Worker(context, { sets, pods: podInformer, claims, revisions }, written);
    const reconcile = (key: string): Promise<Result> => worker.reconcile(key);
    const controller = new Controller({
      name: 'statefulset',
      reconcile,
      clock,
      logger,
      ...(metrics ? { metrics } : {}),
    });
    const enqueue = (key: string): void => controller.queue.add(key);
    sets.addHandler({
      onAdd: (set) => enqueue(objectKey(set)),
      onUpdate: (_old, set) => enqueue(objectKey(set)),
      onDelete: (set) => enqueue(objectKey(set)),
    });
    const orphans = (object: Readonly<KubeObject>): string[] =>
      controllerOf(object) ? [] : [object.metadata.namespace ?? ''];
    podInformer.addIndex(orphanIndex, orphans);
    revisions.addIndex(orphanIndex, orphans);
    const selectorOf = (set: Readonly<KubeObject>) => asStatefulSet(set).selector;
    // What was made is counted when it shows: until then the history seemed shorter than it is.
    revisions.addHandler({
      onAdd: (revision) => {
        const owner = controllerOf(revision);
        if (owner?.kind === statefulSetKind.kind) enqueue(`${revision.metadata.namespace}/${owner.name}`);
      },
    });
    podInformer.addHandler(observePods({ owners: sets, gvk: statefulSetKind, selectorOf, enqueue }));
    return controller;
  },
};

interface Informers<S extends Side> {
  readonly sets: Informer<S>;
  readonly pods: Informer<S>;
  readonly claims: Informer<S>;
  readonly revisions: Informer<S>;
}

interface Revisions {
  readonly all: readonly Readonly<KubeObject>[];
  readonly current: Revision;
  readonly update: Revision;
  readonly collisions: number;
}

class Worker<S extends Side> {
  readonly #context: ControllerContext<S>;
  readonly #informers: Informers<S>;
  readonly #written: Written<S>;
  readonly #record: RecordEvent;

  constructor(context: ControllerContext<S>, informers: Informers<S>, written: Written<S>) {
    this.#context = context;
    this.#informers = informers;
    this.#written = written;
    this.#record = context.events.for('statefulset-controller');
  }

  async reconcile(key: string): Promise<Result> {
    const { pods: writtenPods, claims: writtenClaims } = this.#written;
    const object = this.#informers.sets.get(key);
    if (!object) {
      writtenPods.forget(key);
      writtenClaims.forget(key);
      return done;
    }
    // From an old cache a pod would be deleted, or counted, twice.
    if (!writtenPods.isCurrent(key) || !writtenClaims.isCurrent(key)) return requeueAfter(unseenWriteMs);
    try {
      const result = await this.#reconcileSet(asStatefulSet(object));
      return writtenClaims.lookAgain(key, writtenPods.lookAgain(key, result));
    } catch (error) {
      // Whatever is created in a namespace that is being deleted fails: nothing is left to be done.
      if (isNamespaceTerminating(error)) return done;
      throw error;
    }
  }

  async #reconcileSet(set: StatefulSet): Promise<Result> {
    const { clock, client } = this.#context;
    const { namespace } = set.metadata;
    const revisions = await this.#revisions(set);
    const owned = await this.#ownedPods(set);
    const now = clock.now();
    const claimNamed = (name: string) => this.#informers.claims.get(`${namespace}/${name}`);
    const actions = planPods({
      set,
      pods: owned,
      claimNamed,
      now,
      current: revisions.current,
      update: revisions.update,
    });
    const act = new Act(this.#context, this.#record, set, this.#written);
    const failure = await act.all(actions);
    const status = changedStatus({
      set,
      pods: owned,
      replaced: actions.flatMap((action) => (action.kind === 'deletePod' ? [action.pod] : [])),
      currentRevision: revisions.current.name,
      updateRevision: revisions.update.name,
      collisions: revisions.collisions,
      now,
    });
    if (status) {
      // Plain JSON in a typed view.
      const { conditions } = (set.object['status'] ?? {}) as { readonly conditions?: JsonValue };
      const whole = { ...status, ...(conditions === undefined ? {} : { conditions }) } as unknown as JsonValue;
      await client.resource(statefulSets, namespace).updateStatus({ ...set.object, status: whole });
    }
    if (failure) throw failure.error;
    await this.#truncate(set, owned, revisions);
    const wait = nextAvailabilityMs(owned, set.minReadySeconds, now);
    return wait === undefined ? done : requeueAfter(wait);
  }

  /** Of the set and of nobody. */
  #listed(informer: Informer<S>, set: StatefulSet): readonly Readonly<KubeObject>[] {
    const { uid = '', namespace = '' } = set.metadata;
    return [...informer.byIndex(ownerIndex, uid), ...informer.byIndex(orphanIndex, namespace)].filter(
      (object) => (controllerOf(object)?.uid ?? uid) === uid,
    );
  }

  async #ownedPods(set: StatefulSet): Promise<readonly Pod[]> {
    const client = this.#context.client.resource(pods, set.metadata.namespace);
    const matches = ({ metadata }: Pod): boolean =>
      matchesLabelSelector(set.selector, metadata.labels) && isMember(set, { metadata });
    const { owned, adopt, release } = planClaims(set, matches, this.#listed(this.#informers.pods, set).map(asPod));
    if (adopt.length > 0) await this.#assertStillThere(set);
    const adopted: Pod[] = [];
    for (const pod of adopt) {
      const patch = adoptionPatch(asObject(pod), controllerReference(set, statefulSetKind));
      adopted.push(asPod(await client.patch(pod.metadata.name ?? '', 'merge', patch)));
    }
    for (const pod of release) {
      const patch = releasePatch(asObject(pod), set.metadata.uid ?? '');
      await unlessNotFound(client.patch(pod.metadata.name ?? '', 'merge', patch));
    }
    return [...owned, ...adopted];
  }

  /** Mirrors getStatefulSetRevisions. */
  async #revisions(set: StatefulSet): Promise<Revisions> {
    const client = this.#context.client.resource(controllerRevisions, set.metadata.namespace);
    const listed = this.#listed(this.#informers.revisions, set).filter(({ metadata }) =>
      matchesLabelSelector(set.selector, metadata.labels),
    );
    const orphans = listed.filter((revision) => !controllerOf(revision));
    if (orphans.length > 0 && set.metadata.deletionTimestamp === undefined) {
      await this.#assertStillThere(set);
      for (const revision of orphans) {
        const patch = adoptionPatch(revision, controllerReference(set, statefulSetKind));
        await client.patch(revision.metadata.name ?? '', 'merge', patch);
      }
    }
    const all = sortedRevisions(listed);
    const { collisionCount = 0, currentRevision } = set.status;
    const plan = planRevision(set.template, all);
    const named = (name = ''): Revision => {
      const found = all.find(({ metadata }) => metadata.name === name);
      return found ? viewOf(found) : { name, template: {} };
    };
    // What is collected of a set that is being deleted isn't made again. Upstream does so, for as long as the collector leaves it time.
    if (set.metadata.deletionTimestamp !== undefined && plan.kind !== 'current') {
      const update = named(set.status.updateRevision);
      return { all, current: named(currentRevision), update, collisions: collisionCount };
    }
    let collisions = collisionCount;
    let newest: Readonly<KubeObject>;
    if (plan.kind === 'current') newest = plan.revision;
    else if (plan.kind === 'renumber') newest = await client.update({ ...plan.revision, revision: plan.number });
    else {
      const created = await createRevision(client, set, statefulSetKind, {
        template: set.template,
        number: plan.number,
        collisions,
        naming: statefulSetRevisions,
      });
      ({ revision: newest, collisions } = created);
    }
    const current = all.find(({ metadata }) => metadata.name === currentRevision) ?? newest;
    return { all, current: viewOf(current), update: viewOf(newest), collisions };
  }

  async #truncate(set: StatefulSet, owned: readonly Pod[], { all, current, update }: Revisions): Promise<void> {
    const live = new Set([current.name, update.name, ...owned.map(revisionOf)]);
    const client = this.#context.client.resource(controllerRevisions, set.metadata.namespace);
    for (const { metadata } of surplusRevisions(all, live, set.revisionHistoryLimit)) {
      const { name = '', uid } = metadata;
      await unlessNotFound(client.delete(name, uid === undefined ? {} : { preconditions: { uid } }));
    }
  }

  #assertStillThere(set: StatefulSet): Promise<void> {
    return assertStillThere(this.#context.client.resource(statefulSets, set.metadata.namespace), set.object);
  }
}

function viewOf(revision: Readonly<KubeObject>): Revision {
  return { name: revision.metadata.name ?? '', template: revisionTemplate(revision) };
}

function asObject(pod: Pod): Readonly<KubeObject> {
  return pod as unknown as KubeObject;
}
