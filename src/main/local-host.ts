/** The host of `sublet up`: the embedded one in a process of its own, or any cluster that a kubeconfig leads to. */
import { join } from 'node:path';
import { createClient } from '../client/create-client.ts';
import { connectionExchange } from './connection-exchange.ts';
import type { Client } from '../client/client.ts';
import type { Service } from '../lib/service.ts';
import { ensureClusterCredentials, frontProxyConfig } from '../tenancy/cluster-credentials.ts';
import { writeFileAtomically } from '../tenancy/files.ts';
import { kubeconfigText, resolveKubeconfig, type Connection } from '../tenancy/kubeconfig.ts';
import { freePort, type StateFolder } from '../tenancy/state-folder.ts';
import { dialable } from './api-service-role.ts';
import { ChildRole } from './child-role.ts';
import { realClock } from './real-clock.ts';
import type { HostConfig } from './role-config.ts';
import type { UpFlags } from './up-flags.ts';

/** A host, ready to be used; `service` is what runs of it on this machine. */
export interface LocalHost {
  readonly connection: Connection;
  readonly client: Client<'host'>;
  readonly service: Service | undefined;
  close(): void;
}

const hostServiceCidr = '10.96.0.0/16';

/** Starts the embedded host from the folder's state, making it at the first start. */
export async function startEmbeddedHost(
  folder: StateFolder,
  flags: UpFlags,
  onTrouble: (text: string) => void,
): Promise<LocalHost> {
  const port = folder.recallHost()?.port ?? (await freePort(flags.address));
  folder.rememberHost({ port });
  const credentials = await ensureClusterCredentials(realClock, folder.hostFolder, {
    name: 'sublet-host',
    hosts: ['localhost', 'kubernetes', 'kubernetes.default.svc', flags.address, dialable(flags.address)],
  });
  const config: HostConfig = {
    store: 'store.sqlite',
    listen: { address: flags.address, port },
    serverCertificate: 'server.crt',
    serverKey: 'server.key',
    authority: 'ca.crt',
    authorityKey: 'ca.key',
    serviceAccountKey: 'service-account.key',
    ...frontProxyConfig,
    serviceAccountIssuer: 'https://kubernetes.default.svc.cluster.local',
    logLevel: flags.logLevel,
    nodes: flags.nodes,
    serviceCidr: hostServiceCidr,
  };
  const file = join(folder.hostFolder, 'config.json');
  writeFileAtomically(file, `${JSON.stringify(config, undefined, 2)}\n`);
  const service = new ChildRole({
    role: 'host',
    args: ['--config', file],
    logFile: join(folder.hostFolder, 'log'),
    onTrouble,
  });
  await service.start();
  const connection: Connection = {
    server: `https://${dialable(flags.address)}:${port}`,
    certificateAuthority: credentials.authority.certificate,
    clientCertificate: credentials.admin.certificate,
    clientKey: credentials.admin.key,
  };
  writeFileAtomically(folder.hostKubeconfig, kubeconfigText('sublet-host', 'sublet-host-admin', connection));
  return { ...connect(connection), service };
}

/** Uses a cluster that is there already. */
export async function useHost(kubeconfig: string): Promise<LocalHost> {
  return { ...connect(await resolveKubeconfig(kubeconfig)), service: undefined };
}

function connect(connection: Connection): Omit<LocalHost, 'service'> {
  const { exchange, close } = connectionExchange(connection);
  return { connection, client: createClient('host', exchange, { userAgent: 'sublet-up' }), close };
}
