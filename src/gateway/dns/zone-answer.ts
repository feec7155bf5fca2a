/**
 * Names of a tenant's cluster domain, after the Kubernetes DNS specification 1.1; where that leaves a choice, as CoreDNS' plugin `kubernetes` does (v1.14.2, pods
 * verified, endpoints without pod names). Pure.
 */
import { isWithin, parseName, sameName, withoutZone, type DomainName } from './domain-name.ts';
import { addressRecord, nameRecord, type ResourceRecord } from './resource-record.ts';
import type { EndpointView, ServicePort, ServiceView, TenantView } from './tenant-view.ts';
import { recordType } from './wire.ts';

export interface Zone {
  readonly name: DomainName;
  /** Seconds that answers are good for. */
  readonly ttl: number;
  /** The name server's own addresses, as pods know them. */
  readonly servers: readonly string[];
}

export type ZoneAnswer =
  | {
      readonly kind: 'records';
      readonly answers: readonly ResourceRecord[];
      readonly additionals: readonly ResourceRecord[];
    }
  /** The name is there, and has nothing of this type. */
  | { readonly kind: 'no-data' }
  | { readonly kind: 'no-name' }
  /** An alias of a name that somebody else knows; `answers` are the way there. */
  | { readonly kind: 'follow'; readonly answers: readonly ResourceRecord[]; readonly target: DomainName };

/** What CoreDNS says, too. */
const schemaVersion = '1.1.0';
const schemaVersionTtl = 28_800;
/** Of aliases within one zone. Mirrors CoreDNS' maxCnameChainLength. */
const aliasesMax = 10;

const noData: ZoneAnswer = { kind: 'no-data' };
const noName: ZoneAnswer = { kind: 'no-name' };

/** How much a question may cost, and what it did. */
export interface Effort {
  /** An answer has no more endpoints or ports: a service may have any number. */
  readonly targetsMax: number;
  /** Endpoints and ports that were looked at. */
  looked: number;
  /** There are more than the answer has. */
  isCut: boolean;
}

interface Asked {
  readonly effort: Effort;
  readonly view: TenantView;
  readonly zone: Zone;
  readonly name: DomainName;
  readonly type: number;
}

/** `name` is the zone's or below it. What it cost is added to `effort`. */
export function answerInZone(view: TenantView, zone: Zone, name: DomainName, type: number, effort: Effort): ZoneAnswer {
  const asked = { view, zone, name, type, effort };
  const base = withoutZone(name, zone.name);
  const [first, second] = base;
  if (first === undefined) return atApex(asked);
  if (base.length === 1 && first === 'dns-version') return schemaVersionOf(asked);
  if (base.length === 1 && first === 'dns') return noData;
  if (base.length === 2 && first === 'ns' && second === 'dns') return addressesOf(asked, zone.servers);
  const kind = base.at(-1);
  const rest = base.slice(0, -1);
  if (kind !== 'svc' && kind !== 'pod') return noName;
  const namespace = rest.at(-1);
  if (namespace === undefined) return noData;
  if (!view.hasNamespace(namespace)) return noName;
  if (rest.length === 1) return noData;
  return kind === 'pod' ? atPod(asked, rest) : atService(asked, rest);
}

/** The SOA that stands behind every answer that there is nothing, and says for how long. */
export function startOfAuthority(zone: DomainName, ttl: number, serial: number): ResourceRecord {
  return {
    name: zone,
    type: recordType.SOA,
    ttl,
    data: {
      kind: 'authority',
      server: ['ns', 'dns', ...zone],
      mailbox: ['hostmaster', ...zone],
      serial,
      refresh: 7200,
      retry: 1800,
      expire: 86_400,
      minimum: ttl,
    },
  };
}

/** What leads back from an address. `undefined`: it is none of the tenant's. */
export function answerForAddress(
  view: TenantView,
  zone: Zone,
  name: DomainName,
  address: string,
): readonly ResourceRecord[] | undefined {
  const service = view.serviceAt(address);
  const targets = service
    ? [serviceName(zone, service)]
    : view.endpointsAt(address).map((found) => endpointName(zone, found.service, found.endpoint));
  if (targets.length === 0) return undefined;
  const records = new Map(
    targets.map((target) => [target.join('.'), nameRecord(name, recordType.PTR, zone.ttl, target)]),
  );
  return [...records.values()];
}

function atApex({ zone, name, type }: Asked): ZoneAnswer {
  if (type === recordType.SOA) return records([startOfAuthority(zone.name, zone.ttl, 1)]);
  if (type !== recordType.NS || zone.servers.length === 0) return noData;
  const server = ['ns', 'dns', ...zone.name];
  return records(
    [nameRecord(name, recordType.NS, zone.ttl, server)],
    zone.servers.flatMap((address) => addressRecord(server, zone.ttl, address) ?? []),
  );
}

function schemaVersionOf({ name, type }: Asked): ZoneAnswer {
  if (type !== recordType.TXT) return noData;
  return records([{ name, type, ttl: schemaVersionTtl, data: { kind: 'text', text: schemaVersion } }]);
}

function addressesOf({ zone, name, type }: Asked, addresses: readonly string[]): ZoneAnswer {
  const found = [...new Set(addresses)]
    .map((address) => addressRecord(name, zone.ttl, address))
    .filter((record) => record !== undefined && record.type === type);
  return found.length === 0 ? noData : records(found.flatMap((record) => record ?? []));
}

/** `10-1-2-3.NAMESPACE.pod`: says only that the tenant has such a pod there. */
function atPod(asked: Asked, [label = '', namespace = '', ...more]: DomainName): ZoneAnswer {
  if (more.length > 0) return noName;
  const isIpv4 = /^\d+(?:-\d+){3}$/.test(label);
  const address = label.replaceAll('-', isIpv4 ? '.' : ':');
  return asked.view.hasPod(namespace, address) ? addressesOf(asked, [address]) : noName;
}

interface Target {
  readonly address: string;
  readonly port: number | undefined;
  readonly name: DomainName;
}

function atService(asked: Asked, path: DomainName): ZoneAnswer {
  const [name = '', namespace = ''] = path.slice(-2);
  const before = path.slice(0, -2);
  const service = asked.view.service(namespace, name);
  if (!service || before.length > 2) return noName;
  if (service.type === 'external') return before.length === 0 ? atAlias(asked, service) : noName;
  const [port, protocol] = before.length === 2 ? before.map((label) => label.replace(/^_/, '')) : [];
  const endpoint = before.length === 1 ? before[0] : undefined;
  const targets =
    service.type === 'headless' || endpoint !== undefined
      ? endpointTargets(asked, service, endpoint, port, protocol)
      : serviceTargets(asked, service, port, protocol);
  if (targets.length === 0) return noName;
  if (asked.type === recordType.SRV) return portsOf(asked, targets);
  return addressesOf(
    asked,
    targets.map(({ address }) => address),
  );
}

function serviceTargets(
  { zone, effort }: Asked,
  service: ServiceView,
  port: string | undefined,
  protocol: string | undefined,
): readonly Target[] {
  const name = serviceName(zone, service);
  const targets: Target[] = [];
  for (const candidate of service.ports) {
    effort.looked++;
    if (!isAskedFor(candidate, port, protocol)) continue;
    if (isFull(effort, targets)) break;
    for (const address of service.addresses) targets.push({ address, port: candidate.port, name });
  }
  return targets;
}

function endpointTargets(
  { view, zone, type, effort }: Asked,
  service: ServiceView,
  hostname: string | undefined,
  port: string | undefined,
  protocol: string | undefined,
): readonly Target[] {
  const targets: Target[] = [];
  for (const { endpoints, ports } of view.endpoints(service)) {
    const all: readonly ServicePort[] = ports.length === 0 && port === undefined ? [withoutPort] : ports;
    const asked = all.filter((candidate) => isAskedFor(candidate, port, protocol));
    effort.looked += all.length;
    // Who doesn't ask for ports wants each address once.
    const fitting = type === recordType.SRV ? asked : asked.slice(0, 1);
    for (const endpoint of fitting.length === 0 ? [] : endpoints) {
      effort.looked++;
      if (hostname !== undefined && endpointLabel(endpoint) !== hostname) continue;
      if (isFull(effort, targets)) return targets;
      const name = endpointName(zone, service, endpoint);
      for (const candidate of fitting) targets.push({ address: endpoint.address, port: candidate.port, name });
    }
  }
  return targets;
}

function isFull(effort: Effort, targets: readonly Target[]): boolean {
  if (targets.length < effort.targetsMax) return false;
  effort.isCut = true;
  return true;
}

/** Of headless services that have none. */
const withoutPort: ServicePort = { name: '', protocol: '', port: undefined };

/** What isn't asked for may be any. Mirrors CoreDNS matchPortAndProtocol. */
function isAskedFor(candidate: ServicePort, port: string | undefined, protocol: string | undefined): boolean {
  return (!port || candidate.name === port) && (!protocol || candidate.protocol.toLowerCase() === protocol);
}

/** Mirrors CoreDNS' plugin.SRV: equal priorities, weights that make 100 together. */
function portsOf({ name, type, zone }: Asked, targets: readonly Target[]): ZoneAnswer {
  const withPort = targets.filter((target) => target.port !== undefined);
  if (withPort.length === 0) return noData;
  const weight = Math.max(1, Math.floor(100 / targets.length));
  const answers = new Map<string, ResourceRecord>();
  const additionals = new Map<string, ResourceRecord>();
  for (const { address, port = 0, name: target } of withPort) {
    const text = target.join('.');
    const data = { kind: 'service', priority: 0, weight, port, target } as const;
    answers.set(`${port} ${text}`, { name, type, ttl: zone.ttl, data });
    const glue = addressRecord(target, zone.ttl, address);
    if (glue) additionals.set(`${address} ${text}`, glue);
  }
  return records([...answers.values()], [...additionals.values()]);
}

function atAlias(asked: Asked, service: ServiceView): ZoneAnswer {
  const answers: ResourceRecord[] = [];
  let alias = service;
  let name = asked.name;
  for (;;) {
    const target = aliasTarget(alias);
    if (!target || sameName(target, name)) return answers.length === 0 ? noName : noData;
    answers.push(nameRecord(name, recordType.CNAME, asked.zone.ttl, target));
    if (asked.type === recordType.CNAME) return records(answers);
    if (asked.type !== recordType.A && asked.type !== recordType.AAAA) return noData;
    if (!isWithin(target, asked.zone.name)) return { kind: 'follow', answers, target };
    const next = aliasAt(asked, target);
    if (!next) {
      const found = answerInZone(asked.view, asked.zone, target, asked.type, asked.effort);
      return found.kind === 'records' ? records([...answers, ...found.answers]) : noData;
    }
    if (answers.length >= aliasesMax) return noData;
    alias = next;
    name = target;
  }
}

function aliasTarget({ externalName }: ServiceView): DomainName | undefined {
  // An address is not a name, and nobody could follow it.
  return /^[\d.]+$/.test(externalName) ? undefined : parseName(externalName);
}

/** The service with an alias of its own that a name of the zone stands for. */
function aliasAt({ view, zone }: Asked, target: DomainName): ServiceView | undefined {
  const [name, namespace, kind, ...more] = withoutZone(target, zone.name);
  if (name === undefined || namespace === undefined || kind !== 'svc' || more.length > 0) return undefined;
  const service = view.service(namespace, name);
  return service?.type === 'external' ? service : undefined;
}

function serviceName(zone: Zone, { namespace, name }: ServiceView): DomainName {
  return [name, namespace, 'svc', ...zone.name];
}

function endpointName(zone: Zone, service: ServiceView, endpoint: EndpointView): DomainName {
  return [endpointLabel(endpoint), ...serviceName(zone, service)];
}

/** Mirrors CoreDNS endpointHostname. */
function endpointLabel({ hostname, address }: EndpointView): string {
  if (hostname) return hostname;
  const label = address.replaceAll(/[.:]/g, '-');
  return label.endsWith('-') ? `${label}0` : label;
}

function records(answers: readonly ResourceRecord[], additionals: readonly ResourceRecord[] = []): ZoneAnswer {
  return { kind: 'records', answers, additionals };
}
