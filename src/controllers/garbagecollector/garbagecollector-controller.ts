/**
 * Deletes what has no owner left; deletes dependents before their owner (foreground), or leaves them without one (orphan). Mirrors
 * kubernetes pkg/controller/garbagecollector.
 *
 * The argument: the graph only says what is worth a look. Nothing is deleted before the API server itself has said that each owner
 * is absent; and no finalizer is removed before the graph shows all that is there.
 */
import type { GroupVersionResource } from '../../api/gvk.ts';
import type { KubeObject, OwnerReference } from '../../api/object.ts';
import type { Side } from '../../api/side.ts';
import type { ResourceClient } from '../../client/client.ts';
import { Controller, done, requeueAfter, type Result } from '../../controller/controller.ts';
import type { RecordEvent } from '../../controller/event-recorder.ts';
import { isNotFound } from '../../controller/status-cause.ts';
import { unreachable } from '../../lib/unreachable.ts';
import type { BuiltinController, ControllerContext } from '../builtin-controller.ts';
import { foregroundFinalizer, orphanFinalizer, OwnerGraph, refersTo, type GraphNode } from './graph.ts';
import { Monitors } from './monitors.ts';
import { blockingDependents, planObject, type Action, type ClassifiedOwner, type OwnerState } from './plan.ts';

const syncRetryMs = 500;
const absentMax = 500;
/** A look through all namespaces reads all that there is of a kind, for an Event that is a courtesy. */
const searchesPerMinuteMax = 20;

export const garbageCollector: BuiltinController = {
  name: 'garbage-collector-controller',
  create: (context) => {
    const graph = new OwnerGraph((uid) => controller.queue.add(uid));
    const monitors = new Monitors(context, graph, () => collector.judgeAgain());
    const collector = new Collector(context, graph, monitors, (uid) => controller.queue.add(uid));
    const controller: Controller = new Controller({
      name: 'garbagecollector',
      reconcile: (uid) => collector.reconcile(uid),
      concurrency: 20,
      clock: context.clock,
      logger: context.logger,
      services: [monitors],
      ...(context.metrics ? { metrics: context.metrics } : {}),
    });
    return controller;
  },
};

class Collector<S extends Side> {
  readonly #context: ControllerContext<S>;
  readonly #graph: OwnerGraph;
  readonly #monitors: Monitors<S>;
  readonly #enqueue: (uid: string) => void;
  readonly #record: RecordEvent;
  /** Owners that the API server said are absent, so that a thousand dependents ask once. */
  readonly #absent = new Set<string>();
  #searches = { minute: 0, count: 0 };
  /** The UIDs of those with an owner of a kind that isn't served. */
  readonly #unjudged = new Set<string>();

  constructor(context: ControllerContext<S>, graph: OwnerGraph, monitors: Monitors<S>, enqueue: (uid: string) => void) {
    this.#context = context;
    this.#graph = graph;
    this.#monitors = monitors;
    this.#enqueue = enqueue;
    this.#record = context.events.for('garbage-collector-controller');
  }

  /** What is served has changed: what could not be judged may be now. */
  judgeAgain(): void {
    const uids = [...this.#unjudged];
    this.#unjudged.clear();
    for (const uid of uids) if (this.#graph.get(uid)) this.#enqueue(uid);
  }

  async reconcile(uid: string): Promise<Result> {
    const node = this.#graph.get(uid);
    if (!node?.observed) return done;
    if (node.orphaning || node.foreground) {
      if (!this.#monitors.synced()) return requeueAfter(syncRetryMs);
      return node.orphaning ? this.#orphanDependents(node) : this.#waitForDependents(node);
    }
    if (node.deleting || this.#isSolid(node)) return done;
    const latest = await this.#latest(node);
    if (!latest || latest.metadata.deletionTimestamp !== undefined) return done;
    const owners: ClassifiedOwner[] = [];
    for (const reference of latest.metadata.ownerReferences ?? []) {
      const state = await this.#ownerState(node, reference);
      // An owner that can't be one: nothing can be said, now or later.
      if (state === undefined) return done;
      owners.push({ reference, state });
    }
    await this.#act(node, latest, planObject(node, latest.metadata, owners));
    return done;
  }

  /** All owners are in the graph as they are referred to, and none is being deleted: no need to ask. */
  #isSolid(node: GraphNode): boolean {
    return node.owners.every((reference) => {
      const owner = this.#graph.get(reference.uid);
      return owner?.observed && refersTo(reference, node, owner) && !owner.foreground;
    });
  }

  /** `undefined`: the object is gone, or another one has its name; the graph forgets it. */
  async #latest(node: GraphNode): Promise<KubeObject | undefined> {
    const latest = await this.#fetch(this.#resource(node), node.name);
    if (latest?.metadata.uid === node.uid) return latest;
    this.#graph.remove(node.uid);
    return undefined;
  }

  /** Asks the API server. `undefined`: nothing can be said, or not yet; the object is looked at again when there is something new. */
  async #ownerState(node: GraphNode, reference: OwnerReference): Promise<OwnerState | undefined> {
    const key = JSON.stringify([reference.apiVersion, reference.kind, reference.name, reference.uid, node.namespace]);
    if (this.#absent.has(key)) {
      this.#reportForeignOwner(node, reference);
      return 'dangling';
    }
    const found = this.#monitors.find(reference.apiVersion, reference.kind);
    if (!found) {
      this.#unjudged.add(node.uid);
      return undefined;
    }
    // What is in no namespace can't be owned by what is in one: it is not valid, and nothing follows from it.
    const invalid = found.namespaced && node.namespace === '';
    const resource = this.#context.client.resource(found.gvr, found.namespaced ? node.namespace : undefined);
    const owner = invalid ? undefined : await this.#fetch(resource, reference.name);
    if (owner?.metadata.uid !== reference.uid) {
      if (found.namespaced && (await this.#findElsewhere(found.gvr, reference))) return undefined;
      this.#reportForeignOwner(node, reference);
      if (invalid) return undefined;
      this.#remember(key);
      return 'dangling';
    }
    this.#found(found.gvr, owner);
    const waits =
      owner.metadata.deletionTimestamp !== undefined && owner.metadata.finalizers?.includes(foregroundFinalizer);
    return waits ? 'waiting' : 'solid';
  }

  /** Looks for an owner in other namespaces, once: the graph knows it then, and has whoever names it looked at again. */
  async #findElsewhere(gvr: GroupVersionResource, { name, uid }: OwnerReference): Promise<boolean> {
    const known = this.#graph.get(uid);
    if (!known || known.observed || known.gone || !this.#monitors.typeOf(gvr) || !this.#maySearch()) return false;
    const options = { fieldSelector: `metadata.name=${name}`, metadataOnly: true };
    const { items } = await this.#context.client.resource(gvr).list(options);
    const owner = items.find(({ metadata }) => metadata.uid === uid);
    if (owner) this.#found(gvr, owner);
    return owner !== undefined;
  }

  #maySearch(): boolean {
    const minute = Math.floor(this.#context.clock.monotonic() / 60_000);
    if (minute !== this.#searches.minute) this.#searches = { minute, count: 0 };
    return ++this.#searches.count <= searchesPerMinuteMax;
  }

  async #act(node: GraphNode, latest: KubeObject, action: Action): Promise<void> {
    const resource = this.#resource(node);
    switch (action.kind) {
      case 'keep':
        return;
      case 'removeOwners':
        await this.#patchOwners(resource, latest, (owner) => (action.uids.includes(owner.uid) ? undefined : owner));
        return;
      case 'delete': {
        const fresh = action.unblock
          ? await this.#patchOwners(resource, latest, (owner) => ({ ...owner, blockOwnerDeletion: false }))
          : latest;
        const { uid = '', resourceVersion = '' } = fresh.metadata;
        await this.#unlessGone(node, () =>
          resource.delete(node.name, { propagationPolicy: action.policy, preconditions: { uid, resourceVersion } }),
        );
        return;
      }
      default:
        return unreachable(action);
    }
  }

  async #waitForDependents(node: GraphNode): Promise<Result> {
    const blocking = blockingDependents(node);
    if (blocking.length === 0) await this.#removeFinalizer(node, foregroundFinalizer);
    for (const dependent of blocking) if (!dependent.foreground) this.#enqueue(dependent.uid);
    return done;
  }

  async #orphanDependents(node: GraphNode): Promise<Result> {
    for (const dependent of node.dependents) {
      if (!dependent.observed) continue;
      const latest = await this.#latest(dependent);
      if (!latest?.metadata.ownerReferences?.some(({ uid }) => uid === node.uid)) continue;
      await this.#unlessGone(dependent, () =>
        this.#patchOwners(this.#resource(dependent), latest, (owner) => (owner.uid === node.uid ? undefined : owner)),
      );
    }
    await this.#removeFinalizer(node, orphanFinalizer);
    return done;
  }

  async #removeFinalizer(node: GraphNode, finalizer: string): Promise<void> {
    const latest = await this.#latest(node);
    if (!latest?.metadata.finalizers?.includes(finalizer)) return;
    const { uid, resourceVersion, finalizers } = latest.metadata;
    const left = finalizers.filter((one) => one !== finalizer);
    const patch = { metadata: { uid, resourceVersion, finalizers: left.length > 0 ? left : null } };
    await this.#unlessGone(node, () => this.#resource(node).patch(node.name, 'merge', patch));
  }

  async #patchOwners(
    resource: ResourceClient<S>,
    latest: KubeObject,
    change: (owner: OwnerReference) => OwnerReference | undefined,
  ): Promise<KubeObject> {
    const { name = '', uid, resourceVersion, ownerReferences: owners = [] } = latest.metadata;
    const left = owners.flatMap((owner) => change(owner) ?? []);
    return resource.patch(name, 'merge', {
      metadata: { uid, resourceVersion, ownerReferences: left.length > 0 ? left : null },
    });
  }

  #resource(node: GraphNode): ResourceClient<S> {
    if (!node.type) throw new Error(`the type of ${node.uid} is not known`);
    return this.#context.client.resource(node.type.gvr, node.type.namespaced ? node.namespace : undefined);
  }

  async #fetch(resource: ResourceClient<S>, name: string): Promise<KubeObject | undefined> {
    try {
      return await resource.get(name, { metadataOnly: true });
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** What is gone by now is no failure; the graph forgets it. */
  async #unlessGone(node: GraphNode, attempt: () => Promise<unknown>): Promise<void> {
    try {
      await attempt();
    } catch (error) {
      if (!isNotFound(error)) throw error;
      this.#graph.remove(node.uid);
    }
  }

  #found(gvr: GroupVersionResource, owner: KubeObject): void {
    const type = this.#monitors.typeOf(gvr);
    if (type) this.#graph.found(type, owner.metadata);
  }

  #remember(key: string): void {
    this.#absent.add(key);
    if (this.#absent.size <= absentMax) return;
    for (const oldest of this.#absent) {
      this.#absent.delete(oldest);
      return;
    }
  }

  /** Owners in other namespaces don't count; their dependents are told. Mirrors reportInvalidNamespaceOwnerRef. */
  #reportForeignOwner(node: GraphNode, { apiVersion, kind, name, uid }: OwnerReference): void {
    const owner = this.#graph.get(uid);
    if (!owner?.observed || !node.type || owner.namespace === '' || owner.namespace === node.namespace) return;
    const identity = `[${apiVersion}/${kind}, namespace: ${node.namespace}, name: ${name}, uid: ${uid}]`;
    const target = {
      apiVersion: node.type.apiVersion,
      kind: node.type.kind,
      metadata: { name: node.name, uid: node.uid, ...(node.namespace === '' ? {} : { namespace: node.namespace }) },
    };
    const message = `ownerRef ${identity} does not exist in namespace "${node.namespace}"`;
    this.#record(target, 'Warning', 'OwnerRefInvalidNamespace', message);
  }
}
