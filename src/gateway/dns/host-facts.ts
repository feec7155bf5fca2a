/**
 * What is kept of a host object: a few words, whatever its size. Whose it is, its marks say; what has none that agree is nobody's.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';
import { ipText, parseIp } from '../../api/ip-address.ts';
import { objectKey, type KubeObject } from '../../api/object.ts';
import { endpointNameAnnotation, originOfCopy, placeOf, tenantLabel } from '../../translate/marks.ts';
import { isLabel } from './domain-name.ts';
import type { EndpointView, ServicePort, ServiceView } from './tenant-view.ts';

/** One tenant of one host namespace: two host namespaces may have tenants of one name. */
export interface TenantIdentity {
  readonly tenant: string;
  readonly hostNamespace: string;
}

export interface PodFacts {
  readonly owner: TenantIdentity;
  readonly namespace: string;
  readonly addresses: readonly string[];
  /** `hostname.subdomain`, in the tenant; empty: it has none. */
  readonly endpointName: string;
  /** It is about to end: somebody else may have its address already. */
  readonly isLeaving: boolean;
}

export interface ServiceFacts extends ServiceView {
  /** Absent: the host's own. */
  readonly owner: TenantIdentity | undefined;
  /** Where it is on the host. */
  readonly hostKey: string;
}

export interface SliceFacts {
  readonly tenant: string | undefined;
  /** The service's key on the host. */
  readonly service: string;
  readonly endpoints: readonly SliceEndpoint[];
  readonly ports: readonly ServicePort[];
}

export interface SliceEndpoint extends EndpointView {
  /** The key on the host of the pod that it is. */
  readonly pod: string | undefined;
}

/** `undefined`: nobody can ask from there, or it is not known who. Pods in the node's own network have the node's address, as many do. */
export function podFacts(pod: KubeObject): PodFacts | undefined {
  const found = ownerOf(pod);
  const spec = objectAt(pod['spec']);
  const status = objectAt(pod['status']);
  if (!found || spec['hostNetwork'] === true) return undefined;
  const addresses = [...objectsAt(status['podIPs']).map(({ ip }) => ip), status['podIP']].flatMap(canonicalAddress);
  const isOver = status['phase'] === 'Succeeded' || status['phase'] === 'Failed';
  // Nothing of it runs, and its address may be somebody else's already.
  if (addresses.length === 0 || isOver) return undefined;
  return {
    owner: found.owner,
    namespace: found.namespace,
    addresses: [...new Set(addresses)],
    endpointName: pod.metadata.annotations?.[endpointNameAnnotation] ?? '',
    isLeaving: pod.metadata.deletionTimestamp !== undefined,
  };
}

/** `isHosts`: it is one of the host's own, whatever its marks say. */
export function serviceFacts(service: KubeObject, isHosts: boolean): ServiceFacts | undefined {
  const found = isHosts ? undefined : ownerOf(service);
  if (!found && !isHosts) return undefined;
  const { namespace = '', name = '' } = service.metadata;
  const words = { namespace: found?.namespace ?? namespace, name: found?.name ?? name };
  // Names become labels of domain names, whatever wrote them.
  if (!isLabel(words.namespace) || !isLabel(words.name)) return undefined;
  const spec = objectAt(service['spec']);
  const isExternal = spec['type'] === 'ExternalName';
  const isHeadless = spec['clusterIP'] === 'None';
  const addresses = textsAt(spec['clusterIPs'] ?? [spec['clusterIP'] ?? '']).flatMap(canonicalAddress);
  return {
    owner: found?.owner,
    hostKey: objectKey(service),
    ...words,
    type: isExternal ? 'external' : isHeadless ? 'headless' : 'cluster',
    addresses: isExternal || isHeadless ? [] : addresses,
    ports: isExternal ? [] : portsOf(spec['ports']),
    externalName: isExternal ? textAt(spec['externalName']) : '',
  };
}

/** `undefined`: it is of no service. */
export function sliceFacts(slice: KubeObject): SliceFacts | undefined {
  const { labels, namespace = '' } = slice.metadata;
  const service = labels?.['kubernetes.io/service-name'];
  if (!service) return undefined;
  return {
    tenant: labels?.[tenantLabel],
    service: `${namespace}/${service}`,
    endpoints: objectsAt(slice['endpoints']).flatMap((endpoint) => endpointsOf(namespace, endpoint)),
    ports: portsOf(slice['ports']),
  };
}

/** Unknown readiness counts as ready, as the API asks of its readers. */
function endpointsOf(namespace: string, endpoint: JsonObject): readonly SliceEndpoint[] {
  if (objectAt(endpoint['conditions'])['ready'] === false) return [];
  const target = objectAt(endpoint['targetRef']);
  const pod = target['kind'] === 'Pod' ? textAt(target['name']) : '';
  const hostname = labelAt(endpoint['hostname']);
  return textsAt(endpoint['addresses'])
    .flatMap(canonicalAddress)
    .map((address) => ({
      address,
      hostname: hostname === '' ? undefined : hostname,
      pod: pod === '' ? undefined : `${namespace}/${pod}`,
    }));
}

function ownerOf(object: KubeObject): { owner: TenantIdentity; namespace: string; name: string } | undefined {
  const tenant = object.metadata.labels?.[tenantLabel];
  const hostNamespace = object.metadata.namespace;
  if (!tenant || !hostNamespace) return undefined;
  const origin = originOfCopy(placeOf({ tenant, hostNamespace }), object);
  return origin && { owner: { tenant, hostNamespace }, namespace: origin.namespace, name: origin.name };
}

function portsOf(value: JsonValue | ObjectValue): readonly ServicePort[] {
  return objectsAt(value).map(({ name, protocol, port }) => ({
    name: textAt(name),
    protocol: textAt(protocol) || 'TCP',
    port: typeof port === 'number' && Number.isInteger(port) && port >= 0 && port <= 0xffff ? port : undefined,
  }));
}

type ObjectValue = KubeObject[string];

function canonicalAddress(value: JsonValue | undefined): readonly string[] {
  const address = typeof value === 'string' ? parseIp(value) : undefined;
  return address ? [ipText(address)] : [];
}

function objectAt(value: ObjectValue): JsonObject {
  // A door: of plain JSON, only `metadata` has another type.
  const json = value as JsonValue | undefined;
  return json !== undefined && isJsonObject(json) ? json : {};
}

function objectsAt(value: ObjectValue): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter((item) => isJsonObject(item)) : [];
}

function textsAt(value: ObjectValue): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function textAt(value: ObjectValue): string {
  return typeof value === 'string' ? value : '';
}

/** The host name that a pod has with a service of this name; `undefined`: it has none there. */
export function hostnameWith(pod: PodFacts, service: string): string | undefined {
  const [hostname = '', subdomain, ...more] = pod.endpointName.toLowerCase().split('.');
  return subdomain === service && more.length === 0 && isLabel(hostname) ? hostname : undefined;
}

/** The empty text where it is none. */
function labelAt(value: ObjectValue): string {
  const label = textAt(value).toLowerCase();
  return isLabel(label) ? label : '';
}
