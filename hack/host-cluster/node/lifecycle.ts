/**
 * A node cluster's life in one folder: `node.json` there says which slot it has and which process holds its namespaces. It is written as soon as there is
 * something to end, so whoever comes later, after a crash too, ends all of it and nothing else. A stopped one is not started again: `up` makes a new one.
 */
import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { credentialFiles, ensureCredentials, writeKubeconfigs } from '../credentials.ts';
import { endProcess, isRunning, startDetached, type ProcessIdentity } from '../processes.ts';
import { buildHostCluster } from '../programs.ts';
import { addons, buildAddon, type AddonName } from './addons.ts';
import { claimSlot, connectLink, releaseSlot, type NodeAddresses } from './addresses.ts';
import { makeCgroups, removeCgroups } from './cgroups.ts';
import { nodeName, ports } from './components.ts';
import { buildImages } from './images.ts';
import type { InsideSettings } from './inside.ts';
import { ensurePackages, nodeUnavailable } from './machine.ts';
import { coveredFolders } from './namespace.ts';
import { buildNodePrograms } from './programs.ts';

export interface NodeClusterOptions {
  /** The folder for everything. What a former node cluster left there is deleted. */
  readonly folder: string;
  readonly apiServerArgs?: readonly string[];
  readonly addons?: readonly AddonName[];
  readonly report?: (line: string) => void;
}

export interface RunningNodeCluster {
  /** The admin's kubeconfig, for processes on this machine. */
  readonly kubeconfig: string;
  readonly server: string;
  /** Where pods reach what listens on this machine. */
  readonly hostAddress: string;
  /** The machine's end of the link to the node, by name; the pods' cgroup has the same name. */
  readonly link: string;
  readonly nodeAddress: string;
  readonly podRange: string;
  readonly serviceRange: string;
  /** The folder with kubectl. */
  readonly programs: string;
}

interface NodeRecord {
  readonly addresses: NodeAddresses;
  /** Holds the namespaces: when it dies, all in them does. */
  readonly holder?: ProcessIdentity;
  /** The network namespace, as the system names it: who is in it belongs to the node. */
  readonly network?: string;
  readonly programs: string;
}

const run = promisify(execFile);
const readyTimeoutMs = 600_000;
const requestTimeoutMs = 10_000;
const endTimeoutMs = 60_000;
const pollMs = 100;
const logTailLines = 12;
const insideProgram = join(import.meta.dirname, 'inside.ts');

/**
 * Starts a cluster with a node and waits until pods can run. What it started is ended again if that fails.
 * @throws Error when the machine can't have one, one runs in the folder already, or it is not ready in ten minutes; with the ends of its logs
 */
export async function startNodeCluster(options: NodeClusterOptions): Promise<RunningNodeCluster> {
  const report = options.report ?? (() => undefined);
  const folder = resolve(options.folder);
  const reason = nodeUnavailable() ?? unfit(folder);
  if (reason !== undefined) throw new Error(reason);
  if (nodeClusterStatus(folder)?.running) throw new Error(`a node cluster runs in ${folder} already`);
  await stopNodeCluster(folder);
  clearFolder(folder);
  await ensurePackages(report);
  const programs = await buildHostCluster(report);
  const nodePrograms = await buildNodePrograms(report);
  const images = await buildImages(nodePrograms, report);
  const wanted = options.addons ?? [];
  const addonPrograms: string[] = [];
  for (const name of wanted) addonPrograms.push(await buildAddon(name, report));
  const addresses = claimSlot();
  writeRecord(folder, { addresses, programs });
  try {
    await ensureCredentials(folder, undefined, {
      name: nodeName,
      address: addresses.node,
      kubernetes: addresses.kubernetes,
    });
    const server = `https://${addresses.node}:${ports.server}`;
    writeKubeconfigs(folder, server);
    makeCgroups(addresses.link);
    const settings: InsideSettings = {
      folder,
      addresses,
      programs: [programs, nodePrograms, ...addonPrograms],
      images,
      apiServerArgs: options.apiServerArgs ?? [],
      addons: wanted,
    };
    const holder = await startInside(folder, settings);
    writeRecord(folder, { addresses, programs, holder });
    const network = await untilInOwnNetwork(folder, holder);
    writeRecord(folder, { addresses, programs, holder, network });
    connectLink(addresses, holder.pid);
    await untilPodsRun(folder, holder, wanted, report);
  } catch (error) {
    await stopNodeCluster(folder);
    throw error;
  }
  return nodeClusterIn(folder);
}

/** The cluster that runs in the folder. @throws Error when none does */
export function nodeClusterIn(folder: string): RunningNodeCluster {
  const record = readRecord(folder);
  if (!record?.holder || !isRunning(record.holder)) throw new Error(`no node cluster runs in ${folder}`);
  const { addresses, programs } = record;
  return {
    kubeconfig: credentialFiles(folder).kubeconfig('admin'),
    server: `https://${addresses.node}:${ports.server}`,
    hostAddress: addresses.host,
    link: addresses.link,
    nodeAddress: addresses.node,
    podRange: addresses.pods,
    serviceRange: addresses.services,
    programs,
  };
}

/** Ends what was started in the folder, at once, and removes what it has on the machine: link, routes, cgroups. Logs stay. Nothing to do is no error. */
export async function stopNodeCluster(folder: string): Promise<void> {
  const record = readRecord(folder);
  if (!record) return;
  if (record.holder) await endProcess(record.holder, 0);
  if (record.network !== undefined) await untilEmpty(record.network);
  await removeCgroups(record.addresses.link);
  releaseSlot(record.addresses);
  rmSync(recordFile(folder), { force: true });
}

/** What was started in the folder and not stopped; undefined: nothing. */
export function nodeClusterStatus(folder: string): (ProcessIdentity & { readonly running: boolean }) | undefined {
  const holder = readRecord(folder)?.holder;
  return holder && { ...holder, running: isRunning(holder) };
}

function unfit(folder: string): string | undefined {
  const covered = coveredFolders.find((path) => `${folder}/`.startsWith(`${path}/`));
  return covered && `the folder cannot be below ${covered}: a node covers that`;
}

/** Deletes what a former cluster has left; its data would not fit new addresses. */
function clearFolder(folder: string): void {
  for (const left of ['pki', 'etcd', 'containerd', 'kubelet', 'layers', 'mounts', 'settings', 'volumes', 'logs']) {
    rmSync(join(folder, left), { recursive: true, force: true });
  }
  mkdirSync(join(folder, 'logs'), { recursive: true });
}

async function startInside(folder: string, settings: InsideSettings): Promise<ProcessIdentity> {
  mkdirSync(join(folder, 'settings'), { recursive: true });
  const file = join(folder, 'settings', 'node.json');
  writeFileSync(file, JSON.stringify(settings, undefined, 2));
  const namespaces = ['--mount', '--net', '--pid', '--uts', '--ipc', '--fork', '--mount-proc'];
  // The first process of a process namespace inherits all orphans: a shell that waits reaps them.
  const first = ['sh', '-c', '"$@"; exit $?', 'sh', process.execPath, insideProgram, file];
  const args = [...namespaces, '--propagation', 'private', '--kill-child=KILL', ...first];
  return startDetached('unshare', args, join(folder, 'logs', 'node.log'));
}

async function untilInOwnNetwork(folder: string, holder: ProcessIdentity): Promise<string> {
  const ours = networkOf('self');
  while (isRunning(holder)) {
    const network = networkOf(String(holder.pid));
    if (network !== undefined && network !== ours) return network;
    await sleep(pollMs / 10);
  }
  throw new Error(`the node's first process ended:\n${logTail(folder, 'node')}`);
}

const dnsReady = ['wait', '--for=condition=Available', 'deployment/coredns', '-n=kube-system', '--timeout=5s'];

/** Processes of a namespace die with its first one, but not in the same moment. */
async function untilEmpty(network: string): Promise<void> {
  const deadline = performance.now() + endTimeoutMs;
  while (readdirSync('/proc').some((pid) => /^\d+$/.test(pid) && networkOf(pid) === network)) {
    if (performance.now() > deadline) throw new Error(`processes of the node do not end: ${network}`);
    await sleep(pollMs);
  }
}

/** Undefined when there is no such process. */
function networkOf(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return undefined;
  }
}

async function untilPodsRun(
  folder: string,
  holder: ProcessIdentity,
  wanted: readonly AddonName[],
  report: (line: string) => void,
): Promise<void> {
  const began = performance.now();
  const say = (what: string): void => report(`${((performance.now() - began) / 1000).toFixed(1)} s: ${what}`);
  const steps: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['the API server is ready', () => kubectl(folder, ['get', '--raw', '/readyz'])],
    ['the node is ready', () => kubectl(folder, ['wait', '--for=condition=Ready', `node/${nodeName}`, '--timeout=5s'])],
    ['pods are accepted', () => kubectl(folder, ['get', 'serviceaccount', 'default', '--namespace=default'])],
    ['the DNS answers', () => kubectl(folder, dnsReady)],
    ...wanted.map((name) => [`${name} is there`, () => kubectl(folder, addons[name].ready)] as const),
  ];
  for (const [what, step] of steps) {
    await until(folder, holder, began + readyTimeoutMs, step);
    say(what);
  }
}

async function until(
  folder: string,
  holder: ProcessIdentity,
  deadline: number,
  step: () => Promise<unknown>,
): Promise<void> {
  for (;;) {
    try {
      await step();
      return;
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      if (!isRunning(holder)) throw new Error(`the node ended while starting:\n${logs(folder)}`, { cause: error });
      if (performance.now() > deadline) {
        throw new Error(`not ready after ${readyTimeoutMs / 1000} s: ${said}\n${logs(folder)}`, { cause: error });
      }
    }
    await sleep(pollMs);
  }
}

async function kubectl(folder: string, args: readonly string[]): Promise<string> {
  const record = readRecord(folder);
  if (!record) throw new Error(`no node cluster in ${folder}`);
  const kubeconfig = credentialFiles(folder).kubeconfig('admin');
  const { stdout } = await run(join(record.programs, 'kubectl'), ['--kubeconfig', kubeconfig, ...args], {
    timeout: requestTimeoutMs,
  });
  return stdout;
}

/** What the node said last, and the component that it says has ended. */
function logs(folder: string): string {
  const node = logTail(folder, 'node');
  const [, ended] = /(\S+) ended: /.exec(node) ?? [];
  return ended === undefined ? node : `${node}\n${logTail(folder, ended)}`;
}

function logTail(folder: string, name: string): string {
  const file = join(folder, 'logs', `${name}.log`);
  if (!existsSync(file)) return '';
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-logTailLines).join('\n');
}

function recordFile(folder: string): string {
  return join(folder, 'node.json');
}

function readRecord(folder: string): NodeRecord | undefined {
  if (!existsSync(recordFile(folder))) return undefined;
  // Written by writeRecord.
  return JSON.parse(readFileSync(recordFile(folder), 'utf8')) as NodeRecord;
}

function writeRecord(folder: string, record: NodeRecord): void {
  mkdirSync(folder, { recursive: true });
  const unfinished = `${recordFile(folder)}.unfinished`;
  writeFileSync(unfinished, JSON.stringify(record, undefined, 2));
  renameSync(unfinished, recordFile(folder));
}
