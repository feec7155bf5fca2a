/** The two sides: an API server and its controllers each, and on both the same simulated nodes and the same scheduler. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentialFiles } from '../../../hack/host-cluster/credentials.ts';
import { startControllers, stopCluster } from '../../../hack/host-cluster/lifecycle.ts';
import { runAfterThisProcess } from '../../../hack/host-cluster/processes.ts';
import type { Exchange } from '../../../src/api/exchange.ts';
import { LocalServiceAddresses } from '../../../src/apiserver/registry/local-service-addresses.ts';
import type { Client } from '../../../src/client/client.ts';
import { WorkQueueCounts } from '../../../src/controller/work-queue-counts.ts';
import { createClient } from '../../../src/client/create-client.ts';
import { createScheduler } from '../../../src/host/scheduler/scheduler.ts';
import { createSimulatedNodes } from '../../../src/host/simulation/simulated-nodes.ts';
import { silentLogger } from '../../../src/lib/logger.ts';
import type { Service } from '../../../src/lib/service.ts';
import { createIssuer } from '../../../src/lib/x509/issue-certificate.ts';
import { bootstrap, composeApiServer } from '../../../src/main/api-server-role.ts';
import { connectionExchange } from '../../../src/main/connection-exchange.ts';
import { controllersOf } from '../../../src/main/controllers-role.ts';
import { realClock } from '../../../src/main/real-clock.ts';
import { realRandom } from '../../../src/main/real-random.ts';
import { MemoryStore } from '../../../src/storage/memory/memory-store.ts';
import { createCertificateAuthority, createSigningKey } from '../../../src/tenancy/certificate-authority.ts';
import { startUpstreamHost } from '../../host/upstream.ts';
import { kinds } from './kinds.ts';

export interface Cluster {
  readonly name: string;
  /** Of the admin, as {@link scenarioAgent}. */
  readonly client: Client<'host'>;
  stop(): Promise<void>;
}

export const scenarioAgent = 'scenario';
const nodes = 3;
/** As the certificate of the other side's admin says; its digest is not compared. */
const user = {
  name: 'admin',
  groups: ['system:masters', 'system:authenticated'],
  extra: { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${'0'.repeat(64)}`] },
};
const clusterProgram = join(import.meta.dirname, '../../../hack/host-cluster/cluster.ts');

/** @throws Error when it does not become ready; nothing is left running then */
export async function startUpstreamCluster(): Promise<Cluster> {
  const host = await startUpstreamHost({ controllers: false });
  // Without its scheduler: that of the other side serves both.
  const components = mkdtempSync(join(tmpdir(), 'sublet-upstream-controllers-'));
  const callOff = runAfterThisProcess(process.execPath, [clusterProgram, 'down', '--delete', '--dir', components]);
  const stopAll = async (): Promise<void> => {
    await stopCluster(components, { force: true });
    rmSync(components, { recursive: true, force: true });
    callOff();
    await host.stop();
  };
  try {
    const { authority, serviceAccountKey } = credentialFiles(host.folder);
    const text = (file: string): string => readFileSync(file, 'utf8');
    await startControllers({
      folder: components,
      server: host.server,
      authority: { certificate: text(authority.certificate), key: text(authority.key) },
      serviceAccountKey: text(serviceAccountKey),
      controllers: '*',
      scheduler: false,
    });
    const { exchange, close } = connectionExchange({
      server: host.server,
      certificateAuthority: host.ca,
      clientCertificate: host.clientCert,
      clientKey: host.clientKey,
    });
    return await withNodes('upstream', exchange, async () => {
      close();
      await stopAll();
    });
  } catch (error) {
    await stopAll();
    throw error;
  }
}

/** In this process. */
export async function startSubletCluster(): Promise<Cluster> {
  const store = new MemoryStore();
  const authority = await createCertificateAuthority(realClock, 'kubernetes-ca', 1);
  const api = composeApiServer({
    clock: realClock,
    random: realRandom,
    store,
    serviceAccountKeys: [await createSigningKey()],
    serviceAccountIssuer: 'https://kubernetes.default.svc.cluster.local',
    address: '127.0.0.1:443',
    serviceAddresses: new LocalServiceAddresses({ serviceCidr: '10.96.0.0/16', random: realRandom }),
    logger: silentLogger,
  });
  await bootstrap(api, {
    kubernetesService: { clusterIp: '10.96.0.1', address: '192.0.2.1', port: 6443 },
    serviceCidrs: ['10.96.0.0/16'],
  });
  await api.aggregation.start();
  const controllers = controllersOf({
    side: 'host',
    exchange: api.exchange,
    user: 'controllers',
    rootCertificate: authority.certificate,
    logger: silentLogger,
    metrics: new WorkQueueCounts(),
    signer: createIssuer(authority.certificate, authority.key),
    accountToken: api.tokens.legacy.issue,
  });
  await controllers.start();
  return withNodes('Sublet', api.exchange, async () => {
    await controllers.stop();
    await api.aggregation.stop();
    await store.close();
  });
}

async function withNodes(name: string, exchange: Exchange, stop: () => Promise<void>): Promise<Cluster> {
  const client = (userAgent: string): Client<'host'> => createClient('host', exchange, { user, userAgent });
  const common = { clock: realClock, random: realRandom, logger: silentLogger };
  const services: readonly Service[] = [
    createScheduler({ ...common, host: client('kube-scheduler') }),
    createSimulatedNodes({ ...common, host: client('kubelet'), nodes }),
  ];
  for (const service of services) await service.start();
  for (let index = 1; index <= nodes; index++) {
    const labels = { 'topology.kubernetes.io/zone': `zone-of-node-${index}` };
    await client(scenarioAgent).resource(kinds.Node).patch(`node-${index}`, 'merge', { metadata: { labels } });
  }
  return {
    name,
    client: client(scenarioAgent),
    async stop() {
      for (const service of services.toReversed()) await service.stop();
      await stop();
    },
  };
}
