/**
 * Empties a namespace that is being deleted, pods first, and lets it go. Mirrors kubernetes pkg/controller/namespace.
 */
import type { GroupVersionResource } from '../../api/gvk.ts';
import type { JsonValue } from '../../api/json.ts';
import { objectKey, type KubeObject } from '../../api/object.ts';
import type { Side } from '../../api/side.ts';
import type { Client } from '../../client/client.ts';
import { Controller, done, requeueAfter, type Result } from '../../controller/controller.ts';
import { discoverResources, type ServedResource } from '../../controller/discovery.ts';
import { isNotFound, unlessNotFound } from '../../controller/status-cause.ts';
import { StatusError } from '../../api/status.ts';
import type { BuiltinController, ControllerContext } from '../builtin-controller.ts';
import { namespaces, pods } from '../resources.ts';
import { changedConditions, type Findings } from './conditions.ts';
import { asNamespace } from './namespace.ts';

/** The one that every namespace has: ours to remove. */
const finalizer = 'kubernetes';
const finalizerEstimateSeconds = 15;

export const namespaceController: BuiltinController = {
  name: 'namespace-controller',
  create: (context) => {
    const all = context.informers.informer({ gvr: namespaces });
    const podInformer = context.informers.informer({ gvr: pods });
    const worker = new Worker(context);
    const controller = new Controller({
      name: 'namespace',
      // At least every minute, never later.
      retryMaxMs: 60_000,
      concurrency: 10,
      clock: context.clock,
      logger: context.logger,
      ...(context.metrics ? { metrics: context.metrics } : {}),
      reconcile: async (name) => (all.get(name)?.metadata.deletionTimestamp ? worker.empty(name) : done),
    });
    const enqueue = (namespace: KubeObject): void => {
      if (namespace.metadata.deletionTimestamp) controller.queue.add(objectKey(namespace));
    };
    all.addHandler({ onAdd: enqueue, onUpdate: (_old, namespace) => enqueue(namespace) });
    // The last pod is what most deletions wait for.
    podInformer.addHandler({
      onDelete: ({ metadata }) => {
        const namespace = all.get(metadata.namespace ?? '');
        if (namespace) enqueue(namespace);
      },
    });
    return controller;
  },
};

interface Round {
  discoveryFailure: string | undefined;
  readonly deletionFailures: string[];
  readonly remaining: { gvr: GroupVersionResource; count: number }[];
  readonly finalizers: Map<string, number>;
  /** Seconds until the remaining content is likely to be gone. */
  estimate: number;
}

class Worker<S extends Side> {
  readonly #context: ControllerContext<S>;
  readonly #client: Client<S>;

  constructor(context: ControllerContext<S>) {
    this.#context = context;
    this.#client = context.client;
  }

  async empty(name: string): Promise<Result> {
    let namespace: KubeObject;
    try {
      namespace = await this.#client.resource(namespaces).get(name);
      if (namespace.metadata.deletionTimestamp === undefined) return done;
      namespace = await this.#markTerminating(namespace);
    } catch (error) {
      if (isNotFound(error)) return done;
      throw error;
    }
    if (asNamespace(namespace).finalizers.length === 0) return done;
    const round: Round = {
      discoveryFailure: undefined,
      deletionFailures: [],
      remaining: [],
      finalizers: new Map(),
      estimate: 0,
    };
    await this.#deleteContent(namespace, round);
    const told = await this.#tell(namespace, round);
    const failures = [
      ...(round.discoveryFailure === undefined ? [] : [round.discoveryFailure]),
      ...round.deletionFailures,
    ];
    if (failures.length > 0) throw new Error(failures.join(', '));
    if (round.remaining.length > 0 || round.estimate > 0)
      return requeueAfter((Math.floor(round.estimate / 2) + 1) * 1000);
    const finalizers = asNamespace(told).finalizers.filter((one) => one !== finalizer);
    const spec = { ...(told['spec'] as object), finalizers } as JsonValue;
    await unlessNotFound(this.#client.resource(namespaces).update({ ...told, spec }, { subresource: 'finalize' }));
    return done;
  }

  async #markTerminating(namespace: KubeObject): Promise<KubeObject> {
    if (asNamespace(namespace).phase === 'Terminating') return namespace;
    const status = { ...(namespace['status'] as object), phase: 'Terminating' } as JsonValue;
    return this.#client.resource(namespaces).updateStatus({ ...namespace, status });
  }

  async #tell(namespace: KubeObject, findings: Findings): Promise<KubeObject> {
    const conditions = changedConditions(asNamespace(namespace).conditions, findings, this.#context.clock.now());
    if (!conditions) return namespace;
    const status = { ...(namespace['status'] as object), conditions } as unknown as JsonValue;
    return this.#client.resource(namespaces).updateStatus({ ...namespace, status });
  }

  /** Pods first: nothing else is deleted while any is left. */
  async #deleteContent(namespace: KubeObject, round: Round): Promise<void> {
    const { resources, failed } = await discoverResources(this.#client);
    if (failed.size > 0) {
      const texts = Array.from(failed, ([groupVersion, reason]) => `${groupVersion}: ${reason}`).sort();
      round.discoveryFailure = `Discovery failed for some groups, ${failed.size} failing: unable to retrieve the complete list of server APIs: ${texts.join(', ')}`;
    }
    const deletable = resources.filter(({ namespaced, verbs }) => namespaced && verbs.includes('delete'));
    const isPods = ({ gvr }: ServedResource): boolean => gvr.group === '' && gvr.resource === 'pods';
    for (const resource of deletable.filter(isPods)) await this.#deleteAll(namespace, resource, round);
    if (round.remaining.length > 0) return;
    for (const resource of deletable.filter((one) => !isPods(one))) await this.#deleteAll(namespace, resource, round);
  }

  async #deleteAll(namespace: KubeObject, resource: ServedResource, round: Round): Promise<void> {
    try {
      await this.#deleteResource(namespace, resource, round);
    } catch (error) {
      // Served by discovery, gone or forbidden by now: 404 and 405 mean that there is nothing to delete.
      if (error instanceof StatusError && (error.status.code === 404 || error.status.code === 405)) return;
      round.deletionFailures.push(error instanceof Error ? error.message : String(error));
    }
  }

  async #deleteResource(namespace: KubeObject, { gvr, verbs }: ServedResource, round: Round): Promise<void> {
    const name = namespace.metadata.name ?? '';
    const resource = this.#client.resource(gvr, name);
    const listable = verbs.includes('list');
    const found = listable ? await resource.list({ metadataOnly: true }) : undefined;
    if (found?.items.length === 0) return;
    const estimate = gvr.group === '' && gvr.resource === 'pods' ? await this.#graceLeft(namespace) : 0;
    const background = { propagationPolicy: 'Background' } as const;
    if (verbs.includes('deletecollection')) await resource.deleteCollection({}, background);
    else
      for (const { metadata } of found?.items ?? [])
        await unlessNotFound(resource.delete(metadata.name ?? '', background));
    if (!listable) return;
    const left = await resource.list({ metadataOnly: true });
    if (left.items.length === 0) return;
    round.remaining.push({ gvr, count: left.items.length });
    const finalizers = left.items.flatMap(({ metadata }) => metadata.finalizers ?? []);
    for (const one of finalizers) round.finalizers.set(one, (round.finalizers.get(one) ?? 0) + 1);
    if (estimate > 0 || finalizers.length > 0) {
      round.estimate = Math.max(round.estimate, estimate > 0 ? estimate : finalizerEstimateSeconds);
      return;
    }
    const text = `${gvr.group}/${gvr.version}, Resource=${gvr.resource}`;
    throw new Error(`unexpected items still remain in namespace: ${name} for gvr: ${text}`);
  }

  /** Seconds; 0 when the longest grace period has passed since the namespace's deletion. */
  async #graceLeft(namespace: KubeObject): Promise<number> {
    const list = await this.#client.resource(pods, namespace.metadata.name ?? '').list();
    const graces = list.items.map((pod) => {
      const { phase } = (pod['status'] ?? {}) as { readonly phase?: string };
      const { terminationGracePeriodSeconds = 0 } = (pod['spec'] ?? {}) as {
        readonly terminationGracePeriodSeconds?: number;
      };
      return phase === 'Succeeded' || phase === 'Failed' ? 0 : terminationGracePeriodSeconds;
    });
    const grace = Math.max(0, ...graces);
    const since = this.#context.clock.now() - Date.parse(namespace.metadata.deletionTimestamp ?? '');
    return since >= grace * 1000 ? 0 : grace;
  }
}
