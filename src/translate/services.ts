/** A tenant's Service on the host, and what the host says of it. Pure. */
import { cloneJson, equalJson, type JsonObject } from '../api/json.ts';
import type { KubeObject } from '../api/object.ts';
import { markOn, type On } from '../api/side.ts';
import { originOf, type Place } from './marks.ts';
import { copyMetadata, updatedMetadata } from './metadata.ts';
import { pinMapSelector } from './selectors.ts';

interface ServicePort extends JsonObject {
  name?: string;
  port: number;
  protocol?: string;
  nodePort?: number;
}

export interface ServiceSpec extends JsonObject {
  type?: string;
  selector?: Record<string, string>;
  ports?: ServicePort[];
  clusterIP?: string;
  clusterIPs?: string[];
}

/** What only the host can give; the tenant's Service shows it. */
const hostGivenFields = ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy', 'healthCheckNodePort'] as const;

/** The typed look. A door: the object's own API server has checked its types. */
export function serviceSpec(service: Readonly<KubeObject>): ServiceSpec {
  return (service['spec'] ?? {}) as ServiceSpec;
}

/**
 * The copy as it is created on the host. Addresses and node ports that the tenant's Service has are asked for (it had them already, or its owner chose
 * them); the rest are the host's to give.
 */
export function copyService(place: Place, service: On<'tenant', KubeObject>): On<'host', KubeObject> {
  const spec = cloneJson(serviceSpec(service));
  if (spec.selector && Object.keys(spec.selector).length > 0) {
    spec.selector = pinMapSelector(place.tenant, originOf(service).namespace, spec.selector);
  }
  return markOn('host', { apiVersion: 'v1', kind: 'Service', metadata: copyMetadata(place, service), spec });
}

/** The existing copy, brought up to date; `current` itself when nothing is to be done. */
export function updatedServiceCopy(
  current: On<'host', KubeObject>,
  wanted: On<'host', KubeObject>,
): On<'host', KubeObject> {
  const before = serviceSpec(current);
  const spec = cloneJson(serviceSpec(wanted));
  if (spec.type !== 'ExternalName') keepHostGiven(spec, before);
  const updated: KubeObject = { ...current, metadata: updatedMetadata(current.metadata, wanted.metadata), spec };
  return equalJson(comparable(updated), comparable(current)) ? current : markOn('host', updated);
}

function keepHostGiven(spec: ServiceSpec, before: ServiceSpec): void {
  const headlessChanged = (spec.clusterIP === 'None') !== (before.clusterIP === 'None');
  if (!headlessChanged) copyFields(before, spec, hostGivenFields);
  if (spec.type === 'NodePort' || spec.type === 'LoadBalancer') {
    for (const port of spec.ports ?? []) {
      const known = portLike(before.ports, port)?.nodePort;
      if (known !== undefined) port.nodePort = known;
    }
  }
  // Defaults that the host's API server filled in and the tenant's did not.
  for (const [field, value] of Object.entries(before)) {
    if (!(field in spec) && !removable.has(field)) spec[field] = cloneJson(value);
  }
}

/** Fields whose absence in the tenant's Service means that they are to go from the copy. */
const removable = new Set([
  'selector',
  'externalIPs',
  'externalName',
  'loadBalancerIP',
  'loadBalancerSourceRanges',
  'loadBalancerClass',
  'publishNotReadyAddresses',
  'sessionAffinityConfig',
  'trafficDistribution',
  'externalTrafficPolicy',
  'healthCheckNodePort',
  'ports',
]);

function copyFields(from: JsonObject, to: JsonObject, fields: readonly string[]): void {
  for (const field of fields) {
    const value = from[field];
    if (value !== undefined) to[field] = cloneJson(value);
  }
}

function comparable(object: KubeObject): JsonObject {
  const { labels = {}, annotations = {} } = object.metadata;
  return { labels, annotations, spec: serviceSpec(object) };
}

function portLike(ports: readonly ServicePort[] | undefined, like: ServicePort): ServicePort | undefined {
  return ports?.find((port) => port.port === like.port && (port.protocol ?? 'TCP') === (like.protocol ?? 'TCP'));
}

/**
 * The tenant's Service with what the host gave its copy: addresses, node ports, load-balancer status. `undefined`: it shows that
 * already.
 */
export function serviceAsGiven(
  service: On<'tenant', KubeObject>,
  copy: On<'host', KubeObject>,
): { readonly spec: ServiceSpec; readonly status: JsonObject } {
  const spec = cloneJson(serviceSpec(service));
  const given = serviceSpec(copy);
  for (const field of hostGivenFields) delete spec[field];
  copyFields(given, spec, hostGivenFields);
  for (const port of spec.ports ?? []) {
    const nodePort = portLike(given.ports, port)?.nodePort;
    if (nodePort === undefined) delete port.nodePort;
    else port.nodePort = nodePort;
  }
  return { spec, status: givenStatus(service, copy) };
}

interface ServiceStatus extends JsonObject {
  conditions?: (JsonObject & { type: string })[];
}

/** The host's, but for conditions of types that only the tenant has: those are its own controllers' to write. */
function givenStatus(service: On<'tenant', KubeObject>, copy: On<'host', KubeObject>): JsonObject {
  const own = (service['status'] ?? {}) as ServiceStatus;
  const given = cloneJson((copy['status'] ?? {}) as ServiceStatus);
  const types = new Set(given.conditions?.map(({ type }) => type));
  const kept = (own.conditions ?? []).filter(({ type }) => !types.has(type));
  if (kept.length > 0) given.conditions = [...cloneJson(kept), ...(given.conditions ?? [])];
  return given;
}
