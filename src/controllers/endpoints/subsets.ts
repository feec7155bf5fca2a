/**
 * The subsets of an Endpoints object in their one canonical form: each group of addresses once, with all ports that it offers.
 * Mirrors kubernetes pkg/controller/endpoint and pkg/api/v1/endpoints RepackSubsets, but for the order of subsets, which there is by
 * a hash. Pure.
 */
import { isIPv6 } from 'node:net';
import type { JsonObject } from '../../api/json.ts';
import { isPodReady, type Pod } from '../../controller/pod.ts';
import { addressTypes } from '../endpointslice/endpoint-slice.ts';
import { belongsInEndpoints, findPort, publishedHostname, type Service } from '../endpointslice/service.ts';

/** More addresses than these are left out, ready ones last. */
export const addressesMax = 1000;

interface Address {
  readonly json: JsonObject;
  readonly key: string;
  readonly ready: boolean;
}

/** What the Endpoints of the Service should say. `pods`: those that its selector matches. */
export function endpointSubsets(service: Service, pods: readonly Pod[]): readonly JsonObject[] {
  const ports = new Map<string, JsonObject | undefined>();
  const offers = new Map<string, Address[]>();
  for (const pod of pods) {
    const address = addressOf(service, pod);
    if (!address) continue;
    for (const port of portsOf(service, pod)) {
      const key = JSON.stringify(port ?? null);
      ports.set(key, port);
      offers.set(key, [...(offers.get(key) ?? []), address]);
    }
  }
  const groups = new Map<string, { addresses: readonly Address[]; ports: JsonObject[] }>();
  for (const [key, addresses] of offers) {
    const sorted = addresses.toSorted((left, right) => (left.key < right.key ? -1 : 1));
    const group = JSON.stringify(sorted.map(({ key, ready }) => [key, ready]));
    const known = groups.get(group) ?? { addresses: sorted, ports: [] };
    const port = ports.get(key);
    if (port) known.ports.push(port);
    groups.set(group, known);
  }
  return Array.from(groups.values(), subsetOf).toSorted((left, right) =>
    JSON.stringify(left) < JSON.stringify(right) ? -1 : 1,
  );
}

/** The subsets with at most {@link addressesMax} addresses, shared out by their sizes; `truncated` says whether any is missing. */
export function truncateSubsets(subsets: readonly JsonObject[]): {
  subsets: readonly JsonObject[];
  truncated: boolean;
} {
  const count = (field: string): number => subsets.reduce((sum, subset) => sum + list(subset, field).length, 0);
  const ready = count('addresses');
  const notReady = count('notReadyAddresses');
  if (ready + notReady <= addressesMax) return { subsets, truncated: false };
  const field = ready > addressesMax ? 'addresses' : 'notReadyAddresses';
  const max = ready > addressesMax ? addressesMax : addressesMax - ready;
  const total = ready > addressesMax ? ready : notReady;
  let left = max;
  const cut = subsets.map((subset) => {
    const { notReadyAddresses: _dropped, ...readyOnly } = subset;
    const share = Math.min(left, Math.ceil((list(subset, field).length / total) * max));
    const kept = list(subset, field).slice(0, share);
    left -= kept.length;
    if (field === 'addresses') return { ...readyOnly, addresses: kept };
    return kept.length > 0 ? { ...readyOnly, notReadyAddresses: kept } : readyOnly;
  });
  return { subsets: cut, truncated: true };
}

function list(subset: JsonObject, field: string): JsonObject[] {
  return (subset[field] ?? []) as JsonObject[];
}

function addressOf(service: Service, pod: Pod): Address | undefined {
  if (!belongsInEndpoints(pod, service.publishNotReadyAddresses)) return undefined;
  const wantsIpv6 = addressTypes(service)[0] === 'IPv6';
  const ips = pod.status?.podIPs?.map(({ ip }) => ip) ?? [pod.status?.podIP ?? ''];
  const ip = ips.find((one) => one !== '' && isIPv6(one) === wantsIpv6);
  if (ip === undefined) return undefined;
  const { name = '', namespace = '', uid = '' } = pod.metadata;
  const hostname = publishedHostname(pod, service);
  const json: JsonObject = {
    ip,
    ...(hostname === undefined ? {} : { hostname }),
    ...(pod.spec.nodeName ? { nodeName: pod.spec.nodeName } : {}),
    targetRef: { kind: 'Pod', namespace, name, uid },
  };
  return { json, key: `${ip} ${uid}`, ready: service.publishNotReadyAddresses || isPodReady(pod) };
}

/** `undefined` stands for no port at all, which a headless Service may have. */
function portsOf(service: Service, pod: Pod): readonly (JsonObject | undefined)[] {
  if (service.ports.length === 0) return service.clusterIP === 'None' ? [undefined] : [];
  return service.ports.flatMap((port) => {
    const number = findPort(pod, port);
    if (number === undefined) return [];
    const { name, protocol = 'TCP', appProtocol } = port;
    return [
      { ...(name ? { name } : {}), port: number, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) },
    ];
  });
}

function subsetOf({ addresses, ports }: { addresses: readonly Address[]; ports: readonly JsonObject[] }): JsonObject {
  const unique = [...new Map(addresses.map((address) => [address.key, address])).values()];
  const ready = unique.flatMap((address) => (address.ready ? [address.json] : []));
  const notReady = unique.flatMap((address) => (address.ready ? [] : [address.json]));
  return {
    ...(ready.length > 0 ? { addresses: ready } : {}),
    ...(notReady.length > 0 ? { notReadyAddresses: notReady } : {}),
    ...(ports.length > 0
      ? { ports: ports.toSorted((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1)) }
      : {}),
  };
}
