/**
 * `sublet host`: the embedded stand-in for a real cluster, or (`--nodes-only`) simulated nodes for one that has no nodes.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createClient } from '../client/create-client.ts';
import { createScheduler } from '../host/scheduler/scheduler.ts';
import { createClusterReader, type ClusterReader } from '../apiserver/admission/cluster-reader.ts';
import { createSimulatedUsage } from '../host/simulation/usage.ts';
import { createSimulatedNodes } from '../host/simulation/simulated-nodes.ts';
import type { Service } from '../lib/service.ts';
import { LocalServiceAddresses } from '../apiserver/registry/local-service-addresses.ts';
import {
  advertisedAddress,
  bootstrap,
  occupyServiceAddresses,
  openRoleStore,
  roleApiServer,
  roleListener,
} from './api-server-role.ts';
import { connectionExchange } from './connection-exchange.ts';
import { BackgroundWork } from './background-work.ts';
import { simulatedConnector } from './connect-role.ts';
import { controllersOf } from './controllers-role.ts';
import { HeapKeeper } from './heap-keeper.ts';
import { controllerSecretsOf } from './identity-role.ts';
import { processLogger } from './process-logger.ts';
import { realClock } from './real-clock.ts';
import { realRandom } from './real-random.ts';
import { readRoleConfig, type HostConfig } from './role-config.ts';
import { runRole } from './run-role.ts';

const help = `sublet host: an embedded stand-in for a cluster, with simulated nodes

  --config FILE           run the whole host, as FILE says
  --nodes-only            only simulated nodes, for another cluster
  --kubeconfig FILE       that cluster (with --nodes-only)
  --nodes N               how many (with --nodes-only; default 3)
  --log-level LEVEL       (with --nodes-only; default warn)
`;

export async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      config: { type: 'string' },
      'nodes-only': { type: 'boolean', default: false },
      kubeconfig: { type: 'string' },
      nodes: { type: 'string', default: '3' },
      'log-level': { type: 'string', default: 'warn' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) process.stdout.write(help);
  else if (values['nodes-only']) {
    if (values.kubeconfig === undefined) throw new Error('--nodes-only needs --kubeconfig');
    await runRole(await nodesFor(values.kubeconfig, Number(values.nodes), values['log-level']));
  } else if (values.config === undefined) throw new Error(`--config is missing\n\n${help}`);
  else await runRole(await embeddedHost(values.config));
}

async function embeddedHost(file: string): Promise<readonly Service[]> {
  const config = readRoleConfig<HostConfig>(file, ['nodes', 'serviceCidr']);
  const logger = processLogger('host', config.logLevel);
  const { store, service } = await openRoleStore(config, logger);
  const addresses = new LocalServiceAddresses({ serviceCidr: config.serviceCidr, random: realRandom });
  const work = new BackgroundWork();
  const usage = createSimulatedUsage((namespace) => cluster().list('', 'pods', namespace), realClock);
  const api = roleApiServer(config, store, addresses, logger, work.metrics, {
    usage,
    connector: simulatedConnector(() => nodes.connections),
  });
  const cluster = (): ClusterReader => createClusterReader(api.objects, api.resources);
  const start: Service = {
    name: 'bootstrap',
    async start() {
      await occupyServiceAddresses(api, addresses);
      await bootstrap(api, {
        kubernetesService: { clusterIp: addresses.firstIp, address: advertisedAddress(), port: config.listen.port },
        serviceCidrs: [config.serviceCidr],
      });
    },
    stop: () => Promise.resolve(),
  };
  // Fields are managed under the names that they have in any cluster.
  const client = (name: string, fieldManager: string) =>
    createClient('host', api.exchange, { user: { name, groups: ['system:masters'] }, userAgent: fieldManager });
  const common = { clock: realClock, random: realRandom, logger };
  const nodes = createSimulatedNodes({ ...common, host: client('sublet-host-nodes', 'kubelet'), nodes: config.nodes });
  return [
    new HeapKeeper({ clock: realClock }),
    service,
    start,
    api.aggregation,
    roleListener(config, api, logger),
    work.include(
      controllersOf({
        side: 'host',
        exchange: api.exchange,
        user: 'sublet-host-controllers',
        rootCertificate: readFileSync(config.authority, 'utf8'),
        logger,
        metrics: work.queues,
        ...controllerSecretsOf(config, api.tokens),
      }),
    ),
    createScheduler({ ...common, host: client('sublet-host-scheduler', 'kube-scheduler') }),
    nodes,
  ];
}

async function nodesFor(kubeconfig: string, nodes: number, logLevel: string): Promise<readonly Service[]> {
  // Kubeconfigs need what the embedded host does without.
  const { resolveKubeconfig } = await import('../tenancy/kubeconfig.ts');
  const { exchange, close } = connectionExchange(await resolveKubeconfig(kubeconfig));
  const logger = processLogger('nodes', logLevel);
  const host = createClient('host', exchange, { userAgent: 'sublet-nodes' });
  const connection: Service = {
    name: 'connection',
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(close()),
  };
  return [connection, createSimulatedNodes({ host, nodes, clock: realClock, random: realRandom, logger })];
}
