/**
 * A host cluster's life in one folder: `components.json` there says what was started. It is written before each next step, so whoever comes later —
 * after a crash too — knows what to end, and ends nothing else.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { apiServer, controllerManager, etcd, scheduler, type Component, type Ports } from './components.ts';
import { credentialFiles, ensureCredentials, writeKubeconfigs, type ForeignAuthority } from './credentials.ts';
import { endProcess, isRunning, startDetached, type ProcessIdentity } from './processes.ts';
import { buildHostCluster } from './programs.ts';

export interface ClusterOptions {
  /** The folder for everything. Started on an old one, the cluster goes on with its data. */
  readonly folder: string;
  /** With kube-controller-manager and kube-scheduler; else kube-apiserver and etcd only. */
  readonly controllers: boolean;
  /** The API server's port; a free one when absent. */
  readonly port?: number;
  readonly apiServerArgs?: readonly string[];
  readonly report?: (line: string) => void;
}

export interface RunningComponent extends ProcessIdentity {
  readonly name: string;
  readonly running: boolean;
}

type Started = ProcessIdentity & { readonly name: string };

const readyTimeoutMs = 300_000;
const readyPollMs = 50;
const requestTimeoutMs = 5_000;
const stopGraceMs = 15_000;
const logTailLines = 8;
/** Below the range that systems give to outgoing connections, so that nothing takes a port between the look and its use. */
const portRange = { from: 20_000, count: 10_000 };

/**
 * Starts a cluster and waits until it is ready. What it started is ended again if that fails.
 * @throws Error when one runs in the folder already, when a component ends, or when it is not ready in five minutes; with the end of its log.
 */
export async function startCluster(
  options: ClusterOptions,
): Promise<{ readonly server: string; readonly kubeconfig: string }> {
  const folder = resolve(options.folder);
  if (clusterStatus(folder).some(({ running }) => running)) throw new Error(`a host cluster runs in ${folder} already`);
  const programs = await buildHostCluster(options.report ?? (() => undefined));
  mkdirSync(join(folder, 'logs'), { recursive: true });
  await ensureCredentials(folder);
  const ports = await choosePorts(options.port);
  const server = `https://127.0.0.1:${ports.server}`;
  writeKubeconfigs(folder, server);
  const started: Started[] = [];
  const start = (component: Component): Promise<void> => startComponent(folder, programs, started, component);
  try {
    await start(etcd(folder, ports));
    await start(apiServer(folder, ports, options.apiServerArgs ?? []));
    await untilReady(folder, started, ports.server, '/readyz');
    if (options.controllers) {
      await start(controllerManager(folder, ports));
      await start(scheduler(folder, ports));
      await untilReady(folder, started, ports.controllerManager, '/healthz');
      await untilReady(folder, started, ports.scheduler, '/readyz');
      // Pods are refused before it is there.
      await untilReady(folder, started, ports.server, '/api/v1/namespaces/default/serviceaccounts/default');
    }
  } catch (error) {
    await stopCluster(folder, { force: true });
    throw error;
  }
  return { server, kubeconfig: credentialFiles(folder).kubeconfig('admin') };
}

export interface ControllersOptions extends ForeignAuthority {
  readonly folder: string;
  /** The API server that they serve: its address, `https://127.0.0.1:6443`. */
  readonly server: string;
  /** Which controllers run, as kube-controller-manager's `--controllers` takes it. */
  readonly controllers: string;
  /** With kube-scheduler. */
  readonly scheduler: boolean;
  /** Further flags of kube-controller-manager. */
  readonly controllerManagerArgs?: readonly string[];
  readonly report?: (line: string) => void;
}

/**
 * Starts upstream's kube-controller-manager, and kube-scheduler, for an API server that runs already, each with a client certificate of its own
 * identity; `stopCluster` ends them.
 * @throws Error as {@link startCluster}
 */
export async function startControllers(options: ControllersOptions): Promise<void> {
  const folder = resolve(options.folder);
  if (clusterStatus(folder).some(({ running }) => running)) throw new Error(`a host cluster runs in ${folder} already`);
  const programs = await buildHostCluster(options.report ?? (() => undefined));
  mkdirSync(join(folder, 'logs'), { recursive: true });
  await ensureCredentials(folder, options);
  const ports = await choosePorts(Number(new URL(options.server).port));
  writeKubeconfigs(folder, options.server);
  const started: Started[] = [];
  try {
    const manager = controllerManager(folder, ports, options.controllers);
    const args = [...manager.args, ...(options.controllerManagerArgs ?? [])];
    await startComponent(folder, programs, started, { ...manager, args });
    await untilReady(folder, started, ports.controllerManager, '/healthz');
    if (!options.scheduler) return;
    await startComponent(folder, programs, started, scheduler(folder, ports));
    await untilReady(folder, started, ports.scheduler, '/readyz');
  } catch (error) {
    await stopCluster(folder, { force: true });
    throw error;
  }
}

/** Ends what was started in the folder, the last first; its data stays. `force`: at once, for data that nobody wants again. */
export async function stopCluster(folder: string, { force }: { readonly force: boolean }): Promise<void> {
  for (const component of readRecord(folder).toReversed()) await endProcess(component, force ? 0 : stopGraceMs);
  rmSync(recordFile(folder), { force: true });
}

/** The components that were started in the folder and not stopped, with whether they still run. */
export function clusterStatus(folder: string): RunningComponent[] {
  return readRecord(folder).map((component) => ({ ...component, running: isRunning(component) }));
}

async function startComponent(
  folder: string,
  programs: string,
  started: Started[],
  component: Component,
): Promise<void> {
  const log = logFile(folder, component.program);
  rmSync(log, { force: true });
  const identity = await startDetached(join(programs, component.program), component.args, log);
  started.push({ name: component.program, ...identity });
  writeRecord(folder, started);
}

async function untilReady(folder: string, started: readonly Started[], port: number, path: string): Promise<void> {
  const deadline = performance.now() + readyTimeoutMs;
  for (;;) {
    const answer = await ask(folder, port, path);
    if (answer === 'ok') return;
    const ended = started.find((component) => !isRunning(component));
    if (ended) throw new Error(`${ended.name} ended while starting:\n${logTail(folder, ended.name)}`);
    if (performance.now() > deadline) {
      const last = started.at(-1)?.name ?? 'etcd';
      throw new Error(
        `port ${port} ${path} is not ready after ${readyTimeoutMs / 1000} s: ${answer}\n${logTail(folder, last)}`,
      );
    }
    await sleep(readyPollMs);
  }
}

/** `ok`, or why not. */
function ask(folder: string, port: number, path: string): Promise<string> {
  const { authority, client } = credentialFiles(folder);
  const admin = client('admin');
  return new Promise((resolve) => {
    const call = request({
      host: '127.0.0.1',
      port,
      path,
      agent: false,
      timeout: requestTimeoutMs,
      ca: readFileSync(authority.certificate),
      cert: readFileSync(admin.certificate),
      key: readFileSync(admin.key),
    });
    call.once('response', (response) => {
      response.resume();
      resolve(response.statusCode === 200 ? 'ok' : `status ${response.statusCode}`);
    });
    call.once('timeout', () => call.destroy(new Error('no answer')));
    call.once('error', (error) => resolve(error.message));
    call.end();
  });
}

async function choosePorts(wanted: number | undefined): Promise<Ports> {
  const chosen = new Set<number>(wanted === undefined ? [] : [wanted]);
  const next = async (): Promise<number> => {
    for (;;) {
      const port = portRange.from + Math.floor(Math.random() * portRange.count);
      if (chosen.has(port) || !(await isFree(port))) continue;
      chosen.add(port);
      return port;
    }
  };
  return {
    server: wanted ?? (await next()),
    etcd: await next(),
    etcdPeers: await next(),
    controllerManager: await next(),
    scheduler: await next(),
  };
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

function recordFile(folder: string): string {
  return join(folder, 'components.json');
}

function logFile(folder: string, program: string): string {
  return join(folder, 'logs', `${program}.log`);
}

function logTail(folder: string, program: string): string {
  return readFileSync(logFile(folder, program), 'utf8').trimEnd().split('\n').slice(-logTailLines).join('\n');
}

function readRecord(folder: string): readonly Started[] {
  if (!existsSync(recordFile(folder))) return [];
  // Written by writeRecord.
  return JSON.parse(readFileSync(recordFile(folder), 'utf8')) as Started[];
}

function writeRecord(folder: string, started: readonly Started[]): void {
  const unfinished = `${recordFile(folder)}.unfinished`;
  writeFileSync(unfinished, JSON.stringify(started, undefined, 2));
  renameSync(unfinished, recordFile(folder));
}
