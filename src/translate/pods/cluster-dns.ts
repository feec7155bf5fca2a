/**
 * Which DNS a pod asks: its tenant's, where the pod asks for its cluster's. The host's kubelet is told by `dnsConfig` what a kubelet of the tenant's own would
 * have made. Mirrors kubernetes pkg/kubelet/network/dns, v1.36, but for the node's own search domains, which are the host's affair. Pure.
 */
import type { JsonObject } from '../../api/json.ts';
import type { PodSpec } from './pod-view.ts';

/** The DNS of a tenant. */
export interface ClusterDns {
  /** Addresses, at most {@link nameserversMax}. */
  readonly nameservers: readonly string[];
  /** `cluster.local` */
  readonly clusterDomain: string;
}

interface DnsConfig extends JsonObject {
  nameservers?: string[];
  searches?: string[];
  options?: { name: string; value?: string }[];
}

/** Of kubernetes core/validation, v1.36. */
export const nameserversMax = 3;
const searchesMax = 32;
const searchCharactersMax = 2048;
const searchLengthMax = 253;

/**
 * Changes in place: `spec` is the caller's own copy. Returns what a kubelet would say of what had to be left out, as the reason `DNSConfigForming`.
 */
export function askClusterDns(spec: PodSpec, namespace: string, dns: ClusterDns): readonly string[] {
  if (!asksCluster(spec)) return [];
  const { clusterDomain: domain } = dns;
  const own = (spec['dnsConfig'] ?? {}) as DnsConfig;
  const allNameservers = [...new Set([...dns.nameservers, ...(own.nameservers ?? [])])];
  const clusterSearches = [`${namespace}.svc.${domain}`, `svc.${domain}`, domain];
  const allSearches = [...new Set([...clusterSearches, ...(own.searches ?? [])])];
  const nameservers = allNameservers.slice(0, nameserversMax);
  const searches = fitting(allSearches);
  spec['dnsPolicy'] = 'None';
  spec['dnsConfig'] = { ...own, nameservers, searches, options: mergedOptions(own.options ?? []) };
  const omitted = (what: string, some: string, line: string, list: readonly string[]): string =>
    `${what} limits were exceeded, some ${some} have been omitted, the applied ${line} line is: ${list.join(' ')}`;
  return [
    ...(nameservers.length < allNameservers.length
      ? [omitted('Nameserver', 'nameservers', 'nameserver', nameservers)]
      : []),
    ...(searches.length < allSearches.length ? [omitted('Search Line', 'search paths', 'search', searches)] : []),
  ];
}

/** Mirrors getPodDNSType: who is in the node's network has its DNS, unless he says otherwise. */
function asksCluster({ dnsPolicy = 'ClusterFirst', hostNetwork }: PodSpec): boolean {
  return dnsPolicy === 'ClusterFirstWithHostNet' || (dnsPolicy === 'ClusterFirst' && hostNetwork !== true);
}

/** Mirrors formDNSSearchFitsLimits. */
function fitting(searches: readonly string[]): string[] {
  const kept = searches.slice(0, searchesMax).filter(({ length }) => length <= searchLengthMax);
  while (kept.join(' ').length > searchCharactersMax) kept.pop();
  return kept;
}

/** Mirrors mergeDNSOptions; in the order in which they were first named. */
function mergedOptions(own: NonNullable<DnsConfig['options']>): NonNullable<DnsConfig['options']> {
  const merged = new Map([['ndots', '5']]);
  for (const { name, value } of own) merged.set(name, value ?? '');
  return [...merged].map(([name, value]) => (value === '' ? { name } : { name, value }));
}
