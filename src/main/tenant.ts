/** `sublet tenant`: one tenant, whole, in one process: API server, built-in controllers, syncer. */
import { readFileSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { createClient } from '../client/create-client.ts';
import { createDirectExchange } from '../client/direct-exchange.ts';
import { createHttpExchange } from '../client/http-exchange.ts';
import { createRateBudget, type Urgency } from '../client/rate-budget.ts';
import type { ApiRequest } from '../api/exchange.ts';
import type { UsageReader } from '../api/usage.ts';
import type { ServiceAddresses } from '../apiserver/registry/service-addresses.ts';
import type { Logger } from '../lib/logger.ts';
import type { Service } from '../lib/service.ts';
import { isolatedKinds } from '../syncer/isolated-kinds.ts';
import { isolatedAddresses } from '../syncer/isolated-services.ts';
import { kindsSwitchedOn } from '../syncer/kinds/synced-kinds.ts';
import { createSyncer } from '../syncer/syncer.ts';
import { placeOf } from '../translate/marks.ts';
import { createApiService, inClusterOf } from './api-service-role.ts';
import { bootstrap, openRoleStore, roleApiServer, roleListener, type ComposedApiServer } from './api-server-role.ts';
import { BackgroundWork } from './background-work.ts';
import { allDefinedKinds } from './custom-sync-role.ts';
import { HeapKeeper } from './heap-keeper.ts';
import { hostConnector } from './connect-role.ts';
import { controllersOf } from './controllers-role.ts';
import { controllerSecretsOf } from './identity-role.ts';
import { parseIsolation } from './isolation-role.ts';
import { mirrorsOf } from './mirrors-role.ts';
import { processLogger } from './process-logger.ts';
import { realClock } from './real-clock.ts';
import { realRandom } from './real-random.ts';
import { readHostConnection, readRoleConfig, type TenantConfig } from './role-config.ts';
import { runRole } from './run-role.ts';
import { ServingCertificate } from './serving-certificate.ts';

export async function main(args: readonly string[]): Promise<void> {
  // Small buffers cut from shared slabs of 64 KB would keep the whole slab, and what is stored of objects lives long.
  Buffer.poolSize = 0;
  const { values } = parseArgs({ args: [...args], options: { config: { type: 'string' } } });
  if (values.config === undefined) throw new Error('sublet tenant needs --config FILE');
  await runRole(await composeTenant(values.config));
}

async function composeTenant(file: string): Promise<readonly Service[]> {
  const config = readRoleConfig<TenantConfig>(file, ['tenant', 'hostNamespace', 'hostConnection']);
  const logger = processLogger('tenant', config.logLevel).child({ tenant: config.tenant });
  const { store, service } = await openRoleStore(config, logger);
  const host = connectHost(config.hostConnection);
  const place = placeOf(config);
  const isolation = config.isolation && parseIsolation(config.isolation);
  // The two need each other: the API server asks the syncer for addresses, the syncer is a client of the API server.
  const apiService = createApiService(config, host.client, logger);
  const addresses: ServiceAddresses = apiService.addresses({
    allocate: isolatedAddresses(isolation, (object, old, dryRun) => syncer.serviceAddresses(object, old, dryRun)),
    // What the host gave goes with the copy, which is the syncer's loop to remove.
    release: () => Promise.resolve(),
  });
  const work = new BackgroundWork();
  const usage: UsageReader = {
    pods: (namespace, pod) => syncer.usage.pods(namespace, pod),
    nodes: () => syncer.usage.nodes(),
  };
  const api = roleApiServer(config, store, addresses, logger, work.metrics, {
    usage,
    connector: hostConnector(place, host, logger),
  });
  const kinds = isolatedKinds(kindsSwitchedOn(config.sync), isolation);
  const syncer = createSyncer({
    place,
    tenant: createClient('tenant', api.exchange, {
      user: { name: 'sublet-syncer', groups: ['system:masters'] },
      userAgent: 'sublet-syncer',
    }),
    host: host.client,
    kinds,
    defined: allDefinedKinds(config),
    mirrors: mirrorsOf(config),
    inCluster: { ...inClusterOf(config), apiChanged: () => apiService.check() },
    clock: realClock,
    random: realRandom,
    logger,
    metrics: work.queues,
  });
  work.include(syncer);
  const listener = roleListener(config, api, logger);
  work.tell(syncer.metrics);
  return [
    new HeapKeeper({ clock: realClock }),
    service,
    bootstrapOf(api, config),
    api.aggregation,
    host.service,
    listener,
    new ServingCertificate(config, listener, logger),
    work.include(
      controllersOf({
        side: 'tenant',
        exchange: api.exchange,
        user: 'sublet-controllers',
        rootCertificate: readFileSync(config.authority, 'utf8'),
        logger,
        metrics: work.queues,
        selection: config.controllers,
        leaderElect: config.leaderElect,
        podsRunElsewhere: kinds.some(({ kind }) => kind === 'Pod'),
        ...controllerSecretsOf(config, api.tokens),
      }),
    ),
    inBackground(syncer, logger),
    apiService.keeper(api),
  ];
}

function bootstrapOf(api: ComposedApiServer, { serviceCidrs }: TenantConfig): Service {
  return {
    name: 'bootstrap',
    start: () => bootstrap(api, serviceCidrs ? { serviceCidrs } : {}),
    stop: () => Promise.resolve(),
  };
}

/** The tenant serves its users whether or not its host can be reached just now. */
function inBackground(service: Service, logger: Logger): Service {
  return {
    name: service.name,
    start() {
      service.start().catch((error: unknown) => logger.error({ err: error }, `${service.name} did not start`));
      return Promise.resolve();
    },
    stop: () => service.stop(),
  };
}

/** What waits is the host's answer; its own limits are found out as we go. */
const hostRequestsInFlightMax = 128;

/** The host's client, within its budget. The file with its credentials is read again whenever it changes. */
function connectHost(file: string) {
  let connection = readHostConnection(file);
  const options = {
    server: connection.server,
    certificateAuthority: connection.certificateAuthority,
    token: () => connection.token,
    clock: realClock,
  };
  const { exchange, close } = createHttpExchange(options);
  const direct = createDirectExchange(options);
  const budget = createRateBudget({ clock: realClock, inFlightMax: hostRequestsInFlightMax });
  // The folder: a file that is replaced is another one afterwards.
  const watcher = watch(dirname(file), { persistent: false }, (_event, changed) => {
    if (changed === basename(file)) connection = readHostConnection(file);
  });
  const service: Service = {
    name: 'host connection',
    start: () => Promise.resolve(),
    stop() {
      watcher.close();
      direct.close();
      close();
      return Promise.resolve();
    },
  };
  const client = createClient('host', budget.limit(exchange, urgencyOf), { userAgent: 'sublet-syncer' });
  return { client, direct, service };
}

/** Pods that are being started go first; what is told back goes last. */
function urgencyOf({ method, path }: ApiRequest): Urgency {
  if (method === 'POST') return 'urgent';
  return path.includes('/events') ? 'background' : 'normal';
}
