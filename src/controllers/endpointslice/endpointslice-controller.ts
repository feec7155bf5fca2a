/**
 * EndpointSlices of Services with a selector. Mirrors kubernetes pkg/controller/endpointslice. Unlike there, a pod whose node isn't
 * known here is an endpoint all the same: a tenant need not have all of the host's nodes.
 */
import { objectKey, splitKey, type KubeObject } from '../../api/object.ts';
import type { Side } from '../../api/side.ts';
import type { ResourceClient } from '../../client/client.ts';
import type { Informer } from '../../client/informer.ts';
import { Controller, done, requeueAfter, type Result } from '../../controller/controller.ts';
import { asPod } from '../../controller/pod.ts';
import { isNamespaceTerminating, unlessNotFound } from '../../controller/status-cause.ts';
import { WriteTracker } from '../../controller/write-tracker.ts';
import { unreachable } from '../../lib/unreachable.ts';
import type { BuiltinController, ControllerContext } from '../builtin-controller.ts';
import { endpointSlices, nodes, pods, services } from '../resources.ts';
import { asEndpointSlice, managedBy, managedByLabel, serviceNameLabel } from './endpoint-slice.ts';
import { planEndpointSlices, type Action } from './plan.ts';
import { observePods } from './pod-changes.ts';
import { asService, hasManagedEndpoints, selectsPod, triggerTimeAnnotation } from './service.ts';
import { TriggerTimeTracker } from './trigger-time.ts';

const byService = 'service';
const staleRetryMs = 20;

export const endpointSliceController: BuiltinController = {
  name: 'endpointslice-controller',
  create: (context) => {
    const { informers } = context;
    const caches = {
      services: informers.informer({ gvr: services }),
      pods: informers.informer({ gvr: pods }),
      slices: informers.informer({ gvr: endpointSlices, labelSelector: `${managedByLabel}=${managedBy}` }),
      nodes: informers.informer({ gvr: nodes, metadataOnly: true }),
    };
    const worker = new Worker(context, caches);
    const controller = new Controller({
      name: 'endpointslice',
      reconcile: (key) => worker.reconcile(key),
      clock: context.clock,
      logger: context.logger,
      ...(context.metrics ? { metrics: context.metrics } : {}),
    });
    const enqueue = (key: string): void => controller.queue.add(key);
    const enqueueService = (slice: KubeObject): void => enqueue(serviceKey(slice));
    caches.slices.addIndex(byService, (slice) => [serviceKey(slice)]);
    caches.services.addHandler({
      onAdd: (service) => enqueue(objectKey(service)),
      onUpdate: (_old, service) => enqueue(objectKey(service)),
      onDelete: (service) => enqueue(objectKey(service)),
    });
    caches.pods.addHandler(observePods(caches.services, enqueue));
    caches.slices.addHandler({
      // One may have been made though the answer was an error: it is known from now on.
      onAdd: enqueueService,
      onUpdate: (old, slice) => {
        enqueueService(slice);
        if (serviceKey(old) !== serviceKey(slice)) enqueueService(old);
      },
      onDelete: enqueueService,
    });
    return controller;
  },
};

interface Caches<S extends Side> {
  readonly services: Informer<S>;
  readonly pods: Informer<S>;
  readonly slices: Informer<S>;
  readonly nodes: Informer<S>;
}

class Worker<S extends Side> {
  readonly #context: ControllerContext<S>;
  readonly #caches: Caches<S>;
  readonly #tracker: WriteTracker<S>;
  readonly #triggers = new TriggerTimeTracker();

  constructor(context: ControllerContext<S>, caches: Caches<S>) {
    this.#context = context;
    this.#caches = caches;
    this.#tracker = new WriteTracker(caches.slices, context.clock);
  }

  async reconcile(key: string): Promise<Result> {
    const { services: cached, pods: podCache, slices, nodes: nodeCache } = this.#caches;
    const object = cached.get(key);
    if (!object) {
      // The slices are the collector's: they have an owner.
      this.#triggers.forget(key);
      this.#tracker.forget(key);
      return done;
    }
    const service = asService(object);
    if (!hasManagedEndpoints(service)) return done;
    if (!this.#tracker.isCurrent(key)) return requeueAfter(Math.max(staleRetryMs, this.#tracker.unseenForMs(key)));
    const matching = podCache
      .list(service.metadata.namespace)
      .map(asPod)
      .filter((pod) => selectsPod(service, pod));
    const trigger = this.#triggers.changedAt(key, service, matching);
    const actions = planEndpointSlices({
      service,
      pods: matching,
      slices: slices.byIndex(byService, key).filter(isPresent).map(asEndpointSlice),
      zoneOf: (node) => nodeCache.get(node)?.metadata.labels?.['topology.kubernetes.io/zone'],
    });
    const resource = this.#context.client.resource(endpointSlices, splitKey(key).namespace);
    try {
      for (const action of actions) await this.#act(key, resource, action, trigger);
    } catch (error) {
      if (isNamespaceTerminating(error)) return done;
      const message = `Error updating Endpoint Slices for Service ${key}: ${error instanceof Error ? error.message : String(error)}`;
      this.#context.events.for('endpoint-slice-controller')(object, 'Warning', 'FailedToUpdateEndpointSlices', message);
      throw error;
    }
    return this.#tracker.lookAgain(key, done);
  }

  async #act(key: string, resource: ResourceClient<S>, action: Action, trigger: number | undefined): Promise<void> {
    switch (action.kind) {
      case 'create':
        return this.#tracker.wrote(key, await resource.create(withTrigger(action.object, trigger)));
      case 'update':
        return this.#tracker.wrote(key, await resource.update(withTrigger(action.object, trigger)));
      case 'delete': {
        const { name = '', uid } = action.slice.metadata;
        await unlessNotFound(resource.delete(name, uid === undefined ? {} : { preconditions: { uid } }));
        return this.#tracker.deleted(key, action.slice.object);
      }
      default:
        return unreachable(action);
    }
  }
}

function isPresent(slice: Readonly<KubeObject>): boolean {
  return slice.metadata.deletionTimestamp === undefined;
}

function serviceKey(slice: Readonly<KubeObject>): string {
  return `${slice.metadata.namespace}/${slice.metadata.labels?.[serviceNameLabel] ?? ''}`;
}

function withTrigger(slice: KubeObject, trigger: number | undefined): KubeObject {
  const { [triggerTimeAnnotation]: _old, ...annotations } = slice.metadata.annotations ?? {};
  if (trigger !== undefined) annotations[triggerTimeAnnotation] = new Date(trigger).toISOString().replace('.000Z', 'Z');
  return { ...slice, metadata: { ...slice.metadata, annotations } };
}
