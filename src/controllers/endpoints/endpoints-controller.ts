/** The older form of endpoints, one object for each Service with a selector. Mirrors kubernetes pkg/controller/endpoint. */
import { equalJson, type JsonObject, type JsonValue } from '../../api/json.ts';
import { objectKey, splitKey, type KubeObject } from '../../api/object.ts';
import type { Side } from '../../api/side.ts';
import type { Informer } from '../../client/informer.ts';
import { Controller, done, requeueAfter, type Result } from '../../controller/controller.ts';
import { asPod } from '../../controller/pod.ts';
import { isNamespaceTerminating, unlessNotFound } from '../../controller/status-cause.ts';
import { WriteTracker } from '../../controller/write-tracker.ts';
import type { BuiltinController, ControllerContext } from '../builtin-controller.ts';
import { observePods } from '../endpointslice/pod-changes.ts';
import {
  asService,
  hasClusterIp,
  hasManagedEndpoints,
  headlessLabel,
  selectsPod,
  triggerTimeAnnotation,
  type Service,
} from '../endpointslice/service.ts';
import { TriggerTimeTracker } from '../endpointslice/trigger-time.ts';
import { endpoints, pods, services } from '../resources.ts';
import { endpointSubsets, truncateSubsets } from './subsets.ts';

const managedByLabel = 'endpoints.kubernetes.io/managed-by';
const managedBy = 'endpoint-controller';
const overCapacityAnnotation = 'endpoints.kubernetes.io/over-capacity';
const leaderAnnotation = 'control-plane.alpha.kubernetes.io/leader';
const staleRetryMs = 20;

export const endpointsController: BuiltinController = {
  name: 'endpoints-controller',
  create: (context) => {
    const caches = {
      services: context.informers.informer({ gvr: services }),
      pods: context.informers.informer({ gvr: pods }),
      endpoints: context.informers.informer({ gvr: endpoints }),
    };
    const worker = new Worker(context, caches);
    const controller = new Controller({
      name: 'endpoints',
      reconcile: (key) => worker.reconcile(key),
      clock: context.clock,
      logger: context.logger,
      ...(context.metrics ? { metrics: context.metrics } : {}),
    });
    const enqueue = (key: string): void => controller.queue.add(key);
    caches.services.addHandler({
      onAdd: (service) => enqueue(objectKey(service)),
      onUpdate: (_old, service) => enqueue(objectKey(service)),
      onDelete: (service) => enqueue(objectKey(service)),
    });
    caches.pods.addHandler(observePods(caches.services, enqueue));
    caches.endpoints.addHandler({
      // What was left over while nobody watched.
      onAdd: (object, initial) => {
        const { annotations, labels } = object.metadata;
        // Made by us from an old cache, when its Service was gone already. Upstream deletes what it can't see yet.
        const late = labels?.[managedByLabel] === managedBy && !caches.services.get(objectKey(object));
        if (late || (initial && annotations?.[leaderAnnotation] === undefined)) enqueue(objectKey(object));
      },
      onDelete: (object) => enqueue(objectKey(object)),
    });
    return controller;
  },
};

interface Caches<S extends Side> {
  readonly services: Informer<S>;
  readonly pods: Informer<S>;
  readonly endpoints: Informer<S>;
}

class Worker<S extends Side> {
  readonly #context: ControllerContext<S>;
  readonly #caches: Caches<S>;
  readonly #triggers = new TriggerTimeTracker();
  readonly #tracker: WriteTracker<S>;

  constructor(context: ControllerContext<S>, caches: Caches<S>) {
    this.#context = context;
    this.#caches = caches;
    this.#tracker = new WriteTracker(caches.endpoints, context.clock);
  }

  async reconcile(key: string): Promise<Result> {
    const { namespace, name } = splitKey(key);
    const resource = this.#context.client.resource(endpoints, namespace);
    const object = this.#caches.services.get(key);
    if (!object) {
      this.#triggers.forget(key);
      this.#tracker.forget(key);
      if (this.#caches.endpoints.get(key)) await unlessNotFound(resource.delete(name));
      return done;
    }
    const service = asService(object);
    if (!hasManagedEndpoints(service)) return done;
    if (!this.#tracker.isCurrent(key)) return requeueAfter(Math.max(staleRetryMs, this.#tracker.unseenForMs(key)));
    const matching = this.#caches.pods
      .list(namespace)
      .map(asPod)
      .filter((pod) => selectsPod(service, pod));
    const trigger = this.#triggers.changedAt(key, service, matching);
    const current = this.#caches.endpoints.get(key);
    const wanted = wantedEndpoints(service, endpointSubsets(service, matching), current, trigger);
    if (!wanted) return done;
    try {
      this.#tracker.wrote(key, await (current ? resource.update(wanted) : resource.create(wanted)));
    } catch (error) {
      if (isNamespaceTerminating(error)) return done;
      const [reason, verb] = current
        ? ['FailedToUpdateEndpoint', 'update endpoint']
        : ['FailedToCreateEndpoint', 'create endpoint for service'];
      const message = `Failed to ${verb} ${key}: ${error instanceof Error ? error.message : String(error)}`;
      this.#context.events.for('endpoint-controller')(wanted, 'Warning', reason, message);
      throw error;
    }
    return this.#tracker.lookAgain(key, done);
  }
}

/** `undefined`: what stands is right. Pure. */
function wantedEndpoints(
  service: Service,
  all: readonly JsonObject[],
  current: Readonly<KubeObject> | undefined,
  trigger: number | undefined,
): KubeObject | undefined {
  const { subsets, truncated } = truncateSubsets(all);
  const { [headlessLabel]: _headless, ...labels } = service.metadata.labels ?? {};
  if (!hasClusterIp(service)) labels[headlessLabel] = '';
  labels[managedByLabel] = managedBy;
  const {
    [triggerTimeAnnotation]: _old,
    [overCapacityAnnotation]: over,
    ...annotations
  } = current?.metadata.annotations ?? {};
  const same =
    current !== undefined &&
    equalJson((current['subsets'] ?? []) as JsonValue, subsets as JsonValue) &&
    equalJson(current.metadata.labels, labels) &&
    (over !== undefined) === truncated;
  if (same) return undefined;
  if (trigger !== undefined) annotations[triggerTimeAnnotation] = new Date(trigger).toISOString().replace('.000Z', 'Z');
  if (truncated) annotations[overCapacityAnnotation] = 'truncated';
  const { name = '', namespace = '' } = service.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { ...(current?.metadata ?? { name, namespace }), labels, annotations },
    ...(subsets.length > 0 ? { subsets: [...subsets] as JsonValue } : {}),
  };
}
