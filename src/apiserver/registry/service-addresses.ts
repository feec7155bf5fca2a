/**
 * Cluster IPs and node ports of Services: they are given when a Service is written, before anybody sees it. Who gives them is a matter
 * of {@link ServiceAddresses}: a range of one's own (local-service-addresses.ts), or the host of a tenant. Mirrors kubernetes
 * core/service/storage (normalizeClusterIPs, patchAllocatedValues, initIPFamilyFields), for clusters with IPv4 alone.
 */
import * as field from '../../api/field-error.ts';
import { equalJson, isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { newInvalid } from '../../api/status.ts';
import type { WriteHooks } from './write-context.ts';

export interface ServiceAddresses {
  /**
   * Asked when a Service lacks an address, or asks for one that it didn't have. `service` is as it will be stored, uid and all.
   * Resolves to its spec with all addresses. `dryRun`: nothing is kept. Throws StatusErrors.
   */
  allocate(service: Readonly<KubeObject>, old: Readonly<KubeObject> | undefined, dryRun: boolean): Promise<JsonObject>;
  /**
   * `before` has been replaced by `after`, or is gone: what only it had is free again. Also called to undo an allocation whose write
   * failed (`before` is what wasn't written then).
   */
  release(before: Readonly<KubeObject>, after: Readonly<KubeObject> | undefined): Promise<void>;
}

/** For the generic store, as `/services`. */
export function serviceAddressHooks(addresses: ServiceAddresses): WriteHooks {
  return {
    prepare(service, old) {
      const spec = specOf(service);
      const before = old && specOf(old);
      if (before) keepAddresses(spec, before);
      alignClusterIps(spec, before);
      setIpFamilies(spec, before);
    },
    async begin(service, old, { dryRun }) {
      checkFamilies(service, old);
      const asks = asksForAddresses(specOf(service), old && specOf(old));
      if (asks) service['spec'] = await addresses.allocate(service, old, dryRun);
      return async (written) => {
        if (written) await (old ? addresses.release(old, service) : undefined);
        else if (asks && !dryRun) await addresses.release(service, old);
      };
    },
    deleted: (service) => addresses.release(service, undefined),
  };
}

/** The spec of a Service; empty if it has none. */
export function specOf(service: Readonly<KubeObject>): JsonObject {
  const { spec } = service;
  return isJsonObject(spec) ? spec : {};
}

export function portsOf(spec: Readonly<JsonObject>): JsonObject[] {
  return Array.isArray(spec['ports']) ? spec['ports'].filter((port) => isJsonObject(port)) : [];
}

/** IPs, without `None`. */
export function clusterIpsOf(spec: Readonly<JsonObject>): string[] {
  if (spec['type'] === 'ExternalName' || !Array.isArray(spec['clusterIPs'])) return [];
  return spec['clusterIPs'].flatMap((ip) => (typeof ip === 'string' && ip !== '' && ip !== 'None' ? [ip] : []));
}

/** Health checks included. */
export function nodePortsOf(spec: Readonly<JsonObject>): number[] {
  const ports = [...portsOf(spec).map((port) => port['nodePort']), spec['healthCheckNodePort']];
  return ports.flatMap((port) => (typeof port === 'number' && port !== 0 ? [port] : []));
}

function needsNodePorts(spec: Readonly<JsonObject>): boolean {
  return spec['type'] === 'NodePort' || spec['type'] === 'LoadBalancer';
}

export function needsHealthPort(spec: Readonly<JsonObject>): boolean {
  return spec['type'] === 'LoadBalancer' && spec['externalTrafficPolicy'] === 'Local';
}

export function isHeadless(spec: Readonly<JsonObject>): boolean {
  return spec['clusterIP'] === 'None' || (Array.isArray(spec['clusterIPs']) && spec['clusterIPs'][0] === 'None');
}

/** What an update leaves out stays as it was. Mirrors patchAllocatedValues. May mutate `spec`. */
function keepAddresses(spec: JsonObject, before: Readonly<JsonObject>): void {
  if (spec['type'] !== 'ExternalName' && before['type'] !== 'ExternalName') {
    if (isEmpty(spec['clusterIP']) && isEmpty(spec['clusterIPs'])) {
      if (before['clusterIP'] !== undefined) spec['clusterIP'] = before['clusterIP'];
      if (before['clusterIPs'] !== undefined) spec['clusterIPs'] = structuredClone(before['clusterIPs']);
    }
  }
  if (needsNodePorts(spec) && needsNodePorts(before)) {
    const portsBefore = portsOf(before);
    for (const port of portsOf(spec)) {
      if (!isEmpty(port['nodePort'])) continue;
      const old = portsBefore.find((one) => one['port'] === port['port'] && one['protocol'] === port['protocol']);
      if (old?.['nodePort'] !== undefined) port['nodePort'] = old['nodePort'];
    }
  }
  if (needsHealthPort(spec) && needsHealthPort(before) && isEmpty(spec['healthCheckNodePort'])) {
    const port = before['healthCheckNodePort'];
    if (port !== undefined) spec['healthCheckNodePort'] = port;
  }
}

/** `clusterIP` is the first of `clusterIPs`, whichever of them a client knows. Mirrors normalizeClusterIPs. May mutate. */
function alignClusterIps(spec: JsonObject, before: Readonly<JsonObject> | undefined): void {
  const ip = typeof spec['clusterIP'] === 'string' ? spec['clusterIP'] : '';
  const ips = Array.isArray(spec['clusterIPs']) ? spec['clusterIPs'] : [];
  if (!before) {
    if (ip !== '' && ips.length === 0) spec['clusterIPs'] = [ip];
    if (ip === '' && typeof ips[0] === 'string') spec['clusterIP'] = ips[0];
    return;
  }
  const sameIp = equalJson(before['clusterIP'], spec['clusterIP']);
  const sameIps = equalJson(before['clusterIPs'], spec['clusterIPs']);
  if (!sameIp && sameIps) spec['clusterIPs'] = ip === '' ? [] : [ip, ...ips.slice(1)];
  else if (sameIp && !sameIps) spec['clusterIP'] = typeof ips[0] === 'string' ? ips[0] : '';
}

/** Mirrors initIPFamilyFields. May mutate. */
function setIpFamilies(spec: JsonObject, before: Readonly<JsonObject> | undefined): void {
  if (spec['type'] === 'ExternalName') return;
  const anyPods = isEmpty(spec['selector']);
  if (isEmpty(spec['ipFamilyPolicy'])) {
    const policy = before?.['ipFamilyPolicy'];
    // Who has no pods to speak of may well have addresses of both kinds.
    spec['ipFamilyPolicy'] = policy ?? (isHeadless(spec) && anyPods ? 'RequireDualStack' : 'SingleStack');
  }
  if (isEmpty(spec['ipFamilies'])) spec['ipFamilies'] = ['IPv4'];
  const families = Array.isArray(spec['ipFamilies']) ? spec['ipFamilies'] : [];
  if (isHeadless(spec) && anyPods && spec['ipFamilyPolicy'] !== 'SingleStack' && families.length === 1) {
    spec['ipFamilies'] = families[0] === 'IPv6' ? ['IPv6', 'IPv4'] : ['IPv4', 'IPv6'];
  }
}

/** Mirrors ValidateServiceClusterIPsRelatedFields and initIPFamilyFields, for what one family can be asked for. */
function checkFamilies(service: Readonly<KubeObject>, old: Readonly<KubeObject> | undefined): void {
  const spec = specOf(service);
  if (spec['type'] === 'ExternalName') return;
  const before = old ? specOf(old) : {};
  const path = field.path('spec');
  const errors: field.FieldError[] = [];
  const ips = Array.isArray(spec['clusterIPs']) ? spec['clusterIPs'] : [];
  const had =
    Array.isArray(before['clusterIPs']) && before['type'] !== 'ExternalName' ? before['clusterIPs'][0] : undefined;
  if (had !== undefined && ips[0] !== had) {
    errors.push(field.invalid(path.child('clusterIPs').index(0), ips, 'may not change once set'));
  }
  if (!(isHeadless(spec) && isEmpty(spec['selector']))) {
    const policy = spec['ipFamilyPolicy'];
    if (policy === 'RequireDualStack') {
      const text = 'this cluster is not configured for dual-stack services';
      errors.push(field.invalid(path.child('ipFamilyPolicy'), policy, text));
    }
    const families = Array.isArray(spec['ipFamilies']) ? spec['ipFamilies'] : [];
    for (const [index, family] of families.entries()) {
      if (family === 'IPv4') continue;
      errors.push(field.invalid(path.child('ipFamilies').index(index), family, 'not configured on this cluster'));
    }
  }
  if (errors.length > 0) throw newInvalid({ group: '', kind: 'Service' }, service.metadata.name ?? '', errors);
}

function asksForAddresses(spec: Readonly<JsonObject>, before: Readonly<JsonObject> | undefined): boolean {
  if (spec['type'] !== 'ExternalName' && !isHeadless(spec)) {
    const had = before ? clusterIpsOf(before) : [];
    const has = clusterIpsOf(spec);
    if (has.length === 0 || has.some((ip) => !had.includes(ip))) return true;
  }
  const had = new Set(before && nodePortsOf(before));
  if (nodePortsOf(spec).some((port) => !had.has(port))) return true;
  if (needsHealthPort(spec) && isEmpty(spec['healthCheckNodePort'])) return true;
  return allocatesNodePorts(spec) && portsOf(spec).some((port) => isEmpty(port['nodePort']));
}

/** A load balancer may do without. */
export function allocatesNodePorts(spec: Readonly<JsonObject>): boolean {
  if (spec['type'] === 'NodePort') return true;
  return spec['type'] === 'LoadBalancer' && spec['allocateLoadBalancerNodePorts'] !== false;
}

function isEmpty(value: JsonValue | undefined): boolean {
  if (value === undefined || value === null || value === '' || value === 0) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
