/**
 * Ranges of Services are ready, and go when no address needs them any more. Mirrors kubernetes pkg/controller/servicecidrs, v1.36, but that Services
 * themselves count beside IPAddress objects: a tenant's addresses are its host's, and nobody here writes an IPAddress for each.
 */
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Side } from '../../api/side.ts';
import type { Informer } from '../../client/informer.ts';
import { Controller, done, requeueAfter, type Result } from '../../controller/controller.ts';
import type { RecordEvent } from '../../controller/event-recorder.ts';
import { unlessNotFound } from '../../controller/status-cause.ts';
import { timestamp } from '../../lib/clock.ts';
import type { BuiltinController, ControllerContext } from '../builtin-controller.ts';
import { ipAddresses, serviceCidrs, services } from '../resources.ts';
import { allocatedAddress, isFree, serviceAddresses } from './ranges.ts';

const controllerName = 'service-cidr-controller';
const finalizer = 'networking.k8s.io/service-cidr-finalizer';
/** Allocators may not have heard of the deletion yet. */
const deletionGraceMs = 10_000;

interface Ready {
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

const ready: Ready = { status: 'True', reason: '', message: 'Kubernetes Service CIDR is ready' };
const terminating: Ready = {
  status: 'False',
  reason: 'Terminating',
  message: 'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR',
};

export const serviceCidrController: BuiltinController = {
  name: controllerName,
  create: (context) => new ServiceCidrController(context).controller,
};

class ServiceCidrController<S extends Side> {
  readonly controller: Controller;
  readonly #context: ControllerContext<S>;
  readonly #record: RecordEvent;
  readonly #ranges: Informer<S>;
  readonly #addresses: Informer<S>;
  readonly #services: Informer<S>;

  constructor(context: ControllerContext<S>) {
    const { informers, events, clock, logger, metrics } = context;
    this.#context = context;
    this.#record = events.for(controllerName);
    this.#ranges = informers.informer({ gvr: serviceCidrs });
    this.#addresses = informers.informer({ gvr: ipAddresses });
    this.#services = informers.informer({ gvr: services });
    this.controller = new Controller({
      name: 'service-cidr',
      clock,
      logger,
      ...(metrics ? { metrics } : {}),
      reconcile: (name) => this.#reconcile(name),
    });
    const { queue } = this.controller;
    // What comes or goes changes only what becomes of those that are to go.
    const lookAtLeaving = (): void => {
      for (const { metadata } of this.#ranges.list()) if (metadata.deletionTimestamp) queue.add(metadata.name ?? '');
    };
    const look = ({ metadata }: Readonly<KubeObject>): void => {
      queue.add(metadata.name ?? '');
      lookAtLeaving();
    };
    this.#ranges.addHandler({
      onAdd: look,
      onUpdate: (_old, range) => queue.add(range.metadata.name ?? ''),
      onDelete: lookAtLeaving,
    });
    const moved = { onAdd: lookAtLeaving, onDelete: lookAtLeaving };
    this.#addresses.addHandler(moved);
    this.#services.addHandler({ ...moved, onUpdate: lookAtLeaving });
  }

  async #reconcile(name: string): Promise<Result> {
    const range = this.#ranges.get(name);
    if (!range) return done;
    const deleted = range.metadata.deletionTimestamp;
    if (deleted !== undefined) return this.#release(name, range, Date.parse(deleted));
    if (!isProtected(range)) await this.#patchFinalizer(name, 'finalizers');
    try {
      await this.#setReady(name, range, ready);
    } catch (error) {
      const message = 'The ServiceCIDR Status can not be set to Ready=True';
      this.#record(range, 'Warning', 'KubernetesServiceCIDRError', message);
      throw error;
    }
    return done;
  }

  async #release(name: string, range: Readonly<KubeObject>, deletedAt: number): Promise<Result> {
    if (!isFree(range, this.#ranges.list(), this.#addressesInUse())) {
      await this.#setReady(name, range, terminating);
      return done;
    }
    const wait = deletedAt + deletionGraceMs - this.#context.clock.now();
    if (wait > 0) return requeueAfter(wait);
    if (isProtected(range)) await this.#patchFinalizer(name, '$deleteFromPrimitiveList/finalizers');
    return done;
  }

  #addressesInUse() {
    const known = this.#addresses.list().flatMap((address) => allocatedAddress(address) ?? []);
    return [...known, ...this.#services.list().flatMap((service) => serviceAddresses(service))];
  }

  async #patchFinalizer(name: string, directive: string): Promise<void> {
    const patch = { metadata: { [directive]: [finalizer] } };
    await unlessNotFound(this.#context.client.resource(serviceCidrs).patch(name, 'strategic', patch));
  }

  async #setReady(name: string, range: Readonly<KubeObject>, wanted: Ready): Promise<void> {
    const present = readyOf(range);
    if (
      present?.['status'] === wanted.status &&
      present['message'] === wanted.message &&
      (present['reason'] ?? '') === wanted.reason
    )
      return;
    const lastTransitionTime = timestamp(this.#context.clock.now());
    const object = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'ServiceCIDR',
      metadata: { name },
      status: { conditions: [{ type: 'Ready', ...wanted, lastTransitionTime }] },
    };
    const options = { subresource: 'status', fieldManager: controllerName, force: true };
    await this.#context.client.resource(serviceCidrs).patch(name, 'apply', object, options);
  }
}

function isProtected({ metadata }: Readonly<KubeObject>): boolean {
  return metadata.finalizers?.includes(finalizer) ?? false;
}

function readyOf(range: Readonly<KubeObject>): JsonObject | undefined {
  const { conditions = [] } = (range['status'] ?? {}) as { readonly conditions?: readonly JsonObject[] };
  return conditions.find(({ type }) => type === 'Ready');
}
