/**
 * CPU seconds of the server for a thousand requests of a kind: sixteen clients with a connection each, HTTP/2 over TLS, JSON, objects of about
 * 1.7 KB. The clients' own CPU, in this process, does not count.
 */
import { join } from 'node:path';
import { call, namespaces, untilServing, type Caller, type Connection } from './connection.ts';
import { inParallel } from './in-parallel.ts';
import { cpuSeconds, memoryOf } from './process-tree.ts';
import { RawClient } from './raw-client.ts';
import type { BenchOptions, Figure, Report } from './report.ts';
import { placeOnHost, tenantRole } from './sublet-process.ts';
import { prepareUpstream } from './upstream-process.ts';
import { configMap } from './workloads.ts';
import { withWorkFolder, type WorkFolder } from './work-folder.ts';

interface Server {
  readonly connection: Connection;
  readonly pids: readonly number[];
}

interface Cost {
  readonly cpu: number;
  readonly wall: number;
}

type Costs = Readonly<Record<keyof typeof titles, Cost>>;

interface Measured {
  readonly costs: Costs;
  /** Bytes, when all of it is over. */
  readonly memory: number;
}

const clients = 16;
const objects = 1000;
const counts = { get: 8000, list: 100, create: 2000, patch: 2000, apply: 1000 };
const watchers = 100;
const watchedEvents = 1000;
const namespace = 'bench';
const configMaps = { group: '', version: 'v1', resource: 'configmaps' };
const mergePatch = 'application/merge-patch+json';
const strategicPatch = 'application/strategic-merge-patch+json';
const applyPatch = 'application/apply-patch+yaml';
const mebibyte = 1024 * 1024;
const maps = `/api/v1/namespaces/${namespace}/configmaps`;

const titles = {
  get: '1,000 × GET',
  list: `1,000 × LIST of ${objects}`,
  create: '1,000 × CREATE',
  patch: '1,000 × merge patch',
  strategic: '1,000 × strategic merge patch',
  apply: '1,000 × apply',
  watch: `${watchers} watchers × ${watchedEvents} events`,
} as const;

export async function apiRates(options: BenchOptions): Promise<Report> {
  return withWorkFolder(async (folder) => {
    const upstream = await startUpstream(folder, options);
    const host = call('host', upstream.connection);
    folder.onEnd(() => host.close());
    const tenant = await startTenant(folder, options, host);
    const theirs = await measured(folder, upstream);
    options.say('upstream: done');
    const ours = await measured(folder, tenant);
    const figures = Object.entries(titles).flatMap(([kind, what]): Figure[] => {
      // The keys of `titles`.
      const [our, their] = [ours.costs[kind as keyof Costs], theirs.costs[kind as keyof Costs]];
      return [
        { what: `${what}: CPU of the server`, unit: 's', ours: our.cpu, upstream: their.cpu },
        { what: `${what}: wall`, unit: 's', ours: our.wall, upstream: their.wall },
      ];
    });
    figures.push({
      what: 'memory after it: RSS',
      unit: 'MiB',
      ours: ours.memory / mebibyte,
      upstream: theirs.memory / mebibyte,
      aim: 200,
    });
    return { name: 'api-rates', about: `${clients} clients; upstream is etcd + kube-apiserver`, figures };
  });
}

async function startUpstream(folder: WorkFolder, { say }: BenchOptions): Promise<Server> {
  const upstream = await prepareUpstream(join(folder.path, 'upstream'), say);
  const running = await upstream.start();
  folder.onEnd(() => running.stop());
  await untilServing(upstream.connection, running.assertRunning);
  return { connection: upstream.connection, pids: running.pids };
}

/** Its host is the upstream that it is compared with: none of the objects of this benchmark goes there. */
async function startTenant(folder: WorkFolder, { program }: BenchOptions, host: Caller<'host'>): Promise<Server> {
  const place = await placeOnHost(host.client, host.connection, 'bench');
  const role = await tenantRole(join(folder.path, 'tenant'), 'bench', place);
  const running = role.start(program);
  folder.onEnd(() => running.stop());
  await running.ready;
  await untilServing(role.connection, running.assertRunning);
  return { connection: role.connection, pids: [running.pid] };
}

async function measured(folder: WorkFolder, server: Server): Promise<Measured> {
  const caller = call('tenant', server.connection);
  folder.onEnd(() => caller.close());
  await caller.client
    .resource(namespaces)
    .create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const raw = await Promise.all(Array.from({ length: clients }, () => RawClient.connect(server.connection)));
  const load = async (
    count: number,
    request: (client: RawClient, index: number) => Promise<unknown>,
  ): Promise<Cost> => {
    const measured = await measure(server, () =>
      inParallel(
        clients,
        Array.from({ length: count }, (_, index) => index),
        async (index, worker) => {
          const client = raw[worker];
          if (client) await request(client, index);
        },
      ),
    );
    return { cpu: (measured.cpu / count) * 1000, wall: (measured.wall / count) * 1000 };
  };
  const create = (client: RawClient, name: string): Promise<unknown> =>
    client.send('POST', maps, 'application/json', JSON.stringify(configMap(name)));
  const name = (index: number): string => `map-${index % objects}`;
  await load(objects, (client, index) => create(client, name(index)));
  const get = await load(counts.get, (client, index) => client.send('GET', `${maps}/${name(index)}`));
  const list = await load(counts.list, (client) => client.send('GET', maps));
  const patch = await load(counts.patch, (client, index) =>
    client.send('PATCH', `${maps}/${name(index)}`, mergePatch, `{"data":{"line-0":"${index}"}}`),
  );
  const strategic = await load(counts.patch, (client, index) =>
    client.send('PATCH', `${maps}/${name(index)}`, strategicPatch, `{"data":{"line-2":"${index}"}}`),
  );
  // The first apply of each object shares all its fields, and changes one.
  const apply = await load(counts.apply, (client, index) => {
    const { data, ...map } = configMap(name(index));
    const body = JSON.stringify({ ...map, data: { ...(data as object), 'line-0': String(index) } });
    return client.send('PATCH', `${maps}/${name(index)}?fieldManager=bench&force=true`, applyPatch, body);
  });
  const created = await load(counts.create, (client, index) => create(client, `new-${index}`));
  const watch = await measureWatch(server, caller, raw);
  for (const client of raw) client.close();
  const costs = { get, list, create: created, patch, strategic, apply, watch };
  return { costs, memory: memoryOf(server.pids).rss };
}

async function measureWatch(server: Server, caller: Caller<'tenant'>, raw: readonly RawClient[]): Promise<Cost> {
  const listed = await caller.client.resource(configMaps, namespace).list({ limit: 1 });
  const path = `${maps}?watch=1&resourceVersion=${listed.metadata.resourceVersion ?? ''}`;
  let lines = 0;
  const all = Promise.withResolvers<void>();
  const onLines = (count: number): void => {
    lines += count;
    if (lines >= watchers * watchedEvents) all.resolve();
  };
  const perClient = Math.ceil(watchers / raw.length);
  const opening = raw.flatMap((client) => Array.from({ length: perClient }, () => client)).slice(0, watchers);
  const watches = await Promise.all(opening.map((client) => client.watch(path, onLines)));
  const names = Array.from({ length: watchedEvents }, (_, index) => `map-${index % objects}`);
  const cost = await measure(server, async () => {
    await inParallel(1, names, async (name) => {
      await raw[0]?.send('PATCH', `${maps}/${name}`, mergePatch, '{"data":{"line-1":"changed"}}');
    });
    await all.promise;
  });
  for (const watch of watches) watch.close();
  return cost;
}

async function measure(server: Server, run: () => Promise<void>): Promise<Cost> {
  const before = cpuSeconds(server.pids);
  const start = performance.now();
  await run();
  return { cpu: cpuSeconds(server.pids) - before, wall: (performance.now() - start) / 1000 };
}
