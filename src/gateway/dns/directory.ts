/**
 * Who has which address on the host, and what each tenant may know: kept up to date object by object. All of it comes from the host, so that it goes on
 * while tenants' own API servers are stopped.
 */
import type { KubeObject } from '../../api/object.ts';
import { objectKey } from '../../api/object.ts';
import {
  podFacts,
  serviceFacts,
  sliceFacts,
  type PodFacts,
  type ServiceFacts,
  type SliceFacts,
  type TenantIdentity,
} from './host-facts.ts';
import { TenantRecords, type HostRecords } from './tenant-records.ts';

export type DirectoryKind = 'pods' | 'services' | 'endpointslices';

export interface DirectoryListener {
  /** A tenant has nothing on the host any more. */
  onTenantGone?(tenant: TenantRecords): void;
  /** A pod of a tenant has this address. */
  onPodAt?(address: string): void;
}

export class Directory implements HostRecords {
  readonly #tenants = new Map<string, TenantRecords>();
  readonly #pods = new Map<string, PodFacts>();
  readonly #services = new Map<string, ServiceFacts>();
  readonly #slices = new Map<string, SliceFacts>();
  readonly #podsAt = new Map<string, Keys>();
  readonly #slicesOf = new Map<string, Keys>();
  readonly #slicesAt = new Map<string, Keys>();
  readonly #listener: DirectoryListener;

  constructor(listener: DirectoryListener = {}) {
    this.#listener = listener;
  }

  get tenants(): Iterable<TenantRecords> {
    return this.#tenants.values();
  }

  /** The tenant whose pod has an address. `undefined`: nobody's, or it can't be said whose. */
  tenantAt(address: string): TenantRecords | undefined {
    const pods = this.podsAt(address);
    const staying = pods.length > 1 ? pods.filter(({ isLeaving }) => !isLeaving) : pods;
    const [first, ...others] = staying.length > 0 ? staying : pods;
    const isContested = first && others.some(({ owner }) => tenantKey(owner) !== tenantKey(first.owner));
    return first && !isContested ? this.#tenants.get(tenantKey(first.owner)) : undefined;
  }

  /** A service of the host's own, of those that are followed. */
  hostService(hostKey: string): ServiceFacts | undefined {
    return this.#services.get(`host ${hostKey}`);
  }

  put(kind: DirectoryKind, object: KubeObject, isHosts = false): void {
    const key = keyOf(object, isHosts);
    this.remove(kind, key);
    if (kind === 'pods') this.#putPod(key, podFacts(object));
    else if (kind === 'services') this.#putService(key, serviceFacts(object, isHosts));
    else this.#putSlice(key, sliceFacts(object));
  }

  /** `key` as in {@link keys}. */
  remove(kind: DirectoryKind, key: string): void {
    if (kind === 'pods') this.#removePod(key);
    else if (kind === 'services') this.#removeService(key);
    else this.#removeSlice(key);
  }

  keys(kind: DirectoryKind): IterableIterator<string> {
    return { pods: this.#pods, services: this.#services, endpointslices: this.#slices }[kind].keys();
  }

  pod(key: string): PodFacts | undefined {
    return this.#pods.get(key);
  }

  podsAt(address: string): readonly PodFacts[] {
    return keysAt(this.#podsAt, address).flatMap((key) => this.#pods.get(key) ?? []);
  }

  slicesOf(service: ServiceFacts): readonly SliceFacts[] {
    return keysAt(this.#slicesOf, service.hostKey)
      .flatMap((key) => this.#slices.get(key) ?? [])
      .filter((slice) => service.owner === undefined || slice.tenant === service.owner.tenant);
  }

  slicesAt(address: string, countMax: number): readonly SliceFacts[] {
    const keys = keysAt(this.#slicesAt, address);
    return keys.slice(0, countMax).flatMap((key) => this.#slices.get(key) ?? []);
  }

  /** The service on the host at this key, if it is a tenant's. */
  serviceOf(slice: SliceFacts): ServiceFacts | undefined {
    return this.#services.get(slice.service);
  }

  #putPod(key: string, pod: PodFacts | undefined): void {
    if (!pod) return;
    this.#pods.set(key, pod);
    for (const address of pod.addresses) enter(this.#podsAt, address, key);
    this.#tenant(pod.owner).addPod(pod.namespace);
    for (const address of pod.addresses) this.#listener.onPodAt?.(address);
  }

  #removePod(key: string): void {
    const pod = this.#pods.get(key);
    if (!pod) return;
    this.#pods.delete(key);
    for (const address of pod.addresses) leave(this.#podsAt, address, key);
    const tenant = this.#tenant(pod.owner);
    tenant.removePod(pod.namespace);
    this.#forget(tenant);
  }

  #putService(key: string, service: ServiceFacts | undefined): void {
    if (!service) return;
    this.#services.set(key, service);
    if (service.owner) this.#tenant(service.owner).addService(service);
  }

  #removeService(key: string): void {
    const service = this.#services.get(key);
    if (!service) return;
    this.#services.delete(key);
    if (!service.owner) return;
    const tenant = this.#tenant(service.owner);
    tenant.removeService(service);
    this.#forget(tenant);
  }

  #putSlice(key: string, slice: SliceFacts | undefined): void {
    if (!slice) return;
    this.#slices.set(key, slice);
    enter(this.#slicesOf, slice.service, key);
    for (const { address } of slice.endpoints) enter(this.#slicesAt, address, key);
  }

  #removeSlice(key: string): void {
    const slice = this.#slices.get(key);
    if (!slice) return;
    this.#slices.delete(key);
    leave(this.#slicesOf, slice.service, key);
    for (const { address } of slice.endpoints) leave(this.#slicesAt, address, key);
  }

  #tenant(identity: TenantIdentity): TenantRecords {
    const key = tenantKey(identity);
    let tenant = this.#tenants.get(key);
    if (!tenant) this.#tenants.set(key, (tenant = new TenantRecords(identity, this)));
    return tenant;
  }

  #forget(tenant: TenantRecords): void {
    if (!tenant.isEmpty) return;
    this.#tenants.delete(tenantKey(tenant.identity));
    this.#listener.onTenantGone?.(tenant);
  }
}

/** Neither part has a slash in it. */
function tenantKey({ hostNamespace, tenant }: TenantIdentity): string {
  return `${hostNamespace}/${tenant}`;
}

/** The host's own are apart from tenants' copies, should an object be followed as both. */
export function keyOf(object: KubeObject, isHosts: boolean): string {
  return isHosts ? `host ${objectKey(object)}` : objectKey(object);
}

/** Mostly there is one, and a set of one costs more than the one. */
type Keys = string | Set<string>;

function keysAt(index: Map<string, Keys>, value: string): readonly string[] {
  const keys = index.get(value);
  if (keys === undefined) return [];
  return typeof keys === 'string' ? [keys] : [...keys];
}

function enter(index: Map<string, Keys>, value: string, key: string): void {
  const keys = index.get(value);
  if (keys === undefined) index.set(value, key);
  else if (typeof keys !== 'string') keys.add(key);
  else if (keys !== key) index.set(value, new Set([keys, key]));
}

function leave(index: Map<string, Keys>, value: string, key: string): void {
  const keys = index.get(value);
  if (keys === key) index.delete(value);
  else if (typeof keys !== 'string' && keys?.delete(key) && keys.size === 0) index.delete(value);
}
