/**
 * The aggregation layer: which group versions other servers serve (APIServices), whether they can be reached, and what they say of themselves.
 * Mirrors kube-aggregator. An API server without remote APIServices pays for one watch of the store, and nothing more.
 */
import type { ApiResponse } from '../../api/exchange.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Clock, Timer } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Service } from '../../lib/service.ts';
import type { Priority } from '../discovery/group-priority.ts';
import type { ResourceCatalog } from '../discovery/resource-catalog.ts';
import type { RemoteOpenApi } from '../openapi/remote-openapi.ts';
import type { GenericStore } from '../registry/generic-store.ts';
import type { ResourceRegistry } from '../registry/resource-registry.ts';
import type { ServedResource } from '../registry/served-resource.ts';
import { storedObjectOf } from '../registry/stored-form.ts';
import type { StoredObject } from '../registry/stored-object.ts';
import { storageRange } from '../registry/storage-key.ts';
import type { RequestContext } from '../request-context.ts';
import { availableCondition, withAvailability, type ApiService, type Availability } from './api-service.ts';
import { AutomaticRegistration, automanagedLabel, type ServedVersion } from './automatic-registration.ts';
import { checkAvailability, type AvailabilityReader } from './availability-check.ts';
import { AvailabilityKeeper, serviceOfSlice } from './availability-keeper.ts';
import type { FrontProxyCredentials } from './extension-server.ts';
import { OpenApiDownloader } from './openapi-downloader.ts';
import { passOn } from './proxy.ts';
import { RemoteDiscovery } from './remote-discovery.ts';
import { createDocumentFetcher, type DocumentFetcher } from './remote-documents.ts';
import { RemoteService } from './remote-service.ts';
import { createServiceResolver, type ServiceResolver } from './service-resolver.ts';
import { StoreFollower } from './store-follower.ts';

export interface AggregatorOptions {
  readonly objects: GenericStore;
  readonly resources: ResourceRegistry;
  readonly catalog: ResourceCatalog;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Absent: extension servers are not told who asks in a way that they could believe. */
  readonly frontProxy?: FrontProxyCredentials | undefined;
  /** IP addresses of a DNS name, for Services of type ExternalName. */
  lookup(name: string): Promise<readonly string[]>;
  mayDial(address: string): boolean;
}

/** Each is asked again and again, and what it says of itself is kept. */
const remotesMax = 100;
/** How old what is known of an extension server's discovery may be. Mirrors discoveryRefreshInterval. */
const discoveryMs = 60_000;

export class Aggregator implements Service {
  readonly name = 'aggregation';
  readonly #options: AggregatorOptions;
  readonly #apiServices: ServedResource;
  readonly #registration: AutomaticRegistration;
  readonly #present = new Map<string, ApiService>();
  readonly #remotes = new Map<string, RemoteService>();
  readonly #resolve: ServiceResolver;
  readonly #fetcher: DocumentFetcher;
  readonly #discovery: RemoteDiscovery;
  readonly #openApi: OpenApiDownloader;
  readonly #availability: AvailabilityKeeper;
  readonly #refreshes = new Map<string, Timer>();
  readonly #follower: StoreFollower;
  #networkFollowers: readonly StoreFollower[] = [];
  #registering: Promise<void> | undefined;
  #registerAgain = false;
  #stopped = false;

  constructor(options: AggregatorOptions) {
    const { objects, resources, clock, logger, lookup, mayDial } = options;
    this.#options = options;
    this.#apiServices = served(resources, 'apiregistration.k8s.io', 'apiservices');
    this.#registration = new AutomaticRegistration(objects, this.#apiServices);
    const reader = readerOf(objects, resources);
    this.#resolve = createServiceResolver({ service: reader.service, lookup, mayDial });
    this.#fetcher = createDocumentFetcher(this.#resolve, clock);
    this.#discovery = new RemoteDiscovery(this.#fetcher);
    this.#openApi = new OpenApiDownloader(this.#fetcher);
    this.#availability = new AvailabilityKeeper({
      clock,
      logger,
      check: (remote) => checkAvailability(remote, reader, this.#fetcher),
      write: (remote, availability) => this.#write(remote, availability),
    });
    this.#follower = new StoreFollower({
      store: objects.store,
      clock,
      logger,
      prefix: this.#apiServices.storagePrefix,
      changed: (key, stored) => this.#changed(key, stored?.object),
      settled: () => this.#settled(),
    });
  }

  /** What is served here is registered; custom resources must be known by now. */
  async start(): Promise<void> {
    const { catalog } = this.#options;
    await this.#follower.start();
    const joined = new Set(catalog.joinedVersions().map(({ group, version }) => `${version}.${group}`));
    const builtin: readonly ServedVersion[] = catalog
      .groups()
      .flatMap(({ name, versions }) =>
        versions.flatMap(({ version, remote, standIn }) => (remote || standIn ? [] : [{ group: name, version }])),
      )
      // Its own group is always there, and needs no registration.
      .filter(({ group, version }) => group !== ownGroup && !joined.has(`${version}.${group}`));
    await this.#registration.registerBuiltin(builtin, new Map(this.#present));
    await this.#registerCustom();
    catalog.onResources(() => void this.#registerCustom());
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#follower.stop();
    for (const follower of this.#networkFollowers) follower.stop();
    this.#availability.stop();
    for (const timer of this.#refreshes.values()) timer.cancel();
    for (const remote of this.#remotes.values()) remote.server.close();
    await this.#registering;
  }

  /** Whether a path belongs to another server. */
  isRemote(path: string): boolean {
    return this.#find(path) !== undefined;
  }

  /** What the other servers publish. */
  openApi(): readonly RemoteOpenApi[] {
    return this.#openApi.documents();
  }

  /** `undefined`: it is this server's own. */
  async handle(context: RequestContext): Promise<ApiResponse | undefined> {
    const remote = this.#find(context.info.path);
    const { clock, logger } = this.#options;
    return remote && passOn(context, remote, { resolve: this.#resolve, clock, logger });
  }

  #find(path: string): RemoteService | undefined {
    if (this.#remotes.size === 0) return undefined;
    const documents = '/openapi/v3';
    const described = path.startsWith(`${documents}/`) ? path.slice(documents.length) : path;
    const [, root, group = '', version = ''] = described.split('/', 4);
    if (root === 'apis') return group === '' ? undefined : this.#remotes.get(`${version}.${group}`);
    // All of the core group has one APIService.
    return root === 'api' ? this.#remotes.get('v1.') : undefined;
  }

  #changed(name: string, object: Readonly<KubeObject> | undefined): void {
    const before = this.#present.get(name);
    // Decoded against its schema.
    const service = object as ApiService | undefined;
    if (service) this.#present.set(name, service);
    else this.#present.delete(name);
    const custom = [before, service].some((one) => one?.metadata.labels?.[automanagedLabel] === 'true');
    if (custom) this.#registerAgain = true;
    const remote = this.#remotes.get(name);
    if (service && remote?.isFor(service)) return this.#statusChanged(remote, service);
    if (remote) this.#drop(remote);
    const next = service && RemoteService.of(service, this.#options.frontProxy);
    if (!next) return;
    if (this.#remotes.size >= remotesMax) {
      this.#options.logger.warn({ name }, 'there are too many remote APIServices; this one is not served');
      return;
    }
    this.#remotes.set(name, next);
    this.#announce(next);
    this.#availability.add(next);
    if (next.available) void this.#refresh(next);
  }

  #statusChanged(remote: RemoteService, service: ApiService): void {
    const available = availableCondition(service)?.status === 'True';
    if (available === remote.available) return;
    remote.available = available;
    if (available) void this.#refresh(remote);
    else this.#announce(remote);
  }

  #drop(remote: RemoteService): void {
    this.#remotes.delete(remote.name);
    this.#availability.remove(remote.name);
    this.#refreshes.get(remote.name)?.cancel();
    this.#refreshes.delete(remote.name);
    this.#options.catalog.setRemote(remote.name, undefined);
    this.#openApi.forget(remote.name);
    this.#discovery.keepOnly(this.#remotes.values());
    remote.server.close();
  }

  #settled(): void {
    const priorities = new Map<string, Priority>();
    for (const [name, { spec = {} }] of this.#present) {
      priorities.set(name, { group: spec.groupPriorityMinimum ?? 0, version: spec.versionPriority ?? 0 });
    }
    this.#options.catalog.setPriorities(priorities);
    this.#followNetwork();
    if (this.#registerAgain) void this.#registerCustom();
  }

  /** Services and their endpoints matter only while somebody refers to them. */
  #followNetwork(): void {
    const following = this.#networkFollowers.length > 0;
    if (this.#remotes.size > 0 === following || this.#stopped) return;
    if (following) {
      for (const follower of this.#networkFollowers) follower.stop();
      this.#networkFollowers = [];
      return;
    }
    const { objects, resources, clock, logger } = this.#options;
    const follow = (resource: ServedResource, serviceOf: (key: string, stored: StoredObject | undefined) => string) =>
      new StoreFollower({
        store: objects.store,
        clock,
        logger,
        prefix: resource.storagePrefix,
        changed: (key, stored) => this.#availability.serviceChanged(key.split('/', 1)[0] ?? '', serviceOf(key, stored)),
        settled: () => undefined,
      });
    /** Which Service a slice was of, for when it is gone. */
    const slices = new Map<string, string>();
    this.#networkFollowers = [
      follow(served(resources, '', 'services'), (key) => key.split('/')[1] ?? ''),
      follow(served(resources, 'discovery.k8s.io', 'endpointslices'), (key, stored) => {
        const before = slices.get(key) ?? '';
        slices.delete(key);
        if (!stored) return before;
        const service = serviceOfSlice(stored.object);
        slices.set(key, service);
        return service;
      }),
    ];
    for (const follower of this.#networkFollowers) {
      follower.start().catch((error: unknown) => logger.error({ error }, 'Services cannot be followed'));
    }
  }

  /** One after the other: the store's events come while it writes. */
  async #registerCustom(): Promise<void> {
    this.#registerAgain = true;
    this.#registering ??= this.#registerUntilSettled().finally(() => (this.#registering = undefined));
    return this.#registering;
  }

  async #registerUntilSettled(): Promise<void> {
    const { catalog, logger } = this.#options;
    while (this.#registerAgain && !this.#stopped) {
      this.#registerAgain = false;
      try {
        await this.#registration.registerCustom(catalog.joinedVersions(), new Map(this.#present));
      } catch (error) {
        logger.error({ error }, 'the APIServices of custom resources cannot be written');
      }
    }
  }

  async #write(remote: RemoteService, availability: Availability): Promise<void> {
    const { objects, clock } = this.#options;
    const target = { resource: this.#apiServices, namespace: '', name: remote.name };
    await objects.rewrite(target, false, (old) => {
      // Decoded against its schema.
      const service = old.object as unknown as ApiService;
      const before = service.status?.conditions ?? [];
      const conditions = withAvailability(before, availability, clock.now());
      if (conditions === before || !remote.isFor(service)) return undefined;
      return { ...old.decode(), status: { conditions: conditions.map((one) => ({ ...one })) } };
    });
  }

  /** Tells discovery that it is there, and nothing more of it. */
  #announce({ name, group, version }: RemoteService): void {
    this.#options.catalog.setRemote(name, { group, version, resources: [], fresh: false });
  }

  async #refresh(remote: RemoteService): Promise<void> {
    const { catalog, clock, logger } = this.#options;
    this.#refreshes.get(remote.name)?.cancel();
    const isCurrent = (): boolean => !this.#stopped && this.#remotes.get(remote.name) === remote && remote.available;
    try {
      const resources = await this.#discovery.resources(remote);
      if (isCurrent()) {
        catalog.setRemote(remote.name, { group: remote.group, version: remote.version, resources, fresh: true });
      }
    } catch (error) {
      logger.warn({ error, name: remote.name }, 'an extension server does not say what it serves');
      if (isCurrent()) this.#announce(remote);
    }
    try {
      if (isCurrent()) await this.#openApi.refresh(remote);
      if (this.#remotes.get(remote.name) !== remote) this.#openApi.forget(remote.name);
    } catch (error) {
      logger.warn({ error, name: remote.name }, 'an extension server publishes no OpenAPI');
    }
    if (isCurrent()) {
      this.#refreshes.set(
        remote.name,
        clock.after(discoveryMs, () => void this.#refresh(remote)),
      );
    }
  }
}

const ownGroup = 'apiregistration.k8s.io';

function served(resources: ResourceRegistry, group: string, plural: string): ServedResource {
  const found = resources.find(group, 'v1', plural);
  if (!found) throw new Error(`${plural} are always served`);
  return found;
}

function readerOf(objects: GenericStore, resources: ResourceRegistry): AvailabilityReader {
  const services = served(resources, '', 'services');
  const slices = served(resources, 'discovery.k8s.io', 'endpointslices');
  return {
    service: async (namespace, name) => (await objects.find({ resource: services, namespace, name }))?.object,
    async endpointSlices(namespace, service) {
      const { entries } = await objects.store.list({ prefix: storageRange(slices.storagePrefix, namespace) });
      const all = entries.map((entry) => storedObjectOf(entry).object);
      return all.filter((slice) => serviceOfSlice(slice) === service);
    },
  };
}
