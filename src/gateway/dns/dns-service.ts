/** The whole of it, of values that an operator sets: what `sublet dns` runs, and later the gateway. */
import type { IpPrefix } from '../../api/ip-address.ts';
import type { Client } from '../../client/client.ts';
import { sleep, type Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Random } from '../../lib/random.ts';
import type { Service } from '../../lib/service.ts';
import { Directory } from './directory.ts';
import { DnsCounters } from './dns-counters.ts';
import { DnsServer } from './dns-server.ts';
import { configuredName, nameKey, type DomainName } from './domain-name.ts';
import { Forwarder, type Upstream } from './forwarder.ts';
import { HostFeed } from './host-feed.ts';
import { MetricsServer } from './metrics-server.ts';
import { Resolver, type ResolverLimits, type TenantSettings } from './resolver.ts';
import { privateRanges } from './reverse-name.ts';
import type { VisibleService } from './visible-services.ts';

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

export interface DnsSettings {
  readonly listen: Endpoint;
  readonly upstreams: readonly Upstream[];
  /** Of tenants for which nothing else is said. */
  readonly clusterDomain: string;
  /** Names of the host's own cluster are under it: no tenant sees one. */
  readonly hostDomain: string;
  /** Further zones that no tenant asks upstream for. */
  readonly internalZones: readonly string[];
  /** Further ranges whose addresses' names no tenant asks upstream for. */
  readonly internalRanges: readonly IpPrefix[];
  /** The host's services that all tenants see. */
  readonly visible: readonly VisibleService[];
  /** By name. */
  readonly tenants: Readonly<Record<string, TenantOverrides>>;
  /** The name server's addresses as pods know them; they are told to who asks for the zone's name server. */
  readonly servers: readonly string[];
  readonly ttlSeconds: number;
  readonly queriesPerSecond: number;
  readonly metrics: Endpoint | undefined;
}

export interface TenantOverrides {
  readonly clusterDomain?: string;
  /** Besides what all see. */
  readonly visible?: readonly VisibleService[];
}

export interface DnsContext {
  readonly host: Client<'host'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

const upstreamTimeoutMs = 2000;
/** After a quiet time, so many seconds' worth of queries may come at once. */
const burstSeconds = 2;
const unknownPerSecond = 100;
/** How long a start waits for the host before it answers without it (with SERVFAIL). */
const syncTimeoutMs = 10_000;
/** Of the cluster domain, in wire form: names of endpoints must fit in 255 bytes. */
const domainBytesMax = 55;

export const defaultLimits: Omit<ResolverLimits, 'rate'> = {
  unknownRate: { perSecond: unknownPerSecond, burst: unknownPerSecond },
  newcomers: { waitMs: 4000, questionsMax: 256 },
  forwardsMax: 100,
  forwardsOfAllMax: 1000,
  cache: { bytesMax: 256 * 1024, positiveSecondsMax: 300, negativeSecondsMax: 30 },
};

export class DnsService implements Service {
  readonly name = 'dns';
  readonly #feed: HostFeed;
  readonly #forwarder: Forwarder;
  readonly #server: DnsServer;
  readonly #metrics: MetricsServer | undefined;
  readonly #clock: Clock;
  readonly #abort = new AbortController();

  /** @throws Error in words for the operator */
  constructor(settings: DnsSettings, { host, clock, random, logger }: DnsContext) {
    const counters = new DnsCounters();
    const directory = new Directory({
      onTenantGone: ({ identity }) => counters.forget(identity),
      onPodAt: (address) => resolver.podArrived(address),
    });
    const all = [...settings.visible, ...Object.values(settings.tenants).flatMap(({ visible = [] }) => visible)];
    const visibleServices = [...new Set(all.map((service) => service.host))];
    this.#clock = clock;
    this.#feed = new HostFeed({ host, directory, visibleServices, clock, random, logger });
    this.#forwarder = new Forwarder({ upstreams: settings.upstreams, clock, timeoutMs: upstreamTimeoutMs });
    const resolver = new Resolver({
      directory,
      hasSynced: () => this.#feed.hasSynced,
      forward: this.#forwarder,
      settingsOf: tenantSettings(settings),
      internalZones: internalZonesOf(settings),
      internalRanges: [...privateRanges, ...settings.internalRanges],
      limits: limitsOf(settings),
      counters,
      clock,
      logger,
    });
    this.#server = new DnsServer({
      ...settings.listen,
      resolve: (packet, source, transport) => resolver.resolve(packet, source, transport),
      logger,
    });
    this.#metrics = settings.metrics && this.#metricsServer(settings.metrics, counters);
  }

  /** The port that is listened on. */
  get port(): number {
    return this.#server.port;
  }

  get metricsPort(): number | undefined {
    return this.#metrics?.port;
  }

  async start(): Promise<void> {
    await this.#metrics?.start();
    await this.#forwarder.start();
    await this.#feed.start();
    const waited = new AbortController();
    const { signal } = this.#abort;
    const patience = sleep(this.#clock, syncTimeoutMs, AbortSignal.any([signal, waited.signal]));
    await Promise.race([this.#feed.whenSynced, patience]);
    waited.abort();
    if (!signal.aborted) await this.#server.start();
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#server.stop();
    await this.#forwarder.stop();
    await this.#feed.stop();
    await this.#metrics?.stop();
  }

  #metricsServer(endpoint: Endpoint, counters: DnsCounters): MetricsServer {
    return new MetricsServer({
      ...endpoint,
      metrics: () => counters.metrics(),
      isReady: () => this.#feed.hasSynced && this.#server.port !== 0,
    });
  }
}

function limitsOf({ queriesPerSecond }: DnsSettings): ResolverLimits {
  return { ...defaultLimits, rate: { perSecond: queriesPerSecond, burst: queriesPerSecond * burstSeconds } };
}

function tenantSettings(settings: DnsSettings): (tenant: string) => TenantSettings {
  const { clusterDomain, visible, ttlSeconds, servers, tenants } = settings;
  const settingsOf = (overrides: TenantOverrides): TenantSettings => ({
    zone: { name: clusterZone(overrides.clusterDomain ?? clusterDomain), ttl: ttlSeconds, servers },
    visible: [...visible, ...(overrides.visible ?? [])],
  });
  const common = settingsOf({});
  const special = new Map(Object.entries(tenants).map(([name, overrides]) => [name, settingsOf(overrides)]));
  return (tenant) => special.get(tenant) ?? common;
}

function clusterZone(text: string): DomainName {
  const zone = configuredName(text);
  if (nameKey(zone).length > domainBytesMax)
    throw new Error(`the cluster domain "${text}" is too long: names of pods would not fit`);
  return zone;
}

/** Another tenant's domain is as internal as the host's. */
function internalZonesOf({ hostDomain, clusterDomain, tenants, internalZones }: DnsSettings): readonly DomainName[] {
  const domains = Object.values(tenants).flatMap((overrides) => overrides.clusterDomain ?? []);
  return [...new Set([hostDomain, clusterDomain, ...domains, ...internalZones])].map((zone) => configuredName(zone));
}
