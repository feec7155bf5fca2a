/**
 * How fast the two sides follow each other. A pod is "at the host" when a watch there shows it, and a status is "at the tenant" when a watch there shows
 * it; both watches are this program's own, so their way to it counts too.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startUpstreamHost } from '../host/upstream.ts';
import { inParallel } from './in-parallel.ts';
import { call, callKubeconfig, eventually, namespaces, pods, untilServing, type Caller } from './connection.ts';
import { percentile } from './percentiles.ts';
import { PodWatch } from './pod-watch.ts';
import { cpuSeconds } from './process-tree.ts';
import type { BenchOptions, Figure, Report } from './report.ts';
import { hostRole, placeOnHost, startNodes, tenantRole, type SubletProcess } from './sublet-process.ts';
import { pod } from './workloads.ts';
import { withWorkFolder, type WorkFolder } from './work-folder.ts';

interface Host {
  readonly caller: Caller<'host'>;
  readonly pids: readonly number[];
}

/** A tenant on a host, with a watch on either side. */
interface Sides {
  readonly host: Host;
  readonly hostNamespace: string;
  readonly tenant: Caller<'tenant'>;
  readonly tenantProcess: SubletProcess;
}

const single = { pods: 200, pauseMs: 20 };
const burst = { pods: 1000, parallel: 64 };
/** Where pods are created at the host itself, to compare with. */
const directNamespace = 'direct';

export async function syncLatency(options: BenchOptions): Promise<Report> {
  const figures: Figure[] = [];
  for (const [name, startHost] of [
    ['upstream host', startRealHost],
    ['embedded host', startEmbeddedHost],
  ] as const) {
    const found = await withWorkFolder(async (folder) => {
      const sides = await startSides(folder, await startHost(folder, options), options);
      options.say(`${name}: one by one`);
      const direct = await directPods(sides.host);
      const oneByOne = await singlePods(sides, direct.milliseconds);
      options.say(`${name}: burst`);
      return [...oneByOne, ...(await burstOfPods(sides, direct.burstSeconds))];
    });
    figures.push(...found.map((figure) => ({ ...figure, what: `${name}: ${figure.what}` })));
  }
  const about = `a tenant's pods; in the column "upstream" the same without a tenant, at its host itself; bursts with ${burst.parallel} requests at a time`;
  return { name: 'sync-latency', about, figures };
}

async function startRealHost(folder: WorkFolder, { program }: BenchOptions): Promise<Host> {
  const host = await startUpstreamHost();
  folder.onEnd(() => host.stop());
  const nodes = startNodes(program, host.kubeconfig);
  folder.onEnd(() => nodes.stop());
  await nodes.ready;
  const caller = await callKubeconfig('host', host.kubeconfig);
  folder.onEnd(() => caller.close());
  return { caller, pids: [] };
}

async function startEmbeddedHost(folder: WorkFolder, { program }: BenchOptions): Promise<Host> {
  const role = await hostRole(join(folder.path, 'host'));
  const running = role.start(program);
  folder.onEnd(() => running.stop());
  await running.ready;
  const caller = call('host', role.connection);
  folder.onEnd(() => caller.close());
  return { caller, pids: [running.pid] };
}

async function startSides(folder: WorkFolder, host: Host, { program }: BenchOptions): Promise<Sides> {
  const place = await placeOnHost(host.caller.client, host.caller.connection, 'bench');
  const role = await tenantRole(join(folder.path, 'tenant'), 'bench', place);
  const tenantProcess = role.start(program);
  folder.onEnd(() => tenantProcess.stop());
  await tenantProcess.ready;
  await untilServing(role.connection, tenantProcess.assertRunning);
  const tenant = call('tenant', role.connection);
  folder.onEnd(() => tenant.close());
  const sides = { host, hostNamespace: place.hostNamespace, tenant, tenantProcess };
  await warmUp(sides);
  return sides;
}

/** The first pod waits for connections, and for the account that pods have. */
async function warmUp({ host, hostNamespace, tenant }: Sides): Promise<void> {
  const atHost = await PodWatch.start(host.caller.client, hostNamespace);
  const inTenant = tenant.client.resource(pods, 'default');
  await eventually('a first pod', () =>
    inTenant.create(pod('first')).then(
      () => true,
      () => undefined,
    ),
  );
  await atHost.until((seen) => seen.copyOf === 'first');
  atHost.stop();
}

async function singlePods({ host, hostNamespace, tenant }: Sides, direct: readonly number[]): Promise<Figure[]> {
  const atHost = await PodWatch.start(host.caller.client, hostNamespace);
  const atTenant = await PodWatch.start(tenant.client, 'default');
  const inTenant = tenant.client.resource(pods, 'default');
  const onHost = host.caller.client.resource(pods, hostNamespace);
  const down: number[] = [];
  const hostNames: string[] = [];
  for (let index = 0; index < single.pods; index++) {
    const name = `single-${index}`;
    const seen = atHost.until((seen) => seen.copyOf === name);
    const start = performance.now();
    await inTenant.create(pod(name));
    const { at, name: hostName } = await seen;
    down.push(at - start);
    hostNames.push(hostName);
    await sleep(single.pauseMs);
  }
  // All of them run: from here on their status changes at our word only.
  await eventually('all pods to run', () => (atTenant.running.size > single.pods ? true : undefined));
  const up: number[] = [];
  for (const [index, hostName] of hostNames.entries()) {
    const message = `message ${index}`;
    const seen = atTenant.until((seen) => seen.message === message);
    const start = performance.now();
    await onHost.patch(hostName, 'merge', { status: { message } }, { subresource: 'status' });
    up.push((await seen).at - start);
    await sleep(single.pauseMs);
  }
  atHost.stop();
  atTenant.stop();
  return [
    ...latencies('tenant pod → at the host', down, direct, { p50: 10, p99: 30 }),
    ...latencies('host status → at the tenant', up),
  ];
}

function latencies(
  what: string,
  milliseconds: readonly number[],
  direct?: readonly number[],
  aim?: { readonly p50: number; readonly p99: number },
): Figure[] {
  return (['p50', 'p99'] as const).map((name) => {
    const share = name === 'p50' ? 0.5 : 0.99;
    return {
      what: `${what}, ${name}`,
      unit: 'ms',
      ours: percentile(milliseconds, share),
      ...(direct ? { upstream: percentile(direct, share) } : {}),
      ...(aim ? { aim: aim[name] } : {}),
    };
  });
}

interface DirectPods {
  /** Of pods one by one, from their creation at the host to their sight there. */
  readonly milliseconds: readonly number[];
  /** Until a whole burst was seen there. */
  readonly burstSeconds: number;
}

/** Pods that are created at the host itself: what the host gives at best. */
async function directPods({ caller: { client } }: Host): Promise<DirectPods> {
  await client
    .resource(namespaces)
    .create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: directNamespace } });
  const inNamespace = client.resource(pods, directNamespace);
  await eventually('the account of pods', () =>
    inNamespace.create(pod('first')).then(
      () => true,
      () => undefined,
    ),
  );
  const watch = await PodWatch.start(client, directNamespace);
  const milliseconds: number[] = [];
  for (let index = 0; index < single.pods; index++) {
    const seen = watch.until(({ name }) => name === `single-${index}`);
    const start = performance.now();
    await inNamespace.create(pod(`single-${index}`));
    milliseconds.push((await seen).at - start);
    await sleep(single.pauseMs);
  }
  await eventually('the pods to run', () => (watch.running.size > single.pods ? true : undefined));
  const names = Array.from({ length: burst.pods }, (_, index) => `burst-${index}`);
  const start = performance.now();
  await inParallel(burst.parallel, names, async (name) => void (await inNamespace.create(pod(name))));
  const burstSeconds = ((await watch.untilSeen(names)) - start) / 1000;
  await eventually('the pods to run', () => (watch.running.size > single.pods + burst.pods ? true : undefined));
  watch.stop();
  await client.resource(pods, directNamespace).deleteCollection({}, { gracePeriodSeconds: 0 });
  return { milliseconds, burstSeconds };
}

async function burstOfPods(sides: Sides, directSeconds: number): Promise<Figure[]> {
  const { host, hostNamespace, tenant, tenantProcess } = sides;
  const atHost = await PodWatch.start(host.caller.client, hostNamespace);
  const atTenant = await PodWatch.start(tenant.client, 'default');
  const inTenant = tenant.client.resource(pods, 'default');
  const names = Array.from({ length: burst.pods }, (_, index) => `burst-${index}`);
  const cpuBefore = cpuSeconds([tenantProcess.pid]);
  const start = performance.now();
  await inParallel(burst.parallel, names, async (name) => void (await inTenant.create(pod(name))));
  const accepted = performance.now();
  const seen = await atHost.untilSeen(names);
  const cpu = cpuSeconds([tenantProcess.pid]) - cpuBefore;
  await eventually('the pods to run', () => (atTenant.running.size > burst.pods ? true : undefined));
  const allRun = performance.now();
  const cpuUntilAllRun = cpuSeconds([tenantProcess.pid]) - cpuBefore;
  atHost.stop();
  atTenant.stop();
  const what = `${burst.pods} pods at once`;
  return [
    { what: `${what} → accepted by the tenant`, unit: 's', ours: (accepted - start) / 1000 },
    { what: `${what} → at the host`, unit: 's', ours: (seen - start) / 1000, upstream: directSeconds, aim: 4 },
    { what: `${what} → at the host: CPU of the tenant`, unit: 's', ours: cpu },
    { what: `${what} → running in the tenant`, unit: 's', ours: (allRun - start) / 1000 },
    { what: `${what} → running in the tenant: CPU of the tenant`, unit: 's', ours: cpuUntilAllRun },
  ];
}
