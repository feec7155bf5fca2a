/** From exec to the first answer to an authenticated request that reads the store: on no data, and again on the old data. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { call, untilServing, type Connection } from './connection.ts';
import { median } from './percentiles.ts';
import { cpuSeconds } from './process-tree.ts';
import type { BenchOptions, Figure, Report } from './report.ts';
import { placeOnHost, tenantRole, unreachableHost, type TenantHost } from './sublet-process.ts';
import { prepareUpstream, type Upstream } from './upstream-process.ts';
import { withWorkFolder } from './work-folder.ts';

interface Start {
  readonly cpu: number;
  readonly wall: number;
  /** CPU seconds a while after the first answer: controllers and caches start behind it. */
  readonly settledCpu: number;
}

interface Started {
  readonly pids: readonly number[];
  assertRunning(): void;
  stop(): Promise<void>;
}

interface Rounds {
  /** Nothing was there before: no data, and no compiled code kept from earlier runs. */
  readonly first: Start[];
  /** No data. */
  readonly cold: Start[];
  /** The data of the run before. */
  readonly again: Start[];
}

const rounds = 5;
const settleMs = 1000;

export async function coldStart({ program, say }: BenchOptions): Promise<Report> {
  return withWorkFolder(async (folder) => {
    const alone = await startTenants(program, join(folder.path, 'alone'), () => Promise.resolve(unreachableHost));
    say('tenant without a host: done');
    const theirs = await startUpstream(join(folder.path, 'upstream'), say);
    say('kube-apiserver and etcd: done');
    const upstream = await prepareUpstream(join(folder.path, 'host'), say);
    const running = await upstream.start();
    folder.onEnd(() => running.stop());
    await untilServing(upstream.connection, running.assertRunning);
    const host = call('host', upstream.connection);
    folder.onEnd(() => host.close());
    const place = (): Promise<TenantHost> => placeOnHost(host.client, upstream.connection, 'bench');
    const hosted = await startTenants(program, join(folder.path, 'hosted'), place);
    return {
      name: 'cold-start',
      about: `exec → namespace "default" answered, medians of ${rounds}; upstream is etcd + kube-apiserver`,
      figures: [
        ...figures('first start ever (nothing compiled yet)', alone.first, theirs.cold),
        ...figures('no data', alone.cold, theirs.cold, 0.35),
        ...figures('old data', alone.again, theirs.again, 0.35),
        ...figures('no data, on a host', hosted.cold, theirs.cold),
        ...figures('old data, on a host', hosted.again, theirs.again),
      ],
    };
  });
}

function figures(what: string, ours: readonly Start[], theirs: readonly Start[], aim?: number): Figure[] {
  const of = (starts: readonly Start[], part: keyof Start): number => median(starts.map((start) => start[part]));
  return [
    {
      what: `${what}: CPU`,
      unit: 's',
      ours: of(ours, 'cpu'),
      upstream: of(theirs, 'cpu'),
      ...(aim === undefined ? {} : { aim }),
    },
    {
      what: `${what}: CPU ${settleMs / 1000} s later`,
      unit: 's',
      ours: of(ours, 'settledCpu'),
      upstream: of(theirs, 'settledCpu'),
    },
    { what: `${what}: wall`, unit: 's', ours: of(ours, 'wall'), upstream: of(theirs, 'wall') },
  ];
}

async function startTenants(program: string, folder: string, hostOf: () => Promise<TenantHost>): Promise<Rounds> {
  const result: Rounds = { first: [], cold: [], again: [] };
  const compiled = join(folder, 'compiled');
  for (let round = 0; round < rounds; round++) {
    for (const kind of ['first', 'cold'] as const) {
      if (kind === 'first') rmSync(compiled, { recursive: true, force: true });
      const data = join(folder, `${kind}-${round}`);
      const role = await tenantRole(data, 'bench', await hostOf());
      const start = async (): Promise<Started> => {
        const running = role.start(program, { env: { NODE_COMPILE_CACHE: compiled } });
        return { ...running, pids: [running.pid] };
      };
      result[kind].push(await measure(role.connection, start));
      if (kind === 'cold') result.again.push(await measure(role.connection, start));
    }
  }
  return result;
}

async function startUpstream(folder: string, say: (text: string) => void): Promise<Omit<Rounds, 'first'>> {
  const result = { cold: [] as Start[], again: [] as Start[] };
  for (let round = 0; round < rounds; round++) {
    const upstream: Upstream = await prepareUpstream(join(folder, String(round)), say);
    result.cold.push(await measure(upstream.connection, () => upstream.start()));
    result.again.push(await measure(upstream.connection, () => upstream.start()));
  }
  return result;
}

async function measure(connection: Connection, start: () => Promise<Started>): Promise<Start> {
  const before = performance.now();
  const started = await start();
  try {
    await untilServing(connection, started.assertRunning);
    const wall = (performance.now() - before) / 1000;
    const cpu = cpuSeconds(started.pids);
    await sleep(settleMs);
    return { wall, cpu, settledCpu: cpuSeconds(started.pids) };
  } finally {
    await started.stop();
  }
}
