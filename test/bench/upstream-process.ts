/** Upstream's kube-apiserver and etcd, to compare with: started one by one, so that their start itself can be measured. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiServer, etcd, type Ports } from '../../hack/host-cluster/components.ts';
import { credentialFiles, ensureCredentials, writeKubeconfigs } from '../../hack/host-cluster/credentials.ts';
import { endProcess, isRunning, startDetached, type ProcessIdentity } from '../../hack/host-cluster/processes.ts';
import { buildHostCluster } from '../../hack/host-cluster/programs.ts';
import { freePort } from '../../src/tenancy/state-folder.ts';
import type { Connection } from './connection.ts';

export interface UpstreamProcess {
  readonly pids: readonly number[];
  assertRunning(): void;
  stop(): Promise<void>;
}

export interface Upstream {
  readonly connection: Connection;
  /** Starts etcd and kube-apiserver on the folder's data, without waiting until they serve. */
  start(): Promise<UpstreamProcess>;
}

const stopGraceMs = 15_000;

/** Credentials and ports in a folder; builds the programs where they are not cached. */
export async function prepareUpstream(folder: string, say: (text: string) => void): Promise<Upstream> {
  const programs = await buildHostCluster(say);
  mkdirSync(join(folder, 'logs'), { recursive: true });
  await ensureCredentials(folder);
  const ports = await choosePorts();
  const server = `https://127.0.0.1:${ports.server}`;
  writeKubeconfigs(folder, server);
  return {
    connection: connectionOf(folder, server),
    async start() {
      const running: ProcessIdentity[] = [];
      for (const { program, args } of [etcd(folder, ports), apiServer(folder, ports, [])]) {
        running.push(await startDetached(join(programs, program), args, join(folder, 'logs', `${program}.log`)));
      }
      return {
        pids: running.map(({ pid }) => pid),
        assertRunning: () => {
          if (!running.every(isRunning)) throw new Error(`a component ended; see its log in ${folder}`);
        },
        stop: async () => {
          for (const identity of running.toReversed()) await endProcess(identity, stopGraceMs);
        },
      };
    },
  };
}

function connectionOf(folder: string, server: string): Connection {
  const { authority, client } = credentialFiles(folder);
  const admin = client('admin');
  return {
    server,
    certificateAuthority: readFileSync(authority.certificate, 'utf8'),
    clientCertificate: readFileSync(admin.certificate, 'utf8'),
    clientKey: readFileSync(admin.key, 'utf8'),
  };
}

async function choosePorts(): Promise<Ports> {
  const next = (): Promise<number> => freePort('127.0.0.1');
  return {
    server: await next(),
    etcd: await next(),
    etcdPeers: await next(),
    controllerManager: await next(),
    scheduler: await next(),
  };
}
