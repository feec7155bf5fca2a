/**
 * What many Deployments cost that are rolled out, and then rolled over to another image: API server, store and controllers together. Pods run as soon as
 * they are there, on both sides by the same program, which isn't counted.
 */
import { join } from 'node:path';
import type { Client } from '../../src/client/client.ts';
import { call, deployments, eventually, untilServing, type Connection } from './connection.ts';
import { inParallel } from './in-parallel.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { watchWorld, type World } from './watched-world.ts';
import { cpuSeconds, memoryOf } from './process-tree.ts';
import type { BenchOptions, Figure, Report } from './report.ts';
import { tenantRole, unreachableHost } from './sublet-process.ts';
import { prepareUpstream } from './upstream-process.ts';
import { withWorkFolder, type WorkFolder } from './work-folder.ts';
import { deployment } from './workloads.ts';

const count = 100;
const replicas = 10;
const parallel = 16;
const mebibyte = 1024 * 1024;
const names = Array.from({ length: count }, (_, index) => `rollout-${index}`);

interface Cluster {
  readonly connection: Connection;
  readonly pids: readonly number[];
}

interface Phase {
  readonly seconds: number;
  readonly cpu: number;
}

interface Measured {
  readonly out: Phase;
  readonly over: Phase;
  /** Bytes. */
  readonly rss: number;
}

export async function rollouts(options: BenchOptions): Promise<Report> {
  const ours = await withWorkFolder(async (folder) => measure(await startTenant(folder, options), options, 'ours'));
  const theirs = await withWorkFolder(async (folder) =>
    measure(await startUpstream(folder, options), options, 'upstream'),
  );
  const phases = [
    ['rolled out', ours.out, theirs.out],
    ['rolled over', ours.over, theirs.over],
  ] as const;
  const figures = phases.flatMap(([what, our, their]): Figure[] => [
    { what: `${what}, time`, unit: 's', ours: our.seconds, upstream: their.seconds, aim: their.seconds },
    { what: `${what}, CPU`, unit: 's', ours: our.cpu, upstream: their.cpu, aim: their.cpu / 2 },
  ]);
  const memory = { what: 'RSS afterwards', unit: 'MiB', ours: ours.rss / mebibyte, upstream: theirs.rss / mebibyte };
  const about = `${count} deployments of ${replicas} pods, ${parallel} requests at a time; upstream is etcd (without fsync) + kube-apiserver + kube-controller-manager (without a rate limit)`;
  return { name: 'rollouts', about, figures: [...figures, memory] };
}

/** A tenant that carries nothing to a host. */
async function startTenant(folder: WorkFolder, { program }: BenchOptions): Promise<Cluster> {
  const role = await tenantRole(join(folder.path, 'tenant'), 'bench', unreachableHost, { sync: [] });
  const running = role.start(program);
  folder.onEnd(() => running.stop());
  await running.ready;
  await untilServing(role.connection, running.assertRunning);
  return { connection: role.connection, pids: [running.pid] };
}

async function startUpstream(folder: WorkFolder, { say }: BenchOptions): Promise<Cluster> {
  const upstream = await prepareUpstream(folder.path, say);
  const running = await upstream.start();
  folder.onEnd(() => running.stop());
  await untilServing(upstream.connection, running.assertRunning);
  await untilRolesAreThere(upstream.connection);
  await running.startControllers();
  return { connection: upstream.connection, pids: running.pids };
}

/** kube-controller-manager gives up where it may not read what it begins with. */
async function untilRolesAreThere(connection: Connection): Promise<void> {
  const { client, close } = call('tenant', connection);
  const gvr = { group: 'rbac.authorization.k8s.io', version: 'v1', resource: 'rolebindings' };
  const bindings = client.resource(gvr, 'kube-system');
  const name = 'system::extension-apiserver-authentication-reader';
  await eventually('its roles', () =>
    bindings.get(name).then(
      () => true,
      () => undefined,
    ),
  ).finally(close);
}

async function measure({ connection, pids }: Cluster, { say }: BenchOptions, side: string): Promise<Measured> {
  const { client, close } = call('tenant', connection);
  const world = await watchWorld(client);
  try {
    await warmUp(client, world);
    const out = await timed(pids, async () => {
      await inParallel(parallel, names, async (name) => {
        await client.resource(deployments, 'default').create(deployment(name, replicas));
      });
      await untilDone(world);
    });
    say(`${side}: rolled out`);
    const over = await timed(pids, async () => {
      const patch = {
        spec: { template: { spec: { containers: [{ name: 'web', image: 'registry.k8s.io/pause:3.11' }] } } },
      };
      await inParallel(parallel, names, async (name) => {
        await client.resource(deployments, 'default').patch(name, 'strategic', patch);
      });
      await untilDone(world);
      await eventually('old pods gone', () => (world.pods.list().length === count * replicas ? true : undefined));
    });
    say(`${side}: rolled over`);
    return { out, over, rss: memoryOf(pids).rss };
  } finally {
    await world.stop();
    close();
  }
}

/** The first pods wait for the account that pods have, and for controllers that start. */
async function warmUp(client: Client<'tenant'>, world: World): Promise<void> {
  const resource = client.resource(deployments, 'default');
  await resource.create(deployment('first'));
  await eventually('a first deployment', () => (allDone(world, 1, 1) ? true : undefined));
  await resource.delete('first');
  await eventually('nothing', () => (world.pods.list().length === 0 ? true : undefined));
}

async function timed(pids: readonly number[], work: () => Promise<void>): Promise<Phase> {
  const [start, cpu] = [performance.now(), cpuSeconds(pids)];
  await work();
  return { seconds: (performance.now() - start) / 1000, cpu: cpuSeconds(pids) - cpu };
}

async function untilDone(world: World): Promise<void> {
  await eventually('all deployments done', () => (allDone(world, count, replicas) ? true : undefined));
}

function allDone({ deployments: all }: World, wanted: number, pods: number): boolean {
  const list = all.list();
  return list.length === wanted && list.every((object) => isDone(object, pods));
}

function isDone({ metadata, ...object }: Readonly<KubeObject>, wanted: number): boolean {
  // A door: the API server's own answer.
  const status = object['status'] as Readonly<Record<string, number>> | undefined;
  if (status?.['observedGeneration'] !== metadata['generation']) return false;
  return ['replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas'].every(
    (field) => status?.[field] === wanted,
  );
}
