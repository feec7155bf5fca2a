/** Upstream's sample-apiserver over an etcd of its own, on loopback ports. It trusts the API server that its kubeconfig names. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { etcd } from '../../hack/host-cluster/components.ts';
import { buildGoPrograms, goUnavailable } from '../../hack/host-cluster/go-build.ts';
import { buildHostCluster } from '../../hack/host-cluster/programs.ts';
import type { KeyPair } from '../../src/tenancy/certificate-authority.ts';

export interface SampleApiServerOptions {
  /** The text of a kubeconfig: by whom tokens and permissions are asked for. */
  readonly kubeconfig: string;
  readonly serving: KeyPair;
}

export interface SampleApiServer {
  readonly port: number;
  /** Where it and its etcd log to. */
  readonly folder: string;
  stop(): Promise<void>;
}

const report = (line: string): void => void process.stderr.write(`${line}\n`);

/** Why it can't be built here; undefined when it can. */
export function sampleApiServerUnavailable(): string | undefined {
  return goUnavailable(import.meta.dirname);
}

/** Is not ready yet when this resolves: whoever calls it finds out. */
export async function startSampleApiServer({ kubeconfig, serving }: SampleApiServerOptions): Promise<SampleApiServer> {
  const program = { module: import.meta.dirname, package: 'k8s.io/sample-apiserver', name: 'sample-apiserver' };
  const programs = await buildGoPrograms('sample-apiserver', [program], report);
  const host = await buildHostCluster(report);
  const folder = mkdtempSync(join(tmpdir(), 'sublet-sample-apiserver-'));
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  const [port, clients, peers] = await freePorts();
  const ports = { server: 0, etcd: clients, etcdPeers: peers, controllerManager: 0, scheduler: 0 };
  const access = file('kubeconfig', kubeconfig);
  const children = [
    start(join(host, 'etcd'), etcd(folder, ports).args, folder),
    start(
      join(programs, program.name),
      [
        `--etcd-servers=http://127.0.0.1:${clients}`,
        '--bind-address=127.0.0.1',
        `--secure-port=${port}`,
        `--kubeconfig=${access}`,
        `--authentication-kubeconfig=${access}`,
        `--authorization-kubeconfig=${access}`,
        `--tls-cert-file=${file('server.crt', serving.certificate)}`,
        `--tls-private-key-file=${file('server.key', serving.key)}`,
        '--v=2',
      ],
      folder,
    ),
  ];
  return {
    port,
    folder,
    async stop() {
      await Promise.all(children.map(end));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function start(program: string, args: readonly string[], folder: string): ChildProcess {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const log = createWriteStream(join(folder, `${program.split('/').at(-1) ?? ''}.log`));
  child.stdout.pipe(log);
  child.stderr.pipe(log);
  child.on('error', (error) => report(String(error)));
  process.once('exit', () => child.kill('SIGKILL'));
  return child;
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}

/** Different ones, since all are held until the last is known. */
async function freePorts(): Promise<[number, number, number]> {
  const servers = [createServer(), createServer(), createServer()];
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve, reject) => {
          server.once('error', reject);
          server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
        }),
    ),
  );
  for (const server of servers) server.close();
  const [first = 0, second = 0, third = 0] = ports;
  return [first, second, third];
}
