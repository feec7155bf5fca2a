/** What answers are made from: all that one tenant may know. Pure values; nobody's but the tenant's. */

export interface ServicePort {
  readonly name: string;
  /** `TCP`, `UDP`, `SCTP`. */
  readonly protocol: string;
  /** Absent: traffic to any. */
  readonly port: number | undefined;
}

export interface ServiceView {
  /** In the tenant's words. */
  readonly namespace: string;
  readonly name: string;
  readonly type: 'cluster' | 'headless' | 'external';
  /** Of type `cluster`. */
  readonly addresses: readonly string[];
  readonly ports: readonly ServicePort[];
  /** Of type `external`. */
  readonly externalName: string;
}

export interface EndpointView {
  readonly address: string;
  /** Of a pod that has one in the service's own domain. */
  readonly hostname: string | undefined;
}

/** Endpoints that take traffic on the same ports. */
export interface EndpointGroup {
  /** There may be many: they are made as they are looked at. */
  readonly endpoints: Iterable<EndpointView>;
  readonly ports: readonly ServicePort[];
}

export interface TenantView {
  hasNamespace(namespace: string): boolean;
  service(namespace: string, name: string): ServiceView | undefined;
  /** Those that are ready. */
  endpoints(service: ServiceView): readonly EndpointGroup[];
  /** Whether a pod of this namespace has the address. */
  hasPod(namespace: string, address: string): boolean;
  /** Which service has this cluster IP. */
  serviceAt(address: string): ServiceView | undefined;
  /** The services that lead to this address, and how its endpoint there is called. */
  endpointsAt(address: string): readonly { readonly service: ServiceView; readonly endpoint: EndpointView }[];
}
