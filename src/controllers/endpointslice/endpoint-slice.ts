/** EndpointSlices as the controller reads and writes them. */
import { isIPv6 } from 'node:net';
import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { KubeObject, ObjectMeta } from '../../api/object.ts';
import { controllerReference } from '../../controller/owner-reference.ts';
import { isPodReady, type Pod } from '../../controller/pod.ts';
import { findPort, hasClusterIp, headlessLabel, publishedHostname, type Service } from './service.ts';

export const managedBy = 'endpointslice-controller.k8s.io';
export const serviceNameLabel = 'kubernetes.io/service-name';
export const managedByLabel = 'endpointslice.kubernetes.io/managed-by';

export type AddressType = 'IPv4' | 'IPv6';

export interface EndpointSlice {
  readonly metadata: Readonly<ObjectMeta>;
  readonly addressType: string;
  readonly endpoints: readonly JsonObject[];
  readonly ports: readonly JsonObject[];
  readonly object: Readonly<KubeObject>;
}

/** The typed view of an EndpointSlice's JSON; the API server has validated its shape. */
export function asEndpointSlice(object: Readonly<KubeObject>): EndpointSlice {
  return {
    metadata: object.metadata,
    addressType: object['addressType'] as string,
    endpoints: (object['endpoints'] ?? []) as readonly JsonObject[],
    ports: (object['ports'] ?? []) as readonly JsonObject[],
    object,
  };
}

export function isOwnedBy(slice: EndpointSlice, service: Service): boolean {
  const { ownerReferences = [] } = slice.metadata;
  return ownerReferences.some(
    ({ uid, kind, apiVersion }) => uid === service.metadata.uid && kind === 'Service' && apiVersion === 'v1',
  );
}

/** Mirrors getAddressTypesForService. */
export function addressTypes(service: Service): readonly AddressType[] {
  const named = service.ipFamilies.filter((family): family is AddressType => family === 'IPv4' || family === 'IPv6');
  if (named.length > 0) return named;
  if (!hasClusterIp(service)) return ['IPv4', 'IPv6'];
  return [isIPv6(service.clusterIP ?? '') ? 'IPv6' : 'IPv4'];
}

/** The ports that the Service's ports lead to in this pod. Mirrors getEndpointPorts. */
export function endpointPorts(service: Service, pod: Pod): readonly JsonObject[] {
  return service.ports.flatMap((port) => {
    const number = findPort(pod, port);
    if (number === undefined) return [];
    const { name = '', protocol = 'TCP', appProtocol } = port;
    return [{ name, port: number, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) }];
  });
}

/** `undefined`: the pod has no address of this type. Mirrors podToEndpoint. */
export function endpointOf(
  service: Service,
  pod: Pod,
  type: AddressType,
  zone: string | undefined,
): JsonObject | undefined {
  const addresses = (pod.status?.podIPs ?? []).map(({ ip }) => ip).filter((ip) => isIPv6(ip) === (type === 'IPv6'));
  if (addresses.length === 0) return undefined;
  const serving = isPodReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const { name = '', namespace = '', uid = '' } = pod.metadata;
  const hostname = publishedHostname(pod, service);
  const ready = service.publishNotReadyAddresses || (serving && !terminating);
  const { nodeName } = pod.spec;
  const hints = ready ? hintsOf(service, nodeName, zone) : undefined;
  return {
    addresses,
    conditions: { ready, serving, terminating },
    ...(hostname === undefined ? {} : { hostname }),
    ...(nodeName ? { nodeName } : {}),
    targetRef: { kind: 'Pod', namespace, name, uid },
    ...(zone === undefined ? {} : { zone }),
    ...(hints === undefined ? {} : { hints }),
  };
}

/** For whom an endpoint is, as the Service's `trafficDistribution` asks for it. Mirrors k8s.io/endpointslice trafficdist. */
function hintsOf(service: Service, node: string | undefined, zone: string | undefined): JsonObject | undefined {
  const { prefers } = service;
  if (prefers === undefined) return undefined;
  const hints: JsonObject = {
    ...(zone === undefined ? {} : { forZones: [{ name: zone }] }),
    ...(node && prefers === 'node' ? { forNodes: [{ name: node }] } : {}),
  };
  return Object.keys(hints).length > 0 ? hints : undefined;
}

/** Which endpoint it is, whatever its conditions. Mirrors hashEndpoint. */
export function endpointIdentity({ addresses, hostname, nodeName, targetRef }: JsonObject): string {
  const { kind, namespace, name, uid } = (targetRef ?? {}) as JsonObject;
  return JSON.stringify([addresses, hostname ?? '', nodeName ?? '', kind, namespace, name, uid]);
}

/** Which group of slices an endpoint with these ports is in: the order doesn't matter. Mirrors NewPortMapKey. */
export function portsIdentity(ports: readonly JsonObject[]): string {
  const texts = ports.map(({ name, port, protocol, appProtocol }: JsonObject): JsonValue => [
    name ?? null,
    port ?? null,
    protocol ?? null,
    appProtocol ?? null,
  ]);
  return JSON.stringify(texts.map((text) => JSON.stringify(text)).sort());
}

/** The labels that a slice of the Service should have. Mirrors setEndpointSliceLabels. */
export function sliceLabels(service: Service): Record<string, string> {
  const {
    [headlessLabel]: _headless,
    [serviceNameLabel]: _name,
    [managedByLabel]: _by,
    ...labels
  } = service.metadata.labels ?? {};
  if (!hasClusterIp(service)) labels[headlessLabel] = '';
  return { ...labels, [serviceNameLabel]: service.metadata.name ?? '', [managedByLabel]: managedBy };
}

export function newSlice(
  service: Service,
  type: AddressType,
  ports: readonly JsonObject[],
  endpoints: readonly JsonObject[],
): KubeObject {
  const { name = '', namespace } = service.metadata;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      generateName: `${name}-`,
      ...(namespace === undefined ? {} : { namespace }),
      labels: sliceLabels(service),
      ownerReferences: [controllerReference(service, { group: '', version: 'v1', kind: 'Service' })],
    },
    addressType: type,
    endpoints: [...endpoints],
    ports: [...ports],
  };
}
