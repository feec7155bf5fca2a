/**
 * Counts what is used of each quota: when its limits change, when something that it counts comes or goes, and once more a little after
 * admission has charged it, since a write may have failed after that. Mirrors kubernetes pkg/controller/resourcequota.
 */
import type { GroupResource, GroupVersionResource } from '../../api/gvk.ts';
import { equalJson, type JsonValue } from '../../api/json.ts';
import { objectKey, splitKey, type KubeObject } from '../../api/object.ts';
import { addAmounts, maskAmounts, sameAmounts, type Amounts } from '../../api/quota/amounts.ts';
import { evaluatorOf, resourceOfName } from '../../api/quota/evaluators.ts';
import { asQuota, type Quota } from '../../api/quota/quota.ts';
import type { Side } from '../../api/side.ts';
import type { Informer } from '../../client/informer.ts';
import { Controller, done, requeueAfter, type Result } from '../../controller/controller.ts';
import { discoverResources } from '../../controller/discovery.ts';
import { unlessNotFound } from '../../controller/status-cause.ts';
import type { BuiltinController, ControllerContext } from '../builtin-controller.ts';
import { resourceQuotas } from '../resources.ts';

/** How long a charge of admission may take to become an object, or to fail. */
const chargedMs = 5_000;
/** These have more to count than themselves. */
const whole = new Set(['/pods', '/services', '/persistentvolumeclaims', 'resource.k8s.io/resourceclaims']);

export const resourceQuotaController: BuiltinController = {
  name: 'resourcequota-controller',
  create<S extends Side>(context: ControllerContext<S>): Controller {
    const { informers, clock, logger, metrics } = context;
    const quotas = informers.informer({ gvr: resourceQuotas });
    const enqueue = (key: string): void => controller.queue.add(key);
    const worker = new Worker(context, quotas, (namespace) => {
      for (const quota of quotas.list(namespace)) enqueue(objectKey(quota));
    });
    const reconcile = (key: string): Promise<Result> => worker.reconcile(key);
    const name = 'resourcequota';
    const controller = new Controller({ name, reconcile, clock, logger, ...(metrics ? { metrics } : {}) });
    quotas.addHandler({
      onAdd: (quota) => enqueue(objectKey(quota)),
      onUpdate: (old, quota) => {
        if (!equalJson(specOf(old), specOf(quota))) enqueue(objectKey(quota));
        else if (!equalJson(statusOf(old), statusOf(quota))) controller.queue.addAfter(objectKey(quota), chargedMs);
      },
    });
    return controller;
  },
};

interface Count {
  readonly used: Amounts;
  /** When it is less though nothing happens; `undefined`: never. */
  readonly changesAt: number | undefined;
}

class Worker<S extends Side> {
  readonly #context: ControllerContext<S>;
  readonly #quotas: Informer<S>;
  readonly #enqueueAll: (namespace: string) => void;
  readonly #watched = new Map<string, Informer<S>>();

  constructor(context: ControllerContext<S>, quotas: Informer<S>, enqueueAll: (namespace: string) => void) {
    this.#context = context;
    this.#quotas = quotas;
    this.#enqueueAll = enqueueAll;
  }

  async reconcile(key: string): Promise<Result> {
    const object = this.#quotas.get(key);
    if (!object || object.metadata.deletionTimestamp !== undefined) return done;
    const { client } = this.#context;
    const { namespace, name } = splitKey(key);
    // Admission may have charged it since the cache was told.
    const fresh = await unlessNotFound(client.resource(resourceQuotas, namespace).get(name));
    if (!fresh) return done;
    const quota = asQuota(fresh);
    const { used, changesAt } = await this.#used(quota, namespace ?? '');
    const same = sameAmounts(used, quota.used) && sameAmounts(quota.hard, quota.countedHard);
    if (same && statusOf(fresh) !== undefined)
      return changesAt === undefined ? done : requeueAfter(changesAt - this.#context.clock.now());
    const status = { hard: quota.hard, used } as unknown as JsonValue;
    await client.resource(resourceQuotas, namespace).updateStatus({ ...fresh, status });
    return requeueAfter(chargedMs);
  }

  async #used(quota: Quota, namespace: string): Promise<Count> {
    const names = Object.keys(quota.hard);
    let used: Amounts = Object.fromEntries(names.map((name) => [name, '0']));
    let changesAt: number | undefined;
    const kinds = new Map(names.map(resourceOfName).map((gr) => [`${gr.group}/${gr.resource}`, gr]));
    for (const gr of kinds.values()) {
      const gvr = await this.#served(gr);
      if (!gvr) continue;
      this.#watch(gvr);
      const count = await this.#usedOf(quota, gvr, namespace);
      used = addAmounts(used, maskAmounts(count.used, names));
      changesAt = Math.min(changesAt ?? Infinity, count.changesAt ?? Infinity);
    }
    return { used, changesAt: Number.isFinite(changesAt) ? changesAt : undefined };
  }

  async #usedOf(quota: Quota, gvr: GroupVersionResource, namespace: string): Promise<Count> {
    const { client, clock } = this.#context;
    const now = clock.now();
    const evaluator = evaluatorOf(gvr);
    const metadataOnly = !whole.has(`${gvr.group}/${gvr.resource}`);
    const { items } = await client.resource(gvr, namespace).list({ metadataOnly });
    const counted = items.filter((item) => quota.scopes.every((scope) => evaluator.matchesScope(scope, item)));
    const times = counted.flatMap((item) => evaluator.changesAt?.(item, now) ?? []);
    return {
      used: counted.reduce<Amounts>((sum, item) => addAmounts(sum, evaluator.usage(item, now)), {}),
      changesAt: times.reduce<number | undefined>((first, time) => Math.min(first ?? time, time), undefined),
    };
  }

  /** `undefined`: nobody serves it now. */
  async #served(gr: GroupResource): Promise<GroupVersionResource | undefined> {
    if (gr.group === '') return { ...gr, version: 'v1' };
    const known = this.#watched.get(`${gr.group}/${gr.resource}`);
    const { resources } = await discoverResources(this.#context.client);
    const found = resources.find(({ gvr }) => gvr.group === gr.group && gvr.resource === gr.resource);
    return found?.gvr ?? (known ? { ...gr, version: 'v1' } : undefined);
  }

  /** What comes and goes of the kind is counted anew, from now on. */
  #watch(gvr: GroupVersionResource): void {
    const key = `${gvr.group}/${gvr.resource}`;
    if (this.#watched.has(key)) return;
    const metadataOnly = !whole.has(key);
    const informer = this.#context.informers.informer({ gvr, ...(metadataOnly ? { metadataOnly } : {}) });
    this.#watched.set(key, informer);
    const changed = (object: Readonly<KubeObject>): void => this.#enqueueAll(object.metadata.namespace ?? '');
    informer.addHandler({
      onAdd: changed,
      onUpdate: (old, object) => {
        if (!metadataOnly && !sameAmounts(this.#usageOf(gvr, old), this.#usageOf(gvr, object))) changed(object);
      },
      onDelete: changed,
    });
  }

  #usageOf(gvr: GroupVersionResource, object: Readonly<KubeObject>): Amounts {
    return evaluatorOf(gvr).usage(object, this.#context.clock.now());
  }
}

function specOf(quota: Readonly<KubeObject>): JsonValue {
  return (quota['spec'] ?? null) as JsonValue;
}

function statusOf(quota: Readonly<KubeObject>): JsonValue | undefined {
  return quota['status'] as JsonValue | undefined;
}
