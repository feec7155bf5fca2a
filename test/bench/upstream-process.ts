/** Upstream's kube-apiserver and etcd, to compare with: started one by one, so that their start itself can be measured. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiServer, controllerManager, etcd, type Component, type Ports } from '../../hack/host-cluster/components.ts';
import { credentialFiles, ensureCredentials, writeKubeconfigs } from '../../hack/host-cluster/credentials.ts';
import { endProcess, isRunning, startDetached, type ProcessIdentity } from '../../hack/host-cluster/processes.ts';
import { buildHostCluster } from '../../hack/host-cluster/programs.ts';
import { freePort } from '../../src/tenancy/state-folder.ts';
import type { Connection } from './connection.ts';

export interface UpstreamProcess {
  readonly pids: readonly number[];
  /** Starts kube-controller-manager beside them, when they serve; no rate limit of its own holds it back. */
  startControllers(): Promise<void>;
  assertRunning(): void;
  stop(): Promise<void>;
}

export interface Upstream {
  readonly connection: Connection;
  /** Starts etcd and kube-apiserver on the folder's data, without waiting until they serve. */
  start(): Promise<UpstreamProcess>;
}

const stopGraceMs = 15_000;
const unlimited = { qps: 10_000, burst: 10_000 };

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
      const run = async ({ program, args }: Component): Promise<void> => {
        running.push(await startDetached(join(programs, program), args, join(folder, 'logs', `${program}.log`)));
      };
      await run(etcd(folder, ports));
      await run(apiServer(folder, ports, []));
      return {
        get pids() {
          return running.map(({ pid }) => pid);
        },
        startControllers: () => run(controllerManager(folder, ports, '*', unlimited)),
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
