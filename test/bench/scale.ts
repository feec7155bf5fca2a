/**
 * One tenant with much in it: 10,000 pods and 50,000 objects, 2,000 watches that each want a little of it, whole collections listed and deleted, and a
 * start on all of that. Nothing of it goes to a host: what is measured is the API server with its controllers.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeObject } from '../../src/api/object.ts';
import { call, eventually, namespaces, untilServing, type Connection } from './connection.ts';
import { inParallel } from './in-parallel.ts';
import { cpuSeconds, memoryOf } from './process-tree.ts';
import { RawClient } from './raw-client.ts';
import type { BenchOptions, Figure, Report } from './report.ts';
import { tenantRole, unreachableHost } from './sublet-process.ts';
import { prepareUpstream } from './upstream-process.ts';
import { configMap, pod } from './workloads.ts';
import { withWorkFolder, type WorkFolder } from './work-folder.ts';

interface Running {
  readonly pids: readonly number[];
  assertRunning(): void;
  stop(): Promise<void>;
}

interface Server {
  readonly connection: Connection;
  start(): Promise<Running>;
  /** Whether controllers run with it: only they finish the deletion of a namespace. */
  readonly controllers: boolean;
}

/** In the order in which they are found out. */
type Figures = Map<string, { readonly unit: string; readonly value: number }>;

export interface ScaleOptions extends BenchOptions {
  readonly pods: number;
  readonly configMaps: number;
  readonly watches: number;
  /** Without upstream beside it. */
  readonly alone: boolean;
}

const clients = 16;
/** Upstream takes no more than 100 requests at a time on a connection. */
const watchesPerConnection = 80;
const changes = 1000;
const lists = 5;
const parallelLists = 4;
const triesMax = 60;
/** Longer than a process takes to look whether it can give memory back. */
const quietMs = 40_000;
const mebibyte = 1024 * 1024;
const pods = '/api/v1/namespaces/pods/pods';
const maps = '/api/v1/namespaces/maps/configmaps';
const mergePatch = 'application/merge-patch+json';

export async function scale(options: ScaleOptions): Promise<Report> {
  return withWorkFolder(async (folder) => {
    const upstream = await prepareUpstream(join(folder.path, 'upstream'), options.say);
    const theirs: Figures = options.alone
      ? new Map()
      : await measureServer(folder, { ...upstream, controllers: false }, options);
    options.say('upstream: done');
    const role = await tenantRole(join(folder.path, 'tenant'), 'bench', unreachableHost);
    const start = async (): Promise<Running> => {
      const process = role.start(options.program);
      await process.ready;
      return { ...process, pids: [process.pid] };
    };
    const ours = await measureServer(folder, { connection: role.connection, start, controllers: true }, options);
    const figures = [...ours].map(([what, { unit, value }]): Figure => {
      const upstreamValue = theirs.get(what)?.value;
      return { what, unit, ours: value, ...(upstreamValue === undefined ? {} : { upstream: upstreamValue }) };
    });
    const { pods: podCount, configMaps: mapCount, watches } = options;
    const about = `${podCount} pods, ${mapCount} config maps, ${watches} watches; upstream is etcd + kube-apiserver`;
    return { name: 'scale', about, figures };
  });
}

async function measureServer(folder: WorkFolder, server: Server, options: ScaleOptions): Promise<Figures> {
  const figures: Figures = new Map();
  let running = await server.start();
  folder.onEnd(() => running.stop());
  await untilServing(server.connection, running.assertRunning);
  await load(server, running, options, figures);
  await running.stop();
  const before = performance.now();
  running = await server.start();
  await untilServing(server.connection, running.assertRunning);
  const started = { cpu: cpuSeconds(running.pids), wall: (performance.now() - before) / 1000 };
  figures.set('start on all of it: CPU', { unit: 's', value: started.cpu });
  figures.set('start on all of it: wall', { unit: 's', value: started.wall });
  await sleep(quietMs);
  note(figures, 'memory some time after that start', running);
  await unload(server, running, options, figures);
  await running.stop();
  return figures;
}

async function load(server: Server, running: Running, options: ScaleOptions, figures: Figures): Promise<void> {
  const { say } = options;
  const caller = call('tenant', server.connection);
  for (const name of ['pods', 'maps']) {
    await caller.client.resource(namespaces).create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  await serviceAccountOf(server, caller);
  const cost = (what: string, run: () => Promise<void>) => measure(figures, what, running, run);
  const each = async (
    count: number,
    request: (client: RawClient, index: number) => Promise<unknown>,
  ): Promise<void> => {
    // A server closes connections that have been idle for long: each step has its own.
    const raw = await connections(server.connection, clients);
    await inParallel(
      clients,
      indexes(count),
      async (index, worker) => void (await request(clientAt(raw, worker), index)),
    );
    for (const client of raw) client.close();
  };
  const post = (client: RawClient, path: string, object: KubeObject): Promise<void> =>
    client.send('POST', path, 'application/json', JSON.stringify(object));
  await cost(`${options.pods} pods created`, () =>
    each(options.pods, (client, index) =>
      post(client, pods, pod(`pod-${index}`, nodeName(index % (options.watches / 2)))),
    ),
  );
  await sleep(quietMs);
  note(figures, `memory at ${options.pods} pods`, running);
  say('pods: done');
  await cost(`${options.configMaps} config maps created`, () =>
    each(options.configMaps, (client, index) => post(client, maps, configMap(`map-${index}`))),
  );
  say('config maps: done');
  await cost(`${lists} lists of all pods`, async () => {
    const [client] = await connections(server.connection, 1);
    for (let count = 0; count < lists; count++) await client?.send('GET', pods);
    client?.close();
  });
  await cost(`${parallelLists} lists of all config maps at once`, () =>
    each(parallelLists, (client) => untilServed(options, () => client.send('GET', maps))),
  );
  note(figures, 'memory right after it', running);
  await watch(server, running, options, figures);
  caller.close();
  await sleep(quietMs);
  note(figures, 'memory some time after all of it', running);
  say('watches: done');
}

/** Each watcher wants the pods of one node, as kubelets do, or one config map. */
async function watch({ connection }: Server, running: Running, options: ScaleOptions, figures: Figures): Promise<void> {
  const caller = call('tenant', connection);
  const { metadata } = await caller.client.resource({ group: '', version: 'v1', resource: 'pods' }).list({ limit: 1 });
  caller.close();
  let lines = 0;
  const all = Promise.withResolvers<void>();
  const onLines = (count: number): void => {
    lines += count;
    if (lines >= changes) all.resolve();
  };
  const count = Math.ceil(options.watches / watchesPerConnection);
  const watching = await connections(connection, count);
  const since = `watch=1&resourceVersion=${metadata.resourceVersion ?? ''}`;
  await measure(figures, `${options.watches} watches opened`, running, async () => {
    await inParallel(clients, indexes(options.watches), async (index) => {
      const half = Math.floor(index / 2);
      const path =
        index % 2 === 0
          ? `/api/v1/pods?${since}&fieldSelector=spec.nodeName%3D${nodeName(half)}`
          : `${maps}?${since}&fieldSelector=metadata.name%3Dmap-${half}`;
      await clientAt(watching, index % count).watch(path, onLines);
    });
  });
  note(figures, `memory with ${options.watches} watches`, running);
  const writer = await RawClient.connect(connection);
  await measure(figures, `${changes} pods changed, one watcher each`, running, async () => {
    await inParallel(1, indexes(changes), async (index) => {
      const label = `{"metadata":{"labels":{"changed":"${index}"}}}`;
      await writer.send('PATCH', `${pods}/pod-${index % options.pods}`, mergePatch, label);
    });
    await all.promise;
  });
  for (const client of [writer, ...watching]) client.close();
}

async function unload(server: Server, running: Running, options: ScaleOptions, figures: Figures): Promise<void> {
  const caller = call('tenant', server.connection);
  const raw = await RawClient.connect(server.connection);
  const resource = { group: '', version: 'v1', resource: 'pods' } as const;
  await measure(figures, `${options.pods} pods deleted as a collection`, running, async () => {
    // A server that does not get to its end within the time of a request is asked again.
    for (;;) {
      await raw.send('DELETE', pods).catch((error: unknown) => options.say(String(error).slice(0, 200)));
      const { items } = await caller.client.resource(resource, 'pods').list({ limit: 1 });
      if (items.length === 0) break;
    }
  });
  if (server.controllers) {
    await measure(figures, `a namespace of ${options.configMaps} config maps deleted`, running, async () => {
      await raw.send('DELETE', '/api/v1/namespaces/maps');
      await eventually('no namespace', async () => {
        const { items } = await caller.client.resource(namespaces).list();
        return items.some(({ metadata }) => metadata.name === 'maps') ? undefined : true;
      });
    });
  }
  note(figures, 'memory at the end', running);
  raw.close();
  caller.close();
}

/** Pods need one; upstream has no controller here that would make it. */
async function serviceAccountOf({ controllers }: Server, caller: ReturnType<typeof call>): Promise<void> {
  const accounts = caller.client.resource({ group: '', version: 'v1', resource: 'serviceaccounts' }, 'pods');
  if (!controllers) {
    await accounts.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } });
    return;
  }
  await eventually('a service account', async () => {
    const { items } = await accounts.list();
    return items.length > 0 ? true : undefined;
  });
}

function nodeName(index: number): string {
  return `node-${index}`;
}

/** Who is told that there is too much to do comes again, as clients do. A server that breaks off is tried so often. */
async function untilServed({ say }: ScaleOptions, request: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await request();
    } catch (error) {
      say(String(error).slice(0, 200));
      if (tries === triesMax) throw error;
      await sleep(1000);
    }
  }
}

async function measure(figures: Figures, what: string, running: Running, run: () => Promise<void>): Promise<void> {
  const cpuBefore = cpuSeconds(running.pids);
  const before = performance.now();
  await run();
  running.assertRunning();
  figures.set(`${what}: CPU`, { unit: 's', value: cpuSeconds(running.pids) - cpuBefore });
  figures.set(`${what}: wall`, { unit: 's', value: (performance.now() - before) / 1000 });
}

function note(figures: Figures, what: string, { pids }: Running): void {
  figures.set(`${what}: RSS`, { unit: 'MiB', value: memoryOf(pids).rss / mebibyte });
}

function connections(connection: Connection, count: number): Promise<RawClient[]> {
  return Promise.all(indexes(count).map(() => RawClient.connect(connection)));
}

function indexes(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

function clientAt(raw: readonly RawClient[], index: number): RawClient {
  const client = raw[index];
  if (!client) throw new Error(`there is no client ${index}`);
  return client;
}
