/**
 * What a process finds when its namespaces are new, made into a machine of its own: mounts, host name, network. Called once, inside. Nothing of it
 * outlives the namespaces, and nothing is written to the machine's own folders: those that a node writes to are covered.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { networkSettings, nodeName, type NodeCluster } from './components.ts';

/** Folders of the machine that a node writes to, each covered by a layer of the cluster's folder. A cluster's folder cannot be below one of them. */
export const coveredFolders = ['/etc', '/var/lib', '/var/log'];

/**
 * Settings of the whole machine that a kubelet sets, with the values it wants. It finds files that say so instead, so the machine keeps its own.
 * Mirrors pkg/kubelet/cm setupKernelTunables, v1.36.
 */
const kernelSettings = {
  'vm/overcommit_memory': '1',
  'vm/panic_on_oom': '0',
  'kernel/panic': '10',
  'kernel/panic_on_oops': '1',
  'kernel/keys/root_maxkeys': '1000000',
  'kernel/keys/root_maxbytes': '25000000',
};

const linkTimeoutMs = 60_000;
const pollMs = 20;

export function prepareMounts({ folder, addresses }: NodeCluster): void {
  execFileSync('hostname', [nodeName]);
  ownSys(join(folder, 'mounts'));
  mount('-t', 'tmpfs', 'tmpfs', '/run');
  for (const made of ['/run/netns', '/run/lock']) mkdirSync(made);
  for (const covered of coveredFolders) cover(covered, join(folder, 'layers', covered.slice(1).replaceAll('/', '-')));
  // On the disk itself: what is on a layered file system has no device, by which volumes are measured.
  bind(join(folder, 'kubelet'), '/var/lib/kubelet');
  for (const [name, value] of Object.entries(kernelSettings)) {
    const setting = join('/proc/sys', name);
    if (!existsSync(setting)) continue;
    const file = join(folder, 'mounts', name.replaceAll('/', '.'));
    writeFileSync(file, `${value}\n`);
    mount('--bind', file, setting);
  }
  // Volumes that are mounted while a pod runs must be seen in it.
  mount('--make-rshared', '/');
  mkdirSync('/etc/cni/net.d', { recursive: true });
  writeFileSync('/etc/cni/net.d/10-pods.conflist', networkSettings(addresses));
  writeFileSync('/etc/hosts', `127.0.0.1 localhost\n${addresses.node} ${nodeName}\n`);
  writeFileSync('/etc/resolv.conf', '');
}

/** Sets up the network once the link is there. No default route on purpose: nothing leaves. */
export async function prepareNetwork({ addresses }: NodeCluster): Promise<void> {
  const { node, services } = addresses;
  await untilLinkIsThere();
  ip('link', 'set', 'lo', 'up');
  ip('addr', 'add', `${node}/24`, 'dev', 'eth0');
  ip('link', 'set', 'eth0', 'up');
  // A connection to a service needs a route before kube-proxy's rules see it: any will do, so one to an empty bridge.
  ip('link', 'add', 'services', 'type', 'bridge');
  ip('link', 'set', 'services', 'up');
  ip('route', 'add', services, 'dev', 'services', 'src', node);
  for (const [name, value] of [
    ['net/ipv4/ip_forward', '1'],
    ['net/ipv4/conf/all/rp_filter', '0'],
    ['net/bridge/bridge-nf-call-iptables', '1'],
  ] as const) {
    writeFileSync(join('/proc/sys', name), value);
  }
}

async function untilLinkIsThere(): Promise<void> {
  const deadline = performance.now() + linkTimeoutMs;
  while (!existsSync('/sys/class/net/eth0')) {
    if (performance.now() > deadline) throw new Error('the link to the machine has not come');
    await sleep(pollMs);
  }
}

/** A /sys of this network namespace, with the cgroups that the machine has mounted there. */
function ownSys(aside: string): void {
  const cgroups = join(aside, 'cgroups');
  mkdirSync(cgroups, { recursive: true });
  mount('--rbind', '/sys/fs/cgroup', cgroups);
  mount('-t', 'sysfs', 'sysfs', '/sys');
  mount('--rbind', cgroups, '/sys/fs/cgroup');
  execFileSync('umount', ['--lazy', cgroups]);
}

function cover(folder: string, layer: string): void {
  const upper = join(layer, 'upper');
  const work = join(layer, 'work');
  for (const made of [upper, work]) mkdirSync(made, { recursive: true });
  mount('-t', 'overlay', '-o', `lowerdir=${folder},upperdir=${upper},workdir=${work}`, 'overlay', folder);
}

function bind(source: string, target: string): void {
  for (const made of [source, target]) mkdirSync(made, { recursive: true });
  mount('--bind', source, target);
}

function mount(...args: readonly string[]): void {
  execFileSync('mount', args, { stdio: ['ignore', 'pipe', 'pipe'] });
}

function ip(...args: readonly string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'pipe', 'pipe'] });
}
