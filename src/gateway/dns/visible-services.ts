/** A tenant's own view, and behind it those of the host's services that its operator lets it see. The tenant's own come first. */
import type { ServiceFacts } from './host-facts.ts';
import { endpointGroups, type HostRecords, type TenantRecords } from './tenant-records.ts';
import type { ServiceView, TenantView } from './tenant-view.ts';

/** One of the host's services, and under which name it is seen: both `namespace/name`. */
export interface VisibleService {
  readonly host: string;
  readonly as: string;
}

export interface HostServices extends HostRecords {
  hostService(hostKey: string): ServiceFacts | undefined;
}

export function withVisible(
  records: TenantRecords,
  host: HostServices,
  visible: readonly VisibleService[],
): TenantView {
  if (visible.length === 0) return records;
  const hostKeys = new Map(visible.map((service) => [service.as, service.host]));
  const namespaces = new Set(visible.map((service) => service.as.split('/')[0] ?? ''));
  const seen = (key: string): ServiceView | undefined => {
    const service = host.hostService(hostKeys.get(key) ?? '');
    const [namespace = '', name = ''] = key.split('/');
    return service && { ...service, namespace, name };
  };
  const find = (namespace: string, name: string): ServiceView | undefined =>
    records.service(namespace, name) ?? seen(`${namespace}/${name}`);
  return {
    hasNamespace: (namespace) => records.hasNamespace(namespace) || namespaces.has(namespace),
    service: find,
    endpoints: (service) => {
      if (records.service(service.namespace, service.name)) return records.endpoints(service);
      const found = host.hostService(hostKeys.get(`${service.namespace}/${service.name}`) ?? '');
      return found ? endpointGroups(host, found) : [];
    },
    hasPod: (namespace, address) => records.hasPod(namespace, address),
    serviceAt: (address) =>
      records.serviceAt(address) ??
      visible.map((service) => seen(service.as)).find((service) => service?.addresses.includes(address)),
    endpointsAt: (address) => records.endpointsAt(address),
  };
}
