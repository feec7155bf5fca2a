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

export const garbageCollector: BuiltinController = {
  name: 'garbage-collector-controller',
  create: (context) => {
    const graph = new OwnerGraph((uid) => controller.queue.add(uid));
    const monitors = new Monitors(context, graph);
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

  constructor(context: ControllerContext<S>, graph: OwnerGraph, monitors: Monitors<S>, enqueue: (uid: string) => void) {
    this.#context = context;
    this.#graph = graph;
    this.#monitors = monitors;
    this.#enqueue = enqueue;
    this.#record = context.events.for('garbage-collector-controller');
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

  /** Asks the API server. `undefined`: a cluster-scoped object refers to a namespaced owner, which is not valid. */
  async #ownerState(node: GraphNode, reference: OwnerReference): Promise<OwnerState | undefined> {
    const key = JSON.stringify([reference.apiVersion, reference.kind, reference.name, reference.uid, node.namespace]);
    if (this.#absent.has(key)) return 'dangling';
    const found = this.#monitors.find(reference.apiVersion, reference.kind);
    if (!found) throw new Error(`unable to get REST mapping for ${reference.apiVersion}/${reference.kind}.`);
    if (found.namespaced && node.namespace === '') return undefined;
    const resource = this.#context.client.resource(found.gvr, found.namespaced ? node.namespace : undefined);
    const owner = await this.#fetch(resource, reference.name);
    if (owner?.metadata.uid !== reference.uid) {
      this.#reportForeignOwner(node, reference);
      this.#remember(key);
      return 'dangling';
    }
    this.#found(found.gvr, owner);
    const waits =
      owner.metadata.deletionTimestamp !== undefined && owner.metadata.finalizers?.includes(foregroundFinalizer);
    return waits ? 'waiting' : 'solid';
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
