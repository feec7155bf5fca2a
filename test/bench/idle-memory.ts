/** What a control plane costs that has nothing to do: memory, and its share of a core; fresh, and after some work. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { clusterStatus } from '../../hack/host-cluster/lifecycle.ts';
import { startUpstreamHost } from '../host/upstream.ts';
import { call, callKubeconfig, deployments, eventually, pods, untilServing, type Connection } from './connection.ts';
import { cpuSeconds, memoryOf, type Memory } from './process-tree.ts';
import type { BenchOptions, Figure, Report } from './report.ts';
import { placeOnHost, startNodes, tenantRole } from './sublet-process.ts';
import { deployment } from './workloads.ts';
import { withWorkFolder, type WorkFolder } from './work-folder.ts';

interface Idleness extends Memory {
  /** Percent of a core. */
  readonly cpu: number;
}

interface Measured {
  readonly connection: Connection;
  readonly pids: readonly number[];
}

const idleMs = 30_000;
/** What a start leaves to be done is done by then. */
const settleMs = 5000;
const deploymentCount = 20;
const podCount = deploymentCount;
const mebibyte = 1024 * 1024;

export async function idleMemory(options: BenchOptions): Promise<Report> {
  return withWorkFolder(async (folder) => {
    const theirs = await startUpstream(folder);
    const ours = await startTenant(folder, options);
    await sleep(settleMs);
    const fresh = await idle(ours, theirs);
    await Promise.all([ours, theirs].map(({ connection }) => applyDeployments(connection)));
    await sleep(settleMs);
    const worked = await idle(ours, theirs);
    return {
      name: 'idle-memory',
      about: `${idleMs / 1000} s idle on a host with nodes; upstream is etcd + kube-apiserver + kube-controller-manager`,
      figures: [...figures('fresh', fresh), ...figures(`after ${deploymentCount} deployments`, worked)],
    };
  });
}

async function startUpstream(folder: WorkFolder): Promise<Measured> {
  const upstream = await startUpstreamHost();
  folder.onEnd(() => upstream.stop());
  // A tenant has no scheduler either.
  const counted = clusterStatus(upstream.folder).filter(({ name }) => name !== 'kube-scheduler');
  const { connection, close } = await callKubeconfig('tenant', upstream.kubeconfig);
  close();
  return { connection, pids: counted.map(({ pid }) => pid) };
}

async function startTenant(folder: WorkFolder, { program }: BenchOptions): Promise<Measured> {
  const host = await startUpstreamHost();
  folder.onEnd(() => host.stop());
  const nodes = startNodes(program, host.kubeconfig);
  folder.onEnd(() => nodes.stop());
  await nodes.ready;
  const caller = await callKubeconfig('host', host.kubeconfig);
  folder.onEnd(() => caller.close());
  const role = await tenantRole(
    join(folder.path, 'tenant'),
    'bench',
    await placeOnHost(caller.client, caller.connection, 'bench'),
  );
  const tenant = role.start(program);
  folder.onEnd(() => tenant.stop());
  await tenant.ready;
  await untilServing(role.connection, tenant.assertRunning);
  return { connection: role.connection, pids: [tenant.pid] };
}

/** One pod each; upstream has no nodes, so there they stay pending. */
async function applyDeployments(connection: Connection): Promise<void> {
  const { client, close } = call('tenant', connection);
  try {
    for (let index = 0; index < deploymentCount; index++) {
      await client.resource(deployments, 'default').create(deployment(`web-${index}`));
    }
    await eventually(`${podCount} pods`, async () => {
      const { items } = await client.resource(pods, 'default').list();
      return items.length >= podCount ? true : undefined;
    });
  } finally {
    close();
  }
}

async function idle(ours: Measured, theirs: Measured): Promise<{ ours: Idleness; upstream: Idleness }> {
  const before = [cpuSeconds(ours.pids), cpuSeconds(theirs.pids)] as const;
  await sleep(idleMs);
  const share = (pids: readonly number[], cpuBefore: number): number =>
    ((cpuSeconds(pids) - cpuBefore) / (idleMs / 1000)) * 100;
  return {
    ours: { ...memoryOf(ours.pids), cpu: share(ours.pids, before[0]) },
    upstream: { ...memoryOf(theirs.pids), cpu: share(theirs.pids, before[1]) },
  };
}

function figures(when: string, { ours, upstream }: { ours: Idleness; upstream: Idleness }): Figure[] {
  return [
    {
      what: `${when}: RSS`,
      unit: 'MiB',
      ours: ours.rss / mebibyte,
      upstream: upstream.rss / mebibyte,
      aim: 75,
    },
    { what: `${when}: PSS`, unit: 'MiB', ours: ours.pss / mebibyte, upstream: upstream.pss / mebibyte },
    { what: `${when}: share of a core`, unit: '%', ours: ours.cpu, upstream: upstream.cpu },
  ];
}
