/**
 * The program inside a node cluster's namespaces: `node inside.ts SETTINGS`. It makes the machine, starts the components one after the other, enforces
 * network policies, and ends, with all of the node, when a component ends. What it says is `logs/node.log`.
 */
import { execFile, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect, promisify } from 'node:util';
import type { Logger } from '../../../src/lib/logger.ts';
import type { Connection } from '../../../src/tenancy/kubeconfig.ts';
import type { Component } from '../components.ts';
import { credentialFiles } from '../credentials.ts';
import { addons, type AddonName } from './addons.ts';
import { clusterDns } from './cluster-dns.ts';
import * as components from './components.ts';
import { prepareMounts, prepareNetwork } from './namespace.ts';
import { enforceNetworkPolicies } from './policy-enforcer.ts';

/** What the program is given, as JSON. */
export interface InsideSettings extends components.NodeCluster {
  /** The folders of the programs. */
  readonly programs: readonly string[];
  /** The archive with all images. */
  readonly images: string;
  readonly apiServerArgs: readonly string[];
  readonly addons: readonly AddonName[];
}

const run = promisify(execFile);
const readyTimeoutMs = 300_000;
const pollMs = 50;
const restartMs = 1_000;
/** capabilities(7): CAP_SYS_RESOURCE. */
const resourceCapability = 24n;

async function main(settings: InsideSettings): Promise<void> {
  prepareMounts(settings);
  await prepareNetwork(settings);
  say('the machine is made');
  const plane = components.controlPlane(settings, settings.apiServerArgs);
  start(settings, plane.etcd);
  start(settings, plane.apiServer);
  start(settings, components.containerd(settings, !mayLowerOomScore()));
  await until('containerd', () => run('ctr', ['--address', components.containerdSocket, 'version']));
  await importImages(settings.images);
  say('the images are there');
  const kubectl = kubectlOf(settings);
  await until('kube-apiserver', () => kubectl(['get', '--raw', '/readyz']));
  say('the API server is ready');
  const apply = (objects: readonly object[]): Promise<unknown> => kubectl(['apply', '-f', '-'], objects);
  await until('kube-proxy’s role', () => apply([proxyBinding]));
  start(settings, plane.controllerManager);
  start(settings, plane.scheduler);
  start(settings, components.kubelet(settings));
  start(settings, components.kubeProxy(settings));
  await enforceNetworkPolicies(adminConnection(settings), logger);
  const objects = settings.addons.flatMap((name) => addons[name].objects(settings));
  await until('the DNS', () => apply([...clusterDns(settings.addresses.dns), ...objects]));
  for (const name of settings.addons) keep(settings, addons[name].component(settings));
  say('all components are started');
}

/** The API server makes the role by itself, and no binding. */
const proxyBinding = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name: 'kube-proxy' },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:node-proxier' },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'system:kube-proxy' }],
};

function adminConnection({ folder }: InsideSettings): Connection {
  const { authority, client } = credentialFiles(folder);
  const admin = client('admin');
  return {
    server: `https://127.0.0.1:${components.ports.server}`,
    certificateAuthority: readFileSync(authority.certificate, 'utf8'),
    clientCertificate: readFileSync(admin.certificate, 'utf8'),
    clientKey: readFileSync(admin.key, 'utf8'),
  };
}

type Kubectl = (args: readonly string[], objects?: readonly object[]) => Promise<unknown>;

/** `objects`: given as its standard input. */
function kubectlOf(settings: InsideSettings): Kubectl {
  const program = programPath(settings, 'kubectl');
  const common = ['--kubeconfig', credentialFiles(settings.folder).kubeconfig('admin'), '--request-timeout=10s'];
  return async (args, items) => {
    const call = run(program, [...common, ...args]);
    call.child.stdin?.end(items && JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    return call;
  };
}

const logger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: (details, message) => say(`${message ?? ''} ${inspect(details)}`),
  error: (details, message) => say(`${message ?? ''} ${inspect(details)}`),
  child: () => logger,
};

function say(what: string): void {
  process.stdout.write(`${new Date().toISOString()} ${what}\n`);
}

/** Starts a component without which there is no node. */
function start(settings: InsideSettings, component: Component): void {
  launch(settings, component, () => process.exit(1));
}

/** Starts what may end, for want of an answer on a busy machine, and is started again then. */
function keep(settings: InsideSettings, component: Component): void {
  launch(settings, component, () => setTimeout(() => keep(settings, component), restartMs));
}

function launch(settings: InsideSettings, { program, args }: Component, ended: () => void): void {
  const name = program.split('/').at(-1) ?? program;
  const log = openSync(join(settings.folder, 'logs', `${name}.log`), 'a');
  const child = spawn(programPath(settings, program), args, { stdio: ['ignore', log, log] });
  closeSync(log);
  child.once('error', (error) => {
    say(`${name} ended: ${error.message}`);
    process.exit(1);
  });
  child.once('exit', (code, signal) => {
    say(`${name} ended: ${signal ?? `code ${code}`}`);
    ended();
  });
}

function programPath({ programs }: InsideSettings, program: string): string {
  if (isAbsolute(program)) return program;
  for (const folder of programs) {
    const path = join(folder, program);
    try {
      closeSync(openSync(path, 'r'));
      return path;
    } catch {
      // In one of the other folders.
    }
  }
  throw new Error(`no program ${program} in ${programs.join(', ')}`);
}

async function importImages(archive: string): Promise<void> {
  const args = ['--address', components.containerdSocket, '--namespace', 'k8s.io', 'images', 'import'];
  await run('ctr', [...args, '--snapshotter', 'overlayfs', archive]);
}

async function until(what: string, isReady: () => Promise<unknown>): Promise<void> {
  const deadline = performance.now() + readyTimeoutMs;
  for (;;) {
    try {
      await isReady();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw new Error(`${what} is not ready in time`, { cause: error });
    }
    await sleep(pollMs);
  }
}

function mayLowerOomScore(): boolean {
  const [, effective] = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return effective !== undefined && ((BigInt(`0x${effective}`) >> resourceCapability) & 1n) === 1n;
}

const [, , file] = process.argv;
if (file === undefined) throw new Error('usage: node inside.ts SETTINGS');
try {
  // Written by startNodeCluster.
  await main(JSON.parse(readFileSync(file, 'utf8')) as InsideSettings);
} catch (error) {
  say(
    error instanceof Error
      ? `failed: ${error.message}${error.cause instanceof Error ? `\n${error.cause.message}` : ''}`
      : String(error),
  );
  process.exit(1);
}
