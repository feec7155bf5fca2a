/** What `sublet dns` is told: by flags, or in a file what is said of single tenants. */
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { parseArgs } from 'node:util';
import { isJsonObject, type JsonObject, type JsonValue } from '../api/json.ts';
import { parseJson } from '../api/codec/parse-json.ts';
import { configuredName } from '../gateway/dns/domain-name.ts';
import type { DnsSettings, Endpoint, TenantOverrides } from '../gateway/dns/dns-service.ts';
import { configuredRange } from '../gateway/dns/reverse-name.ts';
import type { VisibleService } from '../gateway/dns/visible-services.ts';
import { readFileIfAny } from '../tenancy/files.ts';

export interface DnsFlags {
  readonly settings: DnsSettings;
  /** Absent: the account of the pod that we run in. */
  readonly kubeconfig: string | undefined;
  readonly logLevel: string;
}

export const dnsHelp = `sublet dns: answers DNS for the pods of all tenants of a host

  --kubeconfig FILE       the host (default: the account of the pod that this runs in)
  --listen ADDRESS:PORT   where to answer, over UDP and TCP (default 0.0.0.0:53)
  --upstream ADDRESS[:PORT]
                          who is asked for all other names; may be given again (default: /etc/resolv.conf)
  --cluster-domain NAME   the tenants' (default cluster.local)
  --host-domain NAME      the host's own, of which tenants see nothing (default cluster.local)
  --server ADDRESS        what pods know this server by; may be given again
  --visible NAMESPACE/SERVICE[=NAMESPACE/SERVICE]
                          a service of the host's own that all tenants see, under the second name; may be given again
  --internal ZONE|RANGE   names, or addresses' names, that tenants never ask upstream for, besides those of private ranges;
                          may be given again
  --tenants FILE          JSON, what is different for single tenants:
                          {"NAME": {"clusterDomain": "a.example", "visible": ["monitoring/metrics"]}}
  --ttl SECONDS           how long answers are good (default 5)
  --rate N                queries that each tenant may ask in a second (default 1000)
  --metrics ADDRESS:PORT  serve Prometheus' /metrics, /healthz and /readyz (default: not)
  --log-level LEVEL       debug, info, warn, error or silent (default warn)
`;

/** @throws Error in words for who typed it; `undefined`: help was asked for */
export function parseDnsFlags(args: readonly string[]): DnsFlags | undefined {
  const many = { type: 'string', multiple: true, default: [] as string[] } as const;
  const { values } = parseArgs({
    args: [...args],
    strict: true,
    options: {
      kubeconfig: { type: 'string' },
      listen: { type: 'string', default: '0.0.0.0:53' },
      upstream: many,
      'cluster-domain': { type: 'string', default: 'cluster.local' },
      'host-domain': { type: 'string', default: 'cluster.local' },
      server: many,
      visible: many,
      internal: many,
      tenants: { type: 'string' },
      ttl: { type: 'string', default: '5' },
      rate: { type: 'string', default: '1000' },
      metrics: { type: 'string' },
      'log-level': { type: 'string', default: 'warn' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  const settings: DnsSettings = {
    listen: parseEndpoint(values.listen, undefined),
    upstreams: values.upstream.length > 0 ? values.upstream.map((text) => parseEndpoint(text, 53)) : systemResolvers(),
    clusterDomain: values['cluster-domain'],
    hostDomain: values['host-domain'],
    internalZones: values.internal.filter((text) => !text.includes('/')),
    internalRanges: values.internal.filter((text) => text.includes('/')).map(configuredRange),
    visible: values.visible.map(parseVisible),
    tenants: values.tenants === undefined ? {} : readTenants(values.tenants),
    servers: values.server.map(checkedAddress),
    ttlSeconds: parseCount('--ttl', values.ttl, 0, 3600),
    queriesPerSecond: parseCount('--rate', values.rate, 1, 1_000_000),
    metrics: values.metrics === undefined ? undefined : parseEndpoint(values.metrics, undefined),
  };
  return { settings, kubeconfig: values.kubeconfig, logLevel: values['log-level'] };
}

/** `10.0.0.1:53`, `[2001:db8::1]:53`; without a port where one is usual. */
export function parseEndpoint(text: string, usualPort: number | undefined): Endpoint {
  const whole = isIP(text) > 0 && usualPort !== undefined ? [text, String(usualPort)] : undefined;
  const [, v6, v4, typed] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(text) ?? [];
  const [address = '', port = ''] = whole ?? [v6 ?? v4, typed ?? String(usualPort ?? '')];
  if (isIP(address) === 0 || !/^\d{1,5}$/.test(port) || Number(port) > 0xffff)
    throw new Error(`"${text}" is not an address${usualPort === undefined ? ' and a port: 127.0.0.1:5353' : ''}`);
  return { address, port: Number(port) };
}

function parseVisible(text: string): VisibleService {
  const [host = '', as = host, ...more] = text.split('=');
  const isKey = (key: string): boolean => /^[-a-z0-9]{1,63}\/[-a-z0-9]{1,63}$/.test(key);
  if (!isKey(host) || !isKey(as) || more.length > 0)
    throw new Error(`"${text}" is not namespace/service, nor namespace/service=namespace/service`);
  return { host, as };
}

function parseCount(flag: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max)
    throw new Error(`${flag} takes a number from ${min} to ${max}, not ${text}`);
  return value;
}

function checkedAddress(text: string): string {
  if (isIP(text) === 0) throw new Error(`--server takes an address, not ${text}`);
  return text;
}

function readTenants(file: string): Record<string, TenantOverrides> {
  const read = parseJson(readFileSync(file, 'utf8'));
  if (!isJsonObject(read)) throw new TypeError(`${file} is not a JSON object`);
  return Object.fromEntries(Object.entries(read).map(([name, value]) => [name, parseOverrides(file, name, value)]));
}

function parseOverrides(file: string, name: string, value: JsonValue): TenantOverrides {
  const overrides: JsonObject = isJsonObject(value) ? value : {};
  const { clusterDomain, visible = [], ...unknown } = overrides;
  const isFine =
    isJsonObject(value) &&
    Object.keys(unknown).length === 0 &&
    (clusterDomain === undefined || typeof clusterDomain === 'string') &&
    Array.isArray(visible);
  if (!isFine) throw new TypeError(`${file}: of ${name}, only clusterDomain and a list visible can be said`);
  if (clusterDomain !== undefined) configuredName(clusterDomain);
  return {
    ...(clusterDomain === undefined ? {} : { clusterDomain }),
    visible: visible.map((service) => parseVisible(typeof service === 'string' ? service : JSON.stringify(service))),
  };
}

function systemResolvers(): readonly Endpoint[] {
  const text = readFileIfAny('/etc/resolv.conf') ?? '';
  return [...text.matchAll(/^\s*nameserver\s+(\S+)/gm)]
    .map(([, address = '']) => address.split('%')[0] ?? '')
    .filter((address) => isIP(address) > 0)
    .map((address) => ({ address, port: 53 }));
}
