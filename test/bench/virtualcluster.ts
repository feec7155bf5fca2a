/**
 * The experiments of the VirtualCluster paper (Zheng et al., ICDCS 2021), scaled down to a machine of two cores: there, 100 tenants made 10,000 pods on simulated
 * nodes in 23 s, where direct creation took 18 s, at 40 KB of memory for each; and 40 regular tenants did not feel 10 greedy ones. Here it is a fifth of the tenants
 * and a tenth of the pods, each tenant a process of its own, and the pods are created at the same host directly for comparison in the same run.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { call, eventually, namespaces, pods, untilServing, type Caller } from './connection.ts';
import { inParallel } from './in-parallel.ts';
import { percentile } from './percentiles.ts';
import { PodTimes } from './pod-times.ts';
import { cpuSeconds, memoryOf } from './process-tree.ts';
import type { Bench, Figure } from './report.ts';
import { hostRole, placeOnHost, tenantRole, type SubletProcess } from './sublet-process.ts';
import { withWorkFolder, type WorkFolder } from './work-folder.ts';
import { pod } from './workloads.ts';

const tenantCount = 20;
const podsEach = 50;
/** One tenant in five asks for far more than the others. */
const greedy = { tenants: 4, pods: 150 };
const regular = { tenants: 16, pods: 5, pauseMs: 200 };
const parallelEach = 8;
const directNamespace = 'direct';
const patienceMs = 400_000;

interface BenchTenant {
  readonly name: string;
  readonly caller: Caller<'tenant'>;
  readonly process: SubletProcess;
}

interface Stage {
  readonly host: Caller<'host'>;
  readonly hostPid: number;
  readonly tenants: readonly BenchTenant[];
}

export const virtualcluster: Bench = async ({ program, say }) =>
  withWorkFolder(async (folder) => {
    say(`${tenantCount} tenants are started`);
    const stage = await startStage(folder, program);
    say(`${tenantCount * podsEach} pods directly`);
    const direct = await directly(stage);
    say('the same by tenants');
    const byTenants = await throughTenants(stage, direct);
    say('regular tenants alone');
    const alone = await regularLatencies(stage, 'alone', false);
    say('regular tenants beside greedy ones');
    const beside = await regularLatencies(stage, 'beside', true);
    const fairness = (
      [
        ['p50', 0.5],
        ['p99', 0.99],
      ] as const
    ).flatMap(([name, share]): Figure[] => [
      {
        what: `regular tenants alone: pod created → running there, ${name}`,
        unit: 'ms',
        ours: percentile(alone, share),
      },
      { what: `regular tenants beside greedy ones: the same, ${name}`, unit: 'ms', ours: percentile(beside, share) },
    ]);
    const about = `the experiments of the VirtualCluster paper, scaled down: ${tenantCount} tenants (a process each) with ${podsEach} pods each on the embedded host; in the column "upstream" the same pods created at that host directly; ${greedy.tenants} greedy tenants with ${greedy.pods} pods each, ${regular.tenants} regular ones with ${regular.pods}; what was seen when is told by watches of one busy program, so a negative figure says that the host's came later than the tenant's`;
    return { name: 'virtualcluster', about, figures: [...byTenants, ...fairness] };
  });

async function startStage(folder: WorkFolder, program: string): Promise<Stage> {
  const role = await hostRole(join(folder.path, 'host'));
  const running = role.start(program);
  folder.onEnd(() => running.stop());
  await running.ready;
  const host = call('host', role.connection);
  folder.onEnd(() => host.close());
  const tenants: BenchTenant[] = [];
  for (let index = 0; index < tenantCount; index++) tenants.push(await startTenant(folder, program, host, `t${index}`));
  return { host, hostPid: running.pid, tenants };
}

async function startTenant(
  folder: WorkFolder,
  program: string,
  host: Caller<'host'>,
  name: string,
): Promise<BenchTenant> {
  const place = await placeOnHost(host.client, host.connection, name);
  const role = await tenantRole(join(folder.path, name), name, place);
  const process = role.start(program);
  folder.onEnd(() => process.stop());
  await process.ready;
  await untilServing(role.connection, process.assertRunning);
  const caller = call('tenant', role.connection);
  folder.onEnd(() => caller.close());
  // The first pod waits for the account that pods have, and for the first connections.
  const first = `${name}-first`;
  await eventually('a first pod', () =>
    caller.client
      .resource(pods, 'default')
      .create(pod(first))
      .then(
        () => true,
        () => undefined,
      ),
  );
  await eventually('the first pod to run', async () => {
    const found = await caller.client.resource(pods, 'default').get(first);
    return JSON.stringify(found['status'] ?? {}).includes('"phase":"Running"') ? true : undefined;
  });
  return { name, caller, process };
}

interface Direct {
  readonly seconds: number;
  readonly hostCpu: number;
}

async function directly({ host, hostPid }: Stage): Promise<Direct> {
  const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: directNamespace } };
  await host.client.resource(namespaces).create(object);
  const inNamespace = host.client.resource(pods, directNamespace);
  await eventually('the account of pods', () =>
    inNamespace.create(pod('first')).then(
      () => true,
      () => undefined,
    ),
  );
  const watch = await PodTimes.start(host.client, directNamespace);
  const names = Array.from({ length: tenantCount * podsEach }, (_, index) => `direct-${index}`);
  const cpu = cpuSeconds([hostPid]);
  const start = performance.now();
  await inParallel(tenantCount * parallelEach, names, async (name) => void (await inNamespace.create(pod(name))));
  await untilRunning([watch], names.length);
  const found = { seconds: (performance.now() - start) / 1000, hostCpu: cpuSeconds([hostPid]) - cpu };
  watch.stop();
  await inNamespace.deleteCollection({}, { gracePeriodSeconds: 0 });
  await untilGone(host, directNamespace);
  return found;
}

async function throughTenants(stage: Stage, direct: Direct): Promise<Figure[]> {
  const { host, hostPid, tenants } = stage;
  const pids = tenants.map(({ process }) => process.pid);
  const atHost = await PodTimes.start(host.client);
  const atTenants = await Promise.all(tenants.map(({ caller }) => PodTimes.start(caller.client, 'default')));
  const created = new Map<string, number>();
  const [memory, cpu, hostCpu] = [memoryOf(pids), cpuSeconds(pids), cpuSeconds([hostPid])];
  const start = performance.now();
  await Promise.all(tenants.map((tenant) => createPods(tenant, 'burst', podsEach, created)));
  await untilRunning(atTenants, tenantCount * podsEach);
  const seconds = (performance.now() - start) / 1000;
  const used = { cpu: cpuSeconds(pids) - cpu, hostCpu: cpuSeconds([hostPid]) - hostCpu, memory: memoryOf(pids) };
  // Its watch may be behind those of the tenants.
  await untilRunning([atHost], tenantCount * podsEach);
  const shown = new Map(atTenants.flatMap(({ times }) => [...times]));
  const downward = Array.from(created, ([name, at]) => (atHost.times.get(name)?.seenAt ?? Infinity) - at);
  const upward = Array.from(
    created.keys(),
    (name) => (shown.get(name)?.runningAt ?? Infinity) - (atHost.times.get(name)?.runningAt ?? Infinity),
  );
  for (const watch of [atHost, ...atTenants]) watch.stop();
  await removePods(stage);
  const count = tenantCount * podsEach;
  return [
    { what: `${count} pods until all run`, unit: 's', ours: seconds, upstream: direct.seconds },
    { what: `${count} pods until all run: CPU of the host`, unit: 's', ours: used.hostCpu, upstream: direct.hostCpu },
    { what: `${count} pods until all run: CPU of all tenants`, unit: 's', ours: used.cpu },
    { what: 'created in its tenant → seen at the host, p50', unit: 'ms', ours: percentile(downward, 0.5) },
    { what: 'created in its tenant → seen at the host, p99', unit: 'ms', ours: percentile(downward, 0.99) },
    { what: 'running at the host → seen in its tenant, p50', unit: 'ms', ours: percentile(upward, 0.5) },
    { what: 'running at the host → seen in its tenant, p99', unit: 'ms', ours: percentile(upward, 0.99) },
    { what: 'memory of a tenant before (PSS)', unit: 'MiB', ours: memory.pss / tenantCount / 2 ** 20 },
    { what: 'memory for each pod (PSS)', unit: 'KiB', ours: (used.memory.pss - memory.pss) / count / 1024 },
  ];
}

/** Of the regular tenants, from a pod's creation until its tenant sees it running, one after the other. */
async function regularLatencies(stage: Stage, prefix: string, withGreedy: boolean): Promise<readonly number[]> {
  const { tenants } = stage;
  const greedyOnes = tenants.slice(0, greedy.tenants);
  const regularOnes = tenants.slice(greedy.tenants);
  const done = withGreedy
    ? Promise.all(greedyOnes.map((tenant) => createPods(tenant, `greedy-${prefix}`, greedy.pods, new Map())))
    : Promise.resolve([]);
  const found = await Promise.all(
    regularOnes.map(async (tenant) => {
      const watch = await PodTimes.start(tenant.caller.client, 'default');
      const created = new Map<string, number>();
      for (let index = 0; index < regular.pods; index++) {
        await createPods(tenant, `${prefix}-${index}`, 1, created);
        await sleep(regular.pauseMs);
      }
      await untilRunning([watch], regular.pods);
      watch.stop();
      return Array.from(created, ([name, at]) => (watch.times.get(name)?.runningAt ?? Infinity) - at);
    }),
  );
  await done;
  await removePods(stage);
  return found.flat();
}

async function createPods(
  { name, caller }: BenchTenant,
  prefix: string,
  count: number,
  created: Map<string, number>,
): Promise<void> {
  const names = Array.from({ length: count }, (_, index) => `${name}-${prefix}-${index}`);
  const resource = caller.client.resource(pods, 'default');
  await inParallel(parallelEach, names, async (podName) => {
    created.set(podName, performance.now());
    await resource.create(pod(podName));
  });
}

/** Longer than `eventually`: on a busy machine, twenty processes and their host share two cores with others. */
async function untilRunning(watches: readonly PodTimes[], count: number): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    for (const watch of watches) watch.assertWatching();
    const running = watches.reduce((sum, watch) => sum + watch.running, 0);
    if (running >= count) return;
    if (performance.now() > deadline) throw new Error(`${running} of ${count} pods run after ${patienceMs / 1000} s`);
    await sleep(20);
  }
}

/** On both sides: what still goes would be in the way of what comes. */
async function removePods({ host, tenants }: Stage): Promise<void> {
  await Promise.all(
    tenants.map(async ({ name, caller }) => {
      await caller.client.resource(pods, 'default').deleteCollection({}, { gracePeriodSeconds: 0 });
      await untilGone(caller, 'default');
      await untilGone(host, `sublet-${name}`);
    }),
  );
}

async function untilGone({ client }: Caller<'host' | 'tenant'>, namespace: string): Promise<void> {
  await eventually('the pods to go', async () =>
    (await client.resource(pods, namespace).list({ limit: 1, metadataOnly: true })).items.length === 0
      ? true
      : undefined,
  );
}
