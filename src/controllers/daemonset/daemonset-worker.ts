/** Reconciles one DaemonSet: what it has → what its plans say → writes. Mirrors syncDaemonSet and syncNodes of kubernetes pkg/controller/daemon. */
import type { JsonValue } from '../../api/json.ts';
import { isEmptyLabelSelector, matchesLabelSelector } from '../../api/label-selector.ts';
import { objectKey, type KubeObject } from '../../api/object.ts';
import type { Side } from '../../api/side.ts';
import type { Informer } from '../../client/informer.ts';
import { ownerIndex } from '../../client/object-store.ts';
import { planClaims } from '../../controller/claim.ts';
import { done, requeueAfter, type Result } from '../../controller/controller.ts';
import type { RecordEvent } from '../../controller/event-recorder.ts';
import type { Expectations } from '../../controller/expectations.ts';
import { adoptionPatch, controllerReference, releasePatch } from '../../controller/owner-reference.ts';
import { PodControl } from '../../controller/pod-control.ts';
import { orphanIndex } from '../../controller/pod-observer.ts';
import { asPod, nextAvailabilityMs, type Pod } from '../../controller/pod.ts';
import { isNamespaceTerminating, unlessNotFound } from '../../controller/status-cause.ts';
import { assertStillThere } from '../../controller/still-there.ts';
import { WriteTracker } from '../../controller/write-tracker.ts';
import type { ControllerContext } from '../builtin-controller.ts';
import { slowStart } from '../replicaset/slow-start.ts';
import { daemonSetKind, daemonSets, pods } from '../resources.ts';
import { asDaemonSet, type DaemonSet } from './daemon-set.ts';
import { daemonPod } from './daemon-pod.ts';
import { eligibilityOf } from './eligibility.ts';
import { FailedPodBackoff } from './failed-pod-backoff.ts';
import { planManage, type EndedPod } from './manage.ts';
import { Revisions, type CurrentRevision } from './revisions.ts';
import { planRollingUpdate } from './rolling-update.ts';
import { podsByNode, type PodChanges, type Snapshot } from './snapshot.ts';
import { changedStatus } from './status.ts';

export interface Informers<S extends Side> {
  readonly sets: Informer<S>;
  readonly pods: Informer<S>;
  readonly revisions: Informer<S>;
  readonly nodes: Informer<S>;
}

interface Failure {
  readonly error: unknown;
}

/** What was done, and what must be looked at again without an event. */
interface Outcome {
  readonly failure: Failure | undefined;
  readonly againAfterMs: number | undefined;
}

/** So many pods are created, and so many deleted, at most in one go. */
const burstReplicas = 250;
/** When a write doesn't show in the cache, it is looked again without an event. */
const unseenWriteMs = 10_000;
const selectsAll = 'This daemon set is selecting all pods. A non-empty selector is required.';

export class DaemonSetWorker<S extends Side> {
  readonly #context: ControllerContext<S>;
  readonly #informers: Informers<S>;
  readonly #expectations: Expectations;
  readonly #backoff: FailedPodBackoff;
  readonly #record: RecordEvent;
  readonly #control: PodControl<S>;
  readonly #revisions: Revisions<S>;
  readonly #writtenSets: WriteTracker<S>;
  readonly #writtenPods: WriteTracker<S>;

  constructor(context: ControllerContext<S>, informers: Informers<S>, expectations: Expectations) {
    this.#context = context;
    this.#informers = informers;
    this.#expectations = expectations;
    this.#backoff = new FailedPodBackoff(context.clock);
    this.#record = context.events.for('daemonset-controller');
    this.#control = new PodControl(context.client, this.#record);
    this.#revisions = new Revisions(context.client, informers.revisions);
    this.#writtenSets = new WriteTracker(informers.sets, context.clock);
    this.#writtenPods = new WriteTracker(informers.pods, context.clock);
  }

  async reconcile(key: string): Promise<Result> {
    const object = this.#informers.sets.get(key);
    if (!object) {
      this.#expectations.forget(key);
      this.#backoff.forget(key);
      for (const written of [this.#writtenSets, this.#writtenPods]) written.forget(key);
      return done;
    }
    const set = asDaemonSet(object);
    // From an old cache nothing is counted.
    if (!this.#writtenSets.isCurrent(key) || !this.#writtenPods.isCurrent(key)) return requeueAfter(unseenWriteMs);
    if (set.selector && isEmptyLabelSelector(set.selector)) {
      this.#record(object, 'Warning', 'SelectingAll', selectsAll);
      return done;
    }
    // What it owns may be gone already, or nobody's by now.
    if (set.metadata.deletionTimestamp !== undefined) return done;
    try {
      return await this.#reconcileSet(key, set);
    } catch (error) {
      // Whatever is created in a namespace that is being deleted fails: nothing is left to be done.
      if (isNamespaceTerminating(error)) return done;
      throw error;
    }
  }

  async #reconcileSet(key: string, set: DaemonSet): Promise<Result> {
    const owned = await this.#claim(set);
    const revision = await this.#revisions.current(set, owned(), (pod) => this.#writtenPods.wrote(key, pod));
    if (!this.#writtenPods.isCurrent(key)) return requeueAfter(unseenWriteMs);
    const eligibility = eligibilityOf(set);
    const nodes = new Map(this.#informers.nodes.list().map((node) => [node.metadata.name ?? '', eligibility(node)]));
    const observe = (): Snapshot => {
      const now = this.#context.clock.now();
      return { set, nodes, pods: podsByNode(owned()), hash: revision.hash, now };
    };
    const settled = this.#expectations.satisfied(key);
    const outcome = settled ? await this.#update(key, observe, owned, revision) : undefined;
    await this.#writeStatus(key, observe(), settled, revision.collisions);
    if (outcome?.failure) throw outcome.failure.error;
    const waits = [
      outcome?.againAfterMs,
      nextAvailabilityMs(owned(), set.minReadySeconds, this.#context.clock.now()),
      this.#expectations.remainingMs(key),
    ].filter((wait) => wait !== undefined);
    return this.#writtenPods.lookAgain(key, waits.length === 0 ? done : requeueAfter(Math.min(...waits)));
  }

  /** Adopts and releases; gives what shows the set's pods as the cache has them then. */
  async #claim(set: DaemonSet): Promise<() => readonly Pod[]> {
    const { uid = '', namespace = '' } = set.metadata;
    const { client } = this.#context;
    const matches = ({ metadata }: Pod): boolean => matchesLabelSelector(set.selector, metadata.labels);
    const informer = this.#informers.pods;
    const claims = () => {
      const listed = [...informer.byIndex(ownerIndex, uid), ...informer.byIndex(orphanIndex, namespace)];
      return planClaims(set, matches, listed.map(asPod));
    };
    const { adopt, release } = claims();
    if (adopt.length > 0) await assertStillThere(client.resource(daemonSets, namespace), set.object);
    const resource = client.resource(pods, namespace);
    for (const pod of adopt) {
      const patch = adoptionPatch(asObject(pod), controllerReference(set, daemonSetKind));
      await resource.patch(pod.metadata.name ?? '', 'merge', patch);
    }
    for (const pod of release) {
      await unlessNotFound(resource.patch(pod.metadata.name ?? '', 'merge', releasePatch(asObject(pod), uid)));
    }
    const adopted = new Set(adopt.map(({ metadata }) => metadata.uid));
    return () => {
      const now = claims();
      return [...now.owned, ...now.adopt.filter(({ metadata }) => adopted.has(metadata.uid))];
    };
  }

  /** Never rejects. */
  async #update(
    key: string,
    observe: () => Snapshot,
    owned: () => readonly Pod[],
    { old }: CurrentRevision,
  ): Promise<Outcome> {
    const snapshot = observe();
    const { set } = snapshot;
    const incarnation = `${set.metadata.uid}/${set.status.observedGeneration ?? 0}`;
    const plan = planManage(snapshot, (node) => this.#backoff.remainingMs(key, incarnation, node));
    for (const ended of plan.ended) {
      if (ended.phase === 'Failed') this.#backoff.replaced(key, incarnation, ended.node);
      this.#reportEnded(set, ended);
    }
    let failure = await this.#apply(key, snapshot, plan);
    if (!failure && this.#expectations.satisfied(key)) {
      const next = observe();
      failure = await this.#apply(key, next, planRollingUpdate(next));
    }
    try {
      if (!failure) await this.#revisions.clean(set, old, owned());
    } catch (error) {
      failure = { error };
    }
    return { failure, againAfterMs: plan.againAfterMs };
  }

  #reportEnded({ object }: DaemonSet, { pod: { metadata }, node, phase }: EndedPod): void {
    const what = `Found ${phase.toLowerCase()} daemon pod ${metadata.namespace}/${metadata.name} on node ${node}, will try to`;
    if (phase === 'Failed') this.#record(object, 'Warning', 'FailedDaemonPod', `${what} kill it`);
    else this.#record(object, 'Normal', 'SucceededDaemonPod', `${what} delete it`);
  }

  /** Gives the first failure. */
  async #apply(key: string, { set, hash }: Snapshot, changes: PodChanges): Promise<Failure | undefined> {
    const nodes = changes.create.slice(0, burstReplicas);
    const doomed = changes.delete.slice(0, burstReplicas);
    if (nodes.length + doomed.length === 0) return undefined;
    const keys = doomed.map((pod) => objectKey(asObject(pod)));
    this.#expectations.expect(key, nodes.length, keys);
    const left = nodes.values();
    const { succeeded, failure } = await slowStart(nodes.length, async () => {
      const node = left.next().value ?? '';
      const made = await this.#control.create(set.object, daemonPod(set, node, hash));
      if (made) this.#expectations.created(key, objectKey(made));
      else this.#expectations.notCreated(key);
    });
    this.#expectations.notCreated(key, nodes.length - succeeded);
    const deletions = await Promise.allSettled(doomed.map((pod) => this.#delete(key, set, pod)));
    const failed = deletions.find((result) => result.status === 'rejected');
    return failure ?? (failed && { error: failed.reason });
  }

  async #delete(key: string, set: DaemonSet, pod: Pod): Promise<void> {
    let deleted = false;
    try {
      deleted = await this.#control.delete(set.object, pod);
    } finally {
      if (!deleted) this.#expectations.deletionObserved(key, objectKey(asObject(pod)));
    }
  }

  async #writeStatus(key: string, snapshot: Snapshot, observed: boolean, collisions: number): Promise<void> {
    const status = changedStatus({ ...snapshot, observed, collisions });
    if (!status) return;
    const { object, metadata } = snapshot.set;
    const resource = this.#context.client.resource(daemonSets, metadata.namespace);
    // Plain JSON in a typed view.
    const written = await resource.updateStatus({ ...object, status: status as unknown as JsonValue });
    this.#writtenSets.wrote(key, written);
  }
}

function asObject(pod: Pod): Readonly<KubeObject> {
  return pod as unknown as KubeObject;
}
