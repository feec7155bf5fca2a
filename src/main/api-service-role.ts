/** How pods find a tenant's API server, and its DNS, from the tenant's configuration. */
import { isIP } from 'node:net';
import type { KubernetesService } from '../apiserver/registry/bootstrap.ts';
import { specOf, portsOf, type ServiceAddresses } from '../apiserver/registry/service-addresses.ts';
import { objectKey } from '../api/object.ts';
import type { Client } from '../client/client.ts';
import { createClient } from '../client/create-client.ts';
import { isApiService, defaultClusterDomain } from '../translate/pods/in-cluster.ts';
import { nameserversMax, type ClusterDns } from '../translate/pods/cluster-dns.ts';
import { unlessNotFound } from '../controller/status-cause.ts';
import type { Logger } from '../lib/logger.ts';
import type { InClusterSettings } from '../syncer/in-cluster.ts';
import { advertisedAddress, type ComposedApiServer } from './api-server-role.ts';
import { KubernetesServiceKeeper } from './kubernetes-service-keeper.ts';
import type { TenantConfig } from './role-config.ts';

const services = { group: '', version: 'v1', resource: 'services' };
const httpsPort = 443;
/** How often the address that it had is asked for. */
const sameAddressTriesMax = 6;

/** @throws Error in words for the configuration's owner */
export function inClusterOf({ advertise, apiService, dns }: TenantConfig): InClusterSettings {
  if (advertise) checkAdvertised(advertise.address);
  if (advertise && apiService)
    throw new Error('either advertise or apiService can say how pods reach the API, not both');
  return {
    apiIsOnHost: apiService !== undefined,
    ...(dns ? { dns: clusterDns(dns.nameservers, dns.clusterDomain) } : {}),
  };
}

/** @throws Error in words for who typed it */
export function clusterDns(nameservers: readonly string[], clusterDomain = defaultClusterDomain): ClusterDns {
  const wrong = nameservers.find((address) => isIP(address) === 0);
  if (wrong !== undefined) throw new Error(`a nameserver is an IP address, not ${wrong}`);
  if (nameservers.length === 0 || nameservers.length > nameserversMax)
    throw new Error(`a pod asks one to ${nameserversMax} nameservers, not ${nameservers.length}`);
  if (
    !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(clusterDomain) ||
    clusterDomain.length > 128
  )
    throw new Error(`a cluster's domain is a name like ${defaultClusterDomain}, not ${clusterDomain}`);
  return { nameservers, clusterDomain };
}

/** @throws Error in words for who typed it */
export function checkAdvertised(address: string): void {
  if (isIP(address) === 0) throw new Error(`what is advertised is an IP address, not ${address}`);
  if (isLocal(address)) throw new Error(`${address} can't be advertised: pods have another machine by that address`);
}

/** Whether an address means the very machine where it is used, or any of its own. */
export function isLocal(address: string): boolean {
  return /^(127\.|0\.0\.0\.0$|::1?$|localhost$)/.test(address);
}

/** Where who is on this machine reaches what listens on `address`. */
export function dialable(address: string): string {
  if (address === '0.0.0.0') return '127.0.0.1';
  return address === '::' ? '::1' : address;
}

export interface ApiService {
  /** Asked instead of `others`, which it asks for all Services but the API's where that stands for one that is there. */
  addresses(others: ServiceAddresses): ServiceAddresses;
  /** Somebody may have changed where it leads. */
  check(): void;
  /** Makes the tenant's Service, and keeps it. */
  keeper(api: ComposedApiServer): KubernetesServiceKeeper;
}

export function createApiService(config: TenantConfig, host: Client<'host'>, logger: Logger): ApiService {
  let keeper: KubernetesServiceKeeper | undefined;
  /** Of the Service that was deleted: pods know it by that. */
  let lastIp = '';
  let triesLeft = 0;
  return {
    addresses: (others) => ({
      allocate: (service, old, dryRun) =>
        config.apiService && isApiService(objectKey(service))
          ? Promise.resolve(specOf(service))
          : others.allocate(service, old, dryRun),
      async release(before, after) {
        await others.release(before, after);
        if (after || !isApiService(objectKey(before))) return;
        const { clusterIP } = specOf(before);
        if (typeof clusterIP === 'string' && clusterIP !== '') {
          lastIp = clusterIP;
          triesLeft = sameAddressTriesMax;
        }
        keeper?.again();
      },
    }),
    check: () => keeper?.again(),
    keeper(api) {
      const port = config.advertise?.port ?? config.listen.port;
      const address = config.advertise?.address ?? advertisedAddress();
      const wanted = async (): Promise<KubernetesService> => {
        if (!config.apiService) {
          // The copy that has it goes at once; if somebody was faster, any will do.
          return { clusterIp: triesLeft-- > 0 ? lastIp : '', address, port };
        }
        const clusterIp = await addressOnHost(host, config.hostNamespace, config.apiService.name);
        await makeRoom(api, clusterIp);
        return { clusterIp, address, port };
      };
      keeper = new KubernetesServiceKeeper(api, wanted, logger);
      return keeper;
    },
  };
}

/** @throws Error in words for the configuration's owner, StatusError, ConnectionError */
async function addressOnHost(host: Client<'host'>, namespace: string, name: string): Promise<string> {
  const spec = specOf(await host.resource(services, namespace).get(name));
  const { clusterIP } = spec;
  if (typeof clusterIP !== 'string' || isIP(clusterIP) === 0)
    throw new Error(`the host's Service ${name} has no cluster IP`);
  if (!portsOf(spec).some(({ port }) => port === httpsPort))
    throw new Error(`the host's Service ${name} has no port ${httpsPort}`);
  return clusterIP;
}

/** A Service's address can't be changed: one that shows another is made anew. */
async function makeRoom({ exchange }: ComposedApiServer, clusterIp: string): Promise<void> {
  const user = { name: 'system:apiserver', groups: ['system:masters'] };
  const inTenant = createClient('tenant', exchange, { user, userAgent: 'kube-apiserver' }).resource(
    services,
    'default',
  );
  const found = await unlessNotFound(inTenant.get('kubernetes'));
  if (!found || specOf(found)['clusterIP'] === clusterIp) return;
  const { uid } = found.metadata;
  await unlessNotFound(inTenant.delete('kubernetes', uid === undefined ? {} : { preconditions: { uid } }));
}
