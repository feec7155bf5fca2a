/**
 * What `sublet tenant` and `sublet host` have in common: the store, the API server over it, its front door, and how code in the same process calls
 * it.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { arch, networkInterfaces } from 'node:os';
import { dirname, join } from 'node:path';
import { createProtobufCodec } from '../api/codec/protobuf.ts';
import type { Exchange } from '../api/exchange.ts';
import type { UsageReader } from '../api/usage.ts';
import type { Aggregator } from '../apiserver/aggregation/aggregator.ts';
import { builtinAdmissionPlugins } from '../apiserver/admission/builtin-plugins.ts';
import { certificateAdmission } from '../apiserver/admission/certificates.ts';
import { createClusterReader } from '../apiserver/admission/cluster-reader.ts';
import { createQuotaLedger } from '../apiserver/admission/quota-ledger.ts';
import { createAdmissionChain } from '../apiserver/admission/plugin.ts';
import { createApiServer } from '../apiserver/api-server.ts';
import { isProxyPath } from '../apiserver/connect/object-proxy.ts';
import type { PodConnector } from '../apiserver/connect/pod-connector.ts';
import { issuerDiscovery } from '../apiserver/authn/issuer-discovery.ts';
import { selfSubjectReviews, tokenReviews } from '../apiserver/authn/reviews.ts';
import { accessReviews } from '../apiserver/authz/access-reviews.ts';
import { createDiscovery } from '../apiserver/discovery/discovery.ts';
import { createResourceCatalog, type ResourceCatalog } from '../apiserver/discovery/resource-catalog.ts';
import { healthPaths } from '../apiserver/health/health.ts';
import { Listener } from '../apiserver/http/listener.ts';
import { builtinSources } from '../apiserver/openapi/builtin-sources.ts';
import { OpenApiService } from '../apiserver/openapi/openapi-service.ts';
import { storedDescriptions } from '../apiserver/openapi/stored-descriptions.ts';
import type { CustomResources } from '../apiserver/crd/custom-resources.ts';
import type { PathHandler } from '../apiserver/path-handler.ts';
import { bootstrapCluster, type BootstrapOptions } from '../apiserver/registry/bootstrap.ts';
import { EventExpiry } from '../apiserver/registry/event-expiry.ts';
import { GenericStore } from '../apiserver/registry/generic-store.ts';
import type { LocalServiceAddresses } from '../apiserver/registry/local-service-addresses.ts';
import { createResourceRegistry, type ResourceRegistry } from '../apiserver/registry/resource-registry.ts';
import { builtinResourceDefinitions } from '../apiserver/registry/resources/builtin-resources.ts';
import { serviceAddressHooks, type ServiceAddresses } from '../apiserver/registry/service-addresses.ts';
import { componentStatusVerbs, type Component } from '../apiserver/verbs/component-status.ts';
import { tokenSubresource } from '../apiserver/verbs/service-account-token.ts';
import { createResourceHandler } from '../apiserver/verbs/dispatch.ts';
import type { ResourceHandler } from '../apiserver/verbs/resource-handler.ts';
import { versionInfo, versionPath } from '../apiserver/version.ts';
import type { Logger } from '../lib/logger.ts';
import type { Metric } from '../lib/metrics/metric-text.ts';
import type { Service } from '../lib/service.ts';
import { builtinResources, builtinVersion } from '../schema/builtin/catalog.ts';
import { protobufTable } from '../schema/builtin/protobuf.ts';
import { AutoCompaction } from '../storage/auto-compaction.ts';
import { CachedStore } from '../storage/cache/cached-store.ts';
import { openSqliteStore } from '../storage/sqlite/sqlite-store.ts';
import type { Store } from '../storage/store.ts';
import { realClock } from './real-clock.ts';
import { healthChecks, storeCheck, type Startup } from './health-role.ts';
import { identityOf, publishedAuthentication, roleAuthenticator, type IdentityParts } from './identity-role.ts';
import { composeCustomResources } from './custom-resources-role.ts';
import { composePolicies } from './policies-role.ts';
import { composeRbac, type ComposedRbac } from './rbac-role.ts';
import { aggregationOf, composeAggregation, type AggregationParts } from './aggregation-role.ts';
import { realRandom } from './real-random.ts';
import type { ServerConfig } from './role-config.ts';
import { composeConnect } from './connect-role.ts';
import { composeUsage } from './usage-role.ts';
import { listenerCredentials } from './serving-certificate.ts';
import { serverMetrics } from './server-metrics.ts';
import { composeTokens, tokensOf, type ComposedTokens, type TokensParts } from './tokens-role.ts';

export interface ApiServerParts extends TokensParts {
  readonly store: Store;
  /** Absent: the listener's authority is whose certificates are users', and no front proxy is believed. */
  readonly identity?: IdentityParts;
  readonly aggregation?: AggregationParts;
  /** `127.0.0.1:6443`: where clients find it. */
  readonly address: string;
  /** Who gives Services their addresses. */
  readonly serviceAddresses: ServiceAddresses;
  /** Who tells what pods and nodes use, where no metrics server does. Absent: nobody. */
  readonly usage?: UsageReader | undefined;
  /** Who can get into what runs; absent: nobody. */
  readonly connector?: PodConnector | undefined;
  /** Upstream's descriptions of fields, as the build found them; absent: `explain` shows none. */
  readonly descriptions?: Uint8Array;
  /** What `/metrics` tells besides of the server itself. */
  readonly metrics?: () => readonly Metric[];
  readonly logger: Logger;
}

export interface ComposedApiServer {
  readonly exchange: Exchange;
  readonly objects: GenericStore;
  readonly resources: ResourceRegistry;
  readonly rbac: ComposedRbac;
  readonly customResources: CustomResources;
  /** To be started when all that is served here is known. */
  readonly aggregation: Aggregator;
  readonly identity?: IdentityParts;
  readonly tokens: ComposedTokens;
  /** `bootstrap` has ended: until then health checks fail. */
  readonly startup: Startup;
}

/** The API server over a store: `exchange` is all of it; the rest is for what a role does before it serves. */
export function composeApiServer(parts: ApiServerParts): ComposedApiServer {
  const { store, clock, random, logger } = parts;
  const common = { clock, random, logger };
  const codec = createProtobufCodec(protobufTable);
  const catalog = createResourceCatalog(builtinResources());
  const resources = createResourceRegistry(builtinResourceDefinitions);
  const rbac = composeRbac({ store, resources, clock, logger, objects: () => objects });
  const { authorizer } = rbac;
  const { mayDial } = parts.aggregation ?? {};
  const admitted = { ...common, store, resources, catalog, authorizer, mayDial };
  const policies = composePolicies({ ...admitted, objects: () => objects });
  const objects: GenericStore = new GenericStore({
    store,
    clock,
    random,
    hooks: { ...rbac.hooks, ...policies.hooks, '/services': serviceAddressHooks(parts.serviceAddresses) },
  });
  const customResources = composeCustomResources({ ...common, objects, resources, catalog, mayDial });
  const tokens = composeTokens(parts, objects, resources);
  const handleResource = resourceHandler(parts, { objects, resources, catalog, rbac, policies, tokens });
  const startup: Startup = { finished: false };
  const platform = `linux/${arch() === 'x64' ? 'amd64' : arch()}`;
  const version = versionInfo(`v${builtinVersion().replace(/^v/, '')}`, platform);
  const aggregation = composeAggregation(parts.aggregation ?? {}, common, objects, resources, catalog);
  const exchange = createApiServer({
    ...common,
    passOn: (context) => aggregation.handle(context),
    codec,
    catalog,
    handleResource,
    authenticator: roleAuthenticator(clock, tokens.all, parts.identity),
    authorizer: rbac.authorizer,
    metrics: () => serverMetrics(store, resources, version.gitVersion, parts.metrics),
    paths: [
      createDiscovery({ catalog, codec, address: parts.address }),
      healthPaths(healthChecks(store, startup), logger),
      versionPath(version),
      openApiPaths(parts.descriptions, aggregation, customResources),
      issuerDiscovery(tokens.bound, parts.address),
    ],
  });
  return {
    exchange,
    objects,
    resources,
    tokens,
    rbac,
    customResources,
    aggregation,
    startup,
    ...(parts.identity ? { identity: parts.identity } : {}),
  };
}

interface HandlerParts extends Pick<ComposedApiServer, 'objects' | 'resources' | 'rbac' | 'tokens'> {
  readonly catalog: ResourceCatalog;
  readonly policies: ReturnType<typeof composePolicies>;
}

/** The verbs of all that is served, with what a request passes on its way to them. */
function resourceHandler(
  parts: ApiServerParts,
  { objects, resources, catalog, rbac, policies, tokens }: HandlerParts,
): ResourceHandler {
  const usage = composeUsage(parts.usage, resources, catalog);
  return createResourceHandler({
    store: objects,
    resources,
    admission: createAdmissionChain([
      ...builtinAdmissionPlugins(
        createClusterReader(objects, resources),
        createQuotaLedger(objects, resources),
        parts.random,
        policies.plugins(),
      ),
      ...certificateAdmission(rbac.authorizer),
    ]),
    subresources: {
      ...tokenSubresource(tokens.bound),
      ...composeConnect(parts.connector),
      ...usage.subresources,
    },
    own: {
      '/componentstatuses': componentStatusVerbs(components(parts.store)),
      ...usage.verbs,
    },
    writeChecks: rbac.writeChecks,
    virtual: [tokenReviews(tokens.all, tokens.bound.audiences), selfSubjectReviews, ...accessReviews(rbac.authorizer)],
  });
}

/** The API server that a role's configuration describes. */
export function roleApiServer(
  config: ServerConfig,
  store: Store,
  serviceAddresses: ServiceAddresses,
  logger: Logger,
  metrics: () => readonly Metric[],
  more: Pick<ApiServerParts, 'usage' | 'connector'> = {},
): ComposedApiServer {
  const descriptions = builtDescriptions();
  return composeApiServer({
    clock: realClock,
    random: realRandom,
    store,
    ...tokensOf(config),
    identity: identityOf(config),
    aggregation: aggregationOf(config),
    address: `${config.listen.address}:${config.listen.port}`,
    serviceAddresses,
    logger,
    metrics,
    ...more,
    ...(descriptions === undefined ? {} : { descriptions }),
  });
}

/** What a cluster has from its first second. `network`: and the Service by which its pods find it, and where Services get their addresses. */
export async function bootstrap(
  { objects, resources, rbac, customResources, startup, identity }: ComposedApiServer,
  network: Pick<BootstrapOptions, 'kubernetesService' | 'serviceCidrs'> = {},
): Promise<void> {
  await bootstrapCluster({
    store: objects,
    resources,
    ...network,
    ...(identity ? { authentication: publishedAuthentication(identity) } : {}),
  });
  await rbac.bootstrap();
  await customResources.start();
  startup.finished = true;
}

/** Addresses from a range of one's own, without those that stored Services have. */
export async function occupyServiceAddresses(
  { objects, resources }: ComposedApiServer,
  addresses: LocalServiceAddresses,
): Promise<void> {
  for (const service of await createClusterReader(objects, resources).list('', 'services', ''))
    addresses.occupy(service);
}

/** Where this machine is reached from outside; its loopback address where it has no other. */
export function advertisedAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((found) => found ?? []);
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}

/** The store of a role's configuration, with what keeps its history short. */
export async function openRoleStore(config: ServerConfig, logger: Logger): Promise<{ store: Store; service: Service }> {
  mkdirSync(dirname(config.store), { recursive: true, mode: 0o700 });
  const store = new CachedStore(await openSqliteStore({ path: config.store }), realClock);
  const compaction = new AutoCompaction(store, realClock, logger);
  const { eventTtlSeconds } = config;
  const lifeMs = eventTtlSeconds === undefined ? {} : { lifeMs: eventTtlSeconds * 1000 };
  const expiry = new EventExpiry({ store, clock: realClock, logger, ...lifeMs });
  const service: Service = {
    name: 'store',
    async start() {
      await compaction.start();
      await expiry.start();
    },
    async stop() {
      await expiry.stop();
      await compaction.stop();
      await store.close();
    },
  };
  return { store, service };
}

/** The front door of a role's configuration. */
export function roleListener(
  config: ServerConfig,
  { exchange, aggregation }: Pick<ComposedApiServer, 'exchange' | 'aggregation'>,
  logger: Logger,
): Listener {
  return new Listener({
    exchange,
    passesOn: (path) => aggregation.isRemote(path) || isProxyPath(path),
    credentials: listenerCredentials(config),
    address: config.listen.address,
    port: config.listen.port,
    clock: realClock,
    logger,
  });
}

/** What the build found of upstream's descriptions, beside the bundle. */
function builtDescriptions(): Uint8Array | undefined {
  try {
    return readFileSync(join(dirname(process.argv[1] ?? ''), 'descriptions.json.gz'));
  } catch {
    // Built without Go at hand, or run from the sources.
    return undefined;
  }
}

/** By upstream's names: who answers has all of them in his process, but for the scheduler, which is the host's. */
function components(store: Store): readonly Component[] {
  const alive = (): undefined => undefined;
  return [
    { name: 'controller-manager', check: alive },
    { name: 'scheduler', check: alive },
    { name: 'etcd-0', check: storeCheck(store).check },
  ];
}

function openApiPaths(
  descriptions: Uint8Array | undefined,
  aggregation: Aggregator,
  customResources: CustomResources,
): PathHandler {
  const service = new OpenApiService({
    sources: () => [...builtinSources(), ...customResources.openApiSources()],
    remotes: () => aggregation.openApi(),
    version: builtinVersion().replace(/^v?(\d+\.\d+).*/, '$1'),
    ...(descriptions === undefined ? {} : { descriptions: () => storedDescriptions(descriptions) }),
  });
  return {
    paths: ['/openapi/v2', '/openapi/v3'],
    prefixes: ['/openapi/v3/'],
    handle: ({ info, query, request, now }) =>
      customResources.withDefinitions(() => service.handle({ path: info.path, query, headers: request.headers, now })),
  };
}
