/**
 * EndpointSlices of the Endpoints that somebody writes by hand for a Service without a selector. Mirrors kubernetes
 * pkg/controller/endpointslicemirroring, v1.36.
 */
import { objectKey, splitKey, type KubeObject } from '../../api/object.ts';
import type { Side } from '../../api/side.ts';
import type { ResourceClient } from '../../client/client.ts';
import type { Informer } from '../../client/informer.ts';
import { Controller, done, requeueAfter, type Result } from '../../controller/controller.ts';
import { isNamespaceTerminating, unlessNotFound } from '../../controller/status-cause.ts';
import { WriteTracker } from '../../controller/write-tracker.ts';
import { unreachable } from '../../lib/unreachable.ts';
import type { BuiltinController, ControllerContext } from '../builtin-controller.ts';
import {
  asEndpointSlice,
  managedByLabel,
  serviceNameLabel,
  type EndpointSlice,
} from '../endpointslice/endpoint-slice.ts';
import { endpoints, endpointSlices, services } from '../resources.ts';
import { addressesPerSubsetMax, mayBeMirrored, mirroredBy, planMirror, type MirrorAction } from './mirror.ts';

const byService = 'service';
const staleRetryMs = 20;
const retryInitialMs = 1_000;
const retryMaxMs = 100_000;

export const endpointSliceMirroringController: BuiltinController = {
  name: 'endpointslice-mirroring-controller',
  create<S extends Side>(context: ControllerContext<S>): Controller {
    const { informers, clock, logger, metrics } = context;
    const caches = {
      services: informers.informer({ gvr: services }),
      endpoints: informers.informer({ gvr: endpoints }),
      slices: informers.informer({ gvr: endpointSlices, labelSelector: `${managedByLabel}=${mirroredBy}` }),
    };
    const worker = new Worker(context, caches);
    const controller = new Controller({
      name: 'endpointslice-mirroring',
      reconcile: (key) => worker.reconcile(key),
      clock,
      logger,
      retryInitialMs,
      retryMaxMs,
      ...(metrics ? { metrics } : {}),
    });
    const enqueue = (object: Readonly<KubeObject>): void => controller.queue.add(objectKey(object));
    const enqueueService = (slice: Readonly<KubeObject>): void => controller.queue.add(serviceKey(slice));
    caches.services.addHandler({
      onAdd: (service) => !hasSelector(service) && enqueue(service),
      onUpdate: (old, service) => hasSelector(old) !== hasSelector(service) && enqueue(service),
      onDelete: (service) => !hasSelector(service) && enqueue(service),
    });
    caches.endpoints.addHandler({
      onAdd: (object) => mayBeMirrored(object) && enqueue(object),
      onUpdate: (old, object) => (mayBeMirrored(old) || mayBeMirrored(object)) && enqueue(object),
      onDelete: (object) => mayBeMirrored(object) && enqueue(object),
    });
    caches.slices.addIndex(byService, (slice) => [serviceKey(slice)]);
    caches.slices.addHandler({
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
  readonly endpoints: Informer<S>;
  readonly slices: Informer<S>;
}

class Worker<S extends Side> {
  readonly #context: ControllerContext<S>;
  readonly #caches: Caches<S>;
  readonly #tracker: WriteTracker<S>;

  constructor(context: ControllerContext<S>, caches: Caches<S>) {
    this.#context = context;
    this.#caches = caches;
    this.#tracker = new WriteTracker(caches.slices, context.clock);
  }

  async reconcile(key: string): Promise<Result> {
    if (!this.#tracker.isCurrent(key)) return requeueAfter(Math.max(staleRetryMs, this.#tracker.unseenForMs(key)));
    const object = this.#caches.endpoints.get(key);
    const service = this.#caches.services.get(key);
    const slices = this.#caches.slices.byIndex(byService, key).map(asEndpointSlice);
    const resource = this.#context.client.resource(endpointSlices, splitKey(key).namespace);
    if (!object || !service || !mayBeMirrored(object) || hasSelector(service)) {
      for (const slice of slices) await this.#delete(key, resource, slice);
      return done;
    }
    const { actions, invalid, skipped } = planMirror(object, slices);
    this.#tell(object, invalid, skipped);
    try {
      for (const action of actions) await this.#act(key, resource, action);
    } catch (error) {
      // Nothing can be created any more in a namespace that goes.
      if (isNamespaceTerminating(error)) return done;
      throw error;
    }
    return this.#tracker.lookAgain(key, done);
  }

  #tell(object: Readonly<KubeObject>, invalid: number, skipped: number): void {
    const record = this.#context.events.for('endpoint-slice-mirroring-controller');
    if (invalid > 0) {
      const message = `Skipped ${invalid} invalid IP addresses when mirroring to EndpointSlices`;
      record(object, 'Warning', 'InvalidIPAddress', message);
    }
    if (skipped > invalid) {
      const message = `A max of ${addressesPerSubsetMax} addresses can be mirrored to EndpointSlices per Endpoints subset. ${skipped} addresses were skipped`;
      record(object, 'Warning', 'TooManyAddressesToMirror', message);
    }
  }

  async #act(key: string, resource: ResourceClient<S>, action: MirrorAction): Promise<void> {
    switch (action.kind) {
      case 'create':
        return this.#tracker.wrote(key, await resource.create(action.object));
      case 'update':
        return this.#tracker.wrote(key, await resource.update(action.object));
      case 'delete':
        return this.#delete(key, resource, action.slice);
      default:
        return unreachable(action);
    }
  }

  async #delete(key: string, resource: ResourceClient<S>, slice: EndpointSlice): Promise<void> {
    const { name = '', uid } = slice.metadata;
    await unlessNotFound(resource.delete(name, uid === undefined ? {} : { preconditions: { uid } }));
    this.#tracker.deleted(key, slice.object);
  }
}

function hasSelector(service: Readonly<KubeObject>): boolean {
  return (service['spec'] as { readonly selector?: object } | undefined)?.selector !== undefined;
}

function serviceKey(slice: Readonly<KubeObject>): string {
  return `${slice.metadata.namespace}/${slice.metadata.labels?.[serviceNameLabel] ?? ''}`;
}
