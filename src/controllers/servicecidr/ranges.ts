/** Which ranges of Services hold which addresses. Mirrors kubernetes pkg/api/servicecidr and canDeleteCIDR of pkg/controller/servicecidrs, v1.36. */
import { cidrContains, parseCidr, parseIp, type IpAddress, type IpPrefix } from '../../api/ip-address.ts';
import type { KubeObject } from '../../api/object.ts';

interface ServiceRange {
  readonly name: string;
  readonly prefixes: readonly IpPrefix[];
}

/** What allocates addresses of Services writes it to the label. */
const managedByLabel = 'ipaddress.kubernetes.io/managed-by';
const allocator = 'ipallocator.k8s.io';

/**
 * Whether the range can go: a larger one holds it, or none of the addresses would be in no range any more. `ranges`: all that there are, `range` among
 * them.
 */
export function isFree(
  range: Readonly<KubeObject>,
  ranges: readonly Readonly<KubeObject>[],
  addresses: readonly IpAddress[],
): boolean {
  const own = asRange(range);
  const others = ranges.map(asRange).filter(({ name }) => name !== own.name);
  const isHeld = (prefix: IpPrefix): boolean =>
    others.some(({ prefixes }) =>
      prefixes.some((other) => other.length <= prefix.length && cidrContains(other, prefix.address)),
    );
  if (own.prefixes.every(isHeld)) return true;
  return !addresses.some((address) => holds(own, address) && !others.some((other) => holds(other, address)));
}

/** Of an IPAddress that Services are given from; `undefined`: of another. */
export function allocatedAddress({ metadata }: Readonly<KubeObject>): IpAddress | undefined {
  return metadata.labels?.[managedByLabel] === allocator ? parseIp(metadata.name ?? '') : undefined;
}

/** Of a Service: what it has, whether an IPAddress says so or not. */
export function serviceAddresses(service: Readonly<KubeObject>): readonly IpAddress[] {
  const { clusterIPs = [] } = (service['spec'] ?? {}) as { readonly clusterIPs?: readonly string[] };
  return clusterIPs.flatMap((ip) => parseIp(ip) ?? []);
}

function asRange(object: Readonly<KubeObject>): ServiceRange {
  const { cidrs = [] } = (object['spec'] ?? {}) as { readonly cidrs?: readonly string[] };
  return { name: object.metadata.name ?? '', prefixes: cidrs.flatMap((cidr) => parseCidr(cidr) ?? []) };
}

function holds({ prefixes }: ServiceRange, address: IpAddress): boolean {
  return prefixes.some((prefix) => canGive(prefix, address));
}

/** Neither the network's own address nor, of IPv4, the broadcast address is ever given. */
function canGive(prefix: IpPrefix, address: IpAddress): boolean {
  if (!cidrContains(prefix, address) || prefix.address.value === address.value) return false;
  const last = prefix.address.value | ((1n << BigInt(32 - Math.min(32, prefix.length))) - 1n);
  return address.family === 6 || address.value !== last;
}
