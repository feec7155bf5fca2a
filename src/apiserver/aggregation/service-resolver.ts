/** Where a Service is reached. Mirrors apiserver util/proxy ResolveCluster: by its cluster IP, as without aggregator routing. */
import { goQuote } from '../../api/go-text.ts';
import type { KubeObject } from '../../api/object.ts';
import type { ApiService, ServiceReference } from './api-service.ts';
import { defaultServicePort } from './api-service.ts';

export interface Endpoint {
  /** An IP address, or a name that whoever connects resolves. */
  readonly host: string;
  readonly port: number;
  /** What it is called in messages; absent: its host. */
  readonly name?: string;
}

/** @throws Error in upstream's words: it can't be reached by anybody */
export type ServiceResolver = (service: ServiceReference) => Promise<Endpoint>;

export interface ServiceResolverOptions {
  /** `undefined`: there is none. */
  service(namespace: string, name: string): Promise<Readonly<KubeObject> | undefined>;
  /** IP addresses of a DNS name. */
  lookup(name: string): Promise<readonly string[]>;
  mayDial(address: string): boolean;
}

export interface ServiceView {
  readonly type?: string;
  readonly clusterIP?: string;
  readonly externalName?: string;
  readonly ports?: readonly { readonly name?: string; readonly port?: number }[];
}

/** A Service's spec, of which nothing is taken for granted. */
export function serviceView(object: Readonly<KubeObject>): ServiceView {
  // A decoded Service.
  return (object['spec'] ?? {}) as ServiceView;
}

export function serviceOf({ spec }: ApiService): Required<ServiceReference> | undefined {
  const { service } = spec ?? {};
  if (!service) return undefined;
  return { namespace: service.namespace ?? '', name: service.name ?? '', port: service.port ?? defaultServicePort };
}

export function createServiceResolver(options: ServiceResolverOptions): ServiceResolver {
  return async ({ namespace = '', name = '', port = defaultServicePort }) => {
    const found = await options.service(namespace, name);
    if (!found) throw new Error(`service ${goQuote(name)} not found`);
    const { type = 'ClusterIP', clusterIP = '', externalName = '', ports = [] } = serviceView(found);
    if (type === 'ExternalName') {
      const addresses = await options.lookup(externalName);
      const host = addresses.find((address) => options.mayDial(address));
      if (host === undefined) throw new Error(`no address of ${goQuote(externalName)} may be dialled`);
      return { host, port, name: externalName };
    }
    if (clusterIP === '' || clusterIP === 'None') throw new Error(`service ${goQuote(name)} has no cluster IP`);
    if (!ports.some((candidate) => candidate.port === port)) {
      throw new Error(`no service port ${port} found for service ${goQuote(name)}`);
    }
    if (!options.mayDial(clusterIP)) throw new Error(`the cluster IP of service ${goQuote(name)} may not be dialled`);
    return { host: clusterIP, port };
  };
}
