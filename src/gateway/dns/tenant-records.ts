/** One tenant's view of what is on the host: everything goes through here, and nothing that isn't the tenant's comes out. */
import {
  hostnameWith,
  type PodFacts,
  type ServiceFacts,
  type SliceEndpoint,
  type SliceFacts,
  type TenantIdentity,
} from './host-facts.ts';
import type { EndpointGroup, EndpointView, ServiceView, TenantView } from './tenant-view.ts';

/** In how many slices an address is looked for. */
const slicesAtMax = 16;

/** What is on the host, of all tenants. */
export interface HostRecords {
  /** By its key on the host. */
  pod(key: string): PodFacts | undefined;
  podsAt(address: string): readonly PodFacts[];
  slicesOf(service: ServiceFacts): readonly SliceFacts[];
  /** At most so many: a tenant may write one address into any number of them. */
  slicesAt(address: string, countMax: number): readonly SliceFacts[];
  serviceOf(slice: SliceFacts): ServiceFacts | undefined;
}

export class TenantRecords implements TenantView {
  readonly identity: TenantIdentity;
  readonly #records: HostRecords;
  readonly #services = new Map<string, ServiceFacts>();
  readonly #serviceAt = new Map<string, ServiceFacts>();
  /** How many pods and services each has. */
  readonly #namespaces = new Map<string, number>();

  constructor(identity: TenantIdentity, records: HostRecords) {
    this.identity = identity;
    this.#records = records;
  }

  get isEmpty(): boolean {
    return this.#namespaces.size === 0;
  }

  hasNamespace(namespace: string): boolean {
    return this.#namespaces.has(namespace);
  }

  service(namespace: string, name: string): ServiceFacts | undefined {
    return this.#services.get(`${namespace}/${name}`);
  }

  endpoints(service: ServiceView): readonly EndpointGroup[] {
    const facts = this.service(service.namespace, service.name);
    return facts ? endpointGroups(this.#records, facts) : [];
  }

  hasPod(namespace: string, address: string): boolean {
    return this.#records
      .podsAt(address)
      .some((pod) => this.#isOwn(pod.owner) && pod.namespace === namespace && !pod.isLeaving);
  }

  serviceAt(address: string): ServiceFacts | undefined {
    return this.#serviceAt.get(address);
  }

  endpointsAt(address: string): readonly { readonly service: ServiceView; readonly endpoint: EndpointView }[] {
    return this.#records.slicesAt(address, slicesAtMax).flatMap((slice) => {
      const service = this.#records.serviceOf(slice);
      if (!service?.owner || !this.#isOwn(service.owner) || slice.tenant !== this.identity.tenant) return [];
      const endpoints = slice.endpoints.filter((endpoint) => endpoint.address === address);
      return endpoints.map((endpoint) => ({ service, endpoint: named(this.#records, service, endpoint) }));
    });
  }

  addPod(namespace: string): void {
    this.#count(namespace, 1);
  }

  removePod(namespace: string): void {
    this.#count(namespace, -1);
  }

  addService(service: ServiceFacts): void {
    this.#services.set(`${service.namespace}/${service.name}`, service);
    for (const address of service.addresses) this.#serviceAt.set(address, service);
    this.#count(service.namespace, 1);
  }

  removeService(service: ServiceFacts): void {
    const key = `${service.namespace}/${service.name}`;
    if (this.#services.get(key) === service) this.#services.delete(key);
    for (const address of service.addresses)
      if (this.#serviceAt.get(address) === service) this.#serviceAt.delete(address);
    this.#count(service.namespace, -1);
  }

  #isOwn({ tenant, hostNamespace }: TenantIdentity): boolean {
    return tenant === this.identity.tenant && hostNamespace === this.identity.hostNamespace;
  }

  #count(namespace: string, change: number): void {
    const count = (this.#namespaces.get(namespace) ?? 0) + change;
    if (count > 0) this.#namespaces.set(namespace, count);
    else this.#namespaces.delete(namespace);
  }
}

/** The ready ones, under the names that they have in the service's domain. */
export function endpointGroups(records: HostRecords, service: ServiceFacts): readonly EndpointGroup[] {
  return records
    .slicesOf(service)
    .map((slice) => ({ endpoints: namedEndpoints(records, service, slice), ports: slice.ports }));
}

function* namedEndpoints(records: HostRecords, service: ServiceFacts, slice: SliceFacts): Generator<EndpointView> {
  for (const endpoint of slice.endpoints) yield named(records, service, endpoint);
}

/**
 * The host's controller names endpoints only if a pod's subdomain is the service's name, and on the host that is another name: what pods bear of
 * the tenant's own words counts as well.
 */
function named(records: HostRecords, service: ServiceFacts, endpoint: SliceEndpoint): EndpointView {
  if (endpoint.hostname !== undefined || endpoint.pod === undefined || !service.owner) return endpoint;
  const pod = records.pod(endpoint.pod);
  const isOfTenant = pod?.owner.tenant === service.owner.tenant && pod.namespace === service.namespace;
  const { address } = endpoint;
  return { address, hostname: pod && isOfTenant ? hostnameWith(pod, service.name) : undefined };
}
