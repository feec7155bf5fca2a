/** Node clusters come and go: side by side, without touching each other, and without leaving anything on the machine. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { nodeClusterStatus, startNodeCluster, stopNodeCluster } from '../../hack/host-cluster/node/lifecycle.ts';
import { nodeClusterUnavailable, useNodeCluster } from './node-cluster.ts';

const unavailable = nodeClusterUnavailable();
const skip = unavailable ?? false;

test('two clusters run side by side, and the one that ends leaves nothing', { skip }, async () => {
  const first = await useNodeCluster();
  const folder = mkdtempSync(join(tmpdir(), 'sublet-node-'));
  const before = machine();
  const second = await startNodeCluster({ folder });
  assert.notEqual(second.nodeAddress, first.nodeAddress);
  assert.notEqual(second.serviceRange, first.serviceRange);
  await assert.rejects(startNodeCluster({ folder }), /runs in .* already/);
  const uid = (kubeconfig: string): string => {
    const get = ['get', 'namespace', 'kube-system', '-o', 'jsonpath={.metadata.uid}'];
    return execFileSync(first.kubectlPath, ['--kubeconfig', kubeconfig, ...get], { encoding: 'utf8' });
  };
  assert.notEqual(uid(second.kubeconfig), uid(first.kubeconfig));
  const network = networkOf(nodeClusterStatus(folder)?.pid ?? 0);
  for (const [what, found] of Object.entries(traces(second.link, network))) assert.ok(found.length > 0, what);
  await stopNodeCluster(folder);
  assert.equal(nodeClusterStatus(folder), undefined);
  assert.deepEqual(traces(second.link, network), nothing);
  assert.deepEqual(machine(), before);
  assert.ok(existsSync(join(folder, 'logs/kubelet.log')), 'logs stay');
  await stopNodeCluster(folder);
  assert.match(await first.kubectl('get', 'node', 'node1'), /Ready/);
  rmSync(folder, { recursive: true });
  await first.stop();
});

test('a node that is killed is gone whole, and what it leaves can be cleared away', { skip }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sublet-node-'));
  const before = machine();
  const { link } = await startNodeCluster({ folder });
  const pid = nodeClusterStatus(folder)?.pid ?? 0;
  const network = networkOf(pid);
  process.kill(pid, 'SIGKILL');
  await stopNodeCluster(folder);
  assert.deepEqual(traces(link, network), nothing);
  assert.deepEqual(machine(), before);
  rmSync(folder, { recursive: true });
});

test('a folder that the node covers is refused', { skip }, async () => {
  await assert.rejects(startNodeCluster({ folder: '/var/lib/cluster' }), /cannot be below \/var\/lib/);
  assert.equal(existsSync('/var/lib/cluster'), false);
});

const nothing = { links: [], routes: [], cgroups: [], processes: [] };

/** What of one cluster is on the machine. */
function traces(link: string, network: string): Record<keyof typeof nothing, readonly string[]> {
  const lines = (...args: readonly string[]): readonly string[] =>
    execFileSync('ip', args, { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.includes(link));
  const cgroups = readdirSync('/sys/fs/cgroup').map((hierarchy) => join('/sys/fs/cgroup', hierarchy, link));
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && networkOf(Number(name)) === network);
  return {
    links: lines('-o', 'link', 'show'),
    routes: lines('route', 'show'),
    cgroups: cgroups.filter((path) => existsSync(path)),
    processes,
  };
}

/** The network namespace of a process; empty when it is gone. */
function networkOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return '';
  }
}

/** What of the machine a node could have changed. */
function machine(): Record<string, unknown> {
  const settings = ['vm/overcommit_memory', 'vm/panic_on_oom', 'kernel/panic', 'kernel/panic_on_oops'];
  const folders = ['/etc/cni', '/var/lib/cni', '/var/lib/kubelet', '/var/log/pods', '/var/log/containers'];
  return {
    mounts: readFileSync('/proc/self/mounts', 'utf8'),
    settings: settings.map((name) => readFileSync(join('/proc/sys', name), 'utf8')),
    folders: folders.filter((path) => existsSync(path)),
    hosts: readFileSync('/etc/hosts', 'utf8'),
  };
}
