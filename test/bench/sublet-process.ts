/** The built program in the roles that are measured, each a process of its own with a folder of its own, without `sublet up` in between. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '../../src/client/client.ts';
import { realClock } from '../../src/main/real-clock.ts';
import type { HostConfig, HostConnection, ServerConfig, TenantConfig } from '../../src/main/role-config.ts';
import { clusterRules, hostRules } from '../../src/syncer/host-rules.ts';
import { syncedKinds } from '../../src/syncer/kinds/synced-kinds.ts';
import type { FromHost } from '../../src/syncer/mirrored-kind.ts';
import { mirroredKinds } from '../../src/syncer/mirrors/mirrored-kinds.ts';
import type { SyncedKind } from '../../src/syncer/synced-kind.ts';
import { ensureClusterCredentials, type ClusterCredentials } from '../../src/tenancy/cluster-credentials.ts';
import { issueAccountToken, provisionTenant } from '../../src/tenancy/provisioning.ts';
import { freePort } from '../../src/tenancy/state-folder.ts';
import type { Connection } from './connection.ts';

/** A role that runs. */
export interface SubletProcess {
  readonly pid: number;
  /** In good order; resolves when it is gone. */
  stop(): Promise<void>;
  /** @throws Error with its last words when it has ended by itself */
  assertRunning(): void;
  /** Resolves when it says that it is ready. */
  readonly ready: Promise<void>;
}

/** A role that can be started, on the same data each time. */
export interface Role {
  /** How its users reach it. */
  readonly connection: Connection;
  start(program: string, options?: StartOptions): SubletProcess;
}

export interface StartOptions {
  /** Flags of node: `--cpu-prof`. */
  readonly nodeArgs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface TenantHost {
  readonly hostNamespace: string;
  readonly connection: HostConnection;
}

export interface PlaceOptions {
  /** Default: one of its own. */
  readonly hostNamespace?: string;
  /** Default: all. */
  readonly kinds?: readonly SyncedKind[];
  /** Default: nothing. */
  readonly fromHost?: FromHost;
}

const address = '127.0.0.1';
const tokenSeconds = 7200;
const stopGraceMs = 15_000;
const lastWordsMax = 4000;

/** Nobody listens there: the tenant serves its users all the same. */
export const unreachableHost: TenantHost = {
  hostNamespace: 'nowhere',
  connection: { server: 'https://127.0.0.1:1', certificateAuthority: '', token: 'none' },
};

/** Gives a tenant its namespace and account on a host. */
export async function placeOnHost(
  client: Client<'host'>,
  connection: Connection,
  tenant: string,
  { hostNamespace = `sublet-${tenant}`, kinds = syncedKinds, fromHost = {} }: PlaceOptions = {},
): Promise<TenantHost> {
  const place = { tenant, hostNamespace };
  await provisionTenant(client, place, hostRules(kinds), clusterRules(mirroredKinds, fromHost, kinds));
  const { token } = await issueAccountToken(client, place, tokenSeconds);
  const { server, certificateAuthority } = connection;
  return { hostNamespace: place.hostNamespace, connection: { server, certificateAuthority, token } };
}

/** `sublet tenant` in a folder. */
export async function tenantRole(
  folder: string,
  tenant: string,
  host: TenantHost,
  further: Pick<TenantConfig, 'sync' | 'fromHost'> = {},
): Promise<Role> {
  const { server, role } = await serverRole(folder, 'tenant', `sublet-${tenant}`);
  writeFileSync(join(folder, 'host-connection.json'), JSON.stringify(host.connection));
  const config: TenantConfig = {
    ...server,
    tenant,
    hostNamespace: host.hostNamespace,
    hostConnection: 'host-connection.json',
    ...further,
  };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  return role;
}

/** `sublet host` in a folder: the embedded host. */
export async function hostRole(folder: string): Promise<Role> {
  const { server, role } = await serverRole(folder, 'host', 'sublet-host');
  const config: HostConfig = { ...server, nodes: 3, serviceCidr: '10.96.0.0/16' };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  return role;
}

/** `sublet host --nodes-only` for a cluster that has none. */
export function startNodes(program: string, kubeconfig: string): SubletProcess {
  return startProcess(program, ['host', '--nodes-only', '--kubeconfig', kubeconfig], {});
}

async function serverRole(folder: string, role: 'tenant' | 'host', name: string) {
  mkdirSync(folder, { recursive: true });
  const hosts = ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc', address];
  const credentials = await ensureClusterCredentials(realClock, folder, { name, hosts });
  const port = await freePort(address);
  const server: ServerConfig = {
    store: 'store.sqlite',
    listen: { address, port },
    serverCertificate: 'server.crt',
    serverKey: 'server.key',
    authority: 'ca.crt',
    serviceAccountKey: 'service-account.key',
    serviceAccountIssuer: 'https://kubernetes.default.svc.cluster.local',
    logLevel: 'warn',
  };
  const start: Role['start'] = (program, options = {}) =>
    startProcess(program, [role, '--config', join(folder, 'config.json')], options);
  return { server, role: { connection: adminConnection(port, credentials), start } satisfies Role };
}

function adminConnection(port: number, credentials: ClusterCredentials): Connection {
  return {
    server: `https://${address}:${port}`,
    certificateAuthority: credentials.authority.certificate,
    clientCertificate: credentials.admin.certificate,
    clientKey: credentials.admin.key,
  };
}

/** As `sublet up` and the image start tenants. */
const usualArgs = ['--max-semi-space-size=2'];
const usualEnv = { MALLOC_ARENA_MAX: '1' };

function startProcess(program: string, args: readonly string[], options: StartOptions): SubletProcess {
  const child = spawn(process.execPath, [...usualArgs, ...(options.nodeArgs ?? []), program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, ...usualEnv, ...options.env },
  });
  let lastWords = '';
  const keep = (chunk: Buffer): void => void (lastWords = (lastWords + chunk.toString()).slice(-lastWordsMax));
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const assertRunning = (): void => {
    if (child.exitCode === null && child.signalCode === null) return;
    throw new Error(`sublet ${args[0] ?? ''} ended (${child.signalCode ?? child.exitCode}):\n${lastWords}`);
  };
  const ready = new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve());
    child.once('error', reject);
    child.once('exit', () => {
      try {
        assertRunning();
      } catch (error) {
        reject(error);
      }
    });
  });
  // Whoever waits for it hears of a failure; who does not, asks `assertRunning`.
  ready.catch(() => undefined);
  return { pid: child.pid ?? -1, ready, assertRunning, stop: () => end(child) };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), stopGraceMs);
  await exited;
  clearTimeout(force);
}
