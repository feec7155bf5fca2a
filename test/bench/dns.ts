/** What an answer of `sublet dns` costs beside CoreDNS, and what 10,000 pods do to the memory of both: one host, the same objects, the same questions. */
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { buildNodePrograms } from '../../hack/host-cluster/node/programs.ts';
import type { KubeObject } from '../../src/api/object.ts';
import type { Client } from '../../src/client/client.ts';
import { freePort } from '../../src/tenancy/state-folder.ts';
import { placeOf } from '../../src/translate/marks.ts';
import { copyMetadata } from '../../src/translate/metadata.ts';
import { startUpstreamHost } from '../host/upstream.ts';
import { callKubeconfig, eventually, namespaces, pods } from './connection.ts';
import { inParallel } from './in-parallel.ts';
import { cpuSeconds, memoryOf } from './process-tree.ts';
import type { BenchOptions, Figure, Report } from './report.ts';
import { withWorkFolder, type WorkFolder } from './work-folder.ts';

const serviceCount = 100;
const podCount = 10_000;
const queryCount = 100_000;
/** Questions that wait for their answers at a time. */
const window = 64;
const place = placeOf({ tenant: 'bench', hostNamespace: 'sublet-bench' });
/** The address of the pod that asks. */
const asker = '127.88.0.1';
const address = '127.0.0.1';
const services = { group: '', version: 'v1', resource: 'services' };
const serviceAccounts = { group: '', version: 'v1', resource: 'serviceaccounts' };

interface NameServer {
  readonly pid: number;
  readonly port: number;
  readonly nameOf: (service: string) => string;
}

interface Measured {
  readonly cpu: number;
  readonly perSecond: number;
  readonly rss: number;
}

export async function dns({ program, say }: BenchOptions): Promise<Report> {
  return withWorkFolder(async (folder) => {
    const host = await startUpstreamHost({ controllers: false });
    folder.onEnd(() => host.stop());
    const { client, close } = await callKubeconfig('host', host.kubeconfig);
    folder.onEnd(close);
    await fill(client);
    const programs = await buildNodePrograms(say);
    const servers = [
      await startOurs(folder, program, host.kubeconfig),
      await startCoreDns(folder, programs, host.kubeconfig),
    ];
    const few = servers.map(({ pid }) => memoryOf([pid]).rss);
    say(`${podCount} pods are made`);
    await inParallel(16, numbers(podCount), (index) =>
      createPod(client, `pod-${index}`, `10.${80 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`),
    );
    const all: Measured[] = [];
    for (const server of servers) {
      say(`${queryCount} questions`);
      all.push(await measure(server));
    }
    const [ours, theirs] = all;
    if (!ours || !theirs) throw new Error('nothing was measured');
    const figure = (what: string, unit: string, of: (measured: Measured, index: number) => number): Figure => ({
      what,
      unit,
      ours: of(ours, 0),
      upstream: of(theirs, 1),
    });
    return {
      name: 'dns',
      about: `${queryCount} A queries over UDP, ${window} at a time, ${serviceCount} services, ${podCount} pods; upstream is CoreDNS with pods verified`,
      figures: [
        figure('CPU per 1,000 queries', 'ms', ({ cpu }) => (cpu / queryCount) * 1e6),
        figure('answers', '1/s', ({ perSecond }) => perSecond),
        figure('RSS before the pods', 'MiB', (_, index) => (few[index] ?? 0) / 1024 ** 2),
        figure('RSS with all pods, after the queries', 'MiB', ({ rss }) => rss / 1024 ** 2),
      ],
    };
  });
}

async function fill(client: Client<'host'>): Promise<void> {
  const { hostNamespace } = place;
  await client.resource(namespaces).create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: hostNamespace } });
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } };
  await client.resource(serviceAccounts, hostNamespace).create(account);
  await inParallel(8, numbers(serviceCount), async (index) => {
    const spec = { selector: { app: `web-${index}` }, ports: [{ name: 'http', port: 80 }] };
    await client.resource(services, hostNamespace).create({ ...copyOf('Service', `web-${index}`), spec });
  });
  await createPod(client, 'asker', asker);
}

function copyOf(kind: string, name: string): KubeObject {
  const object: KubeObject = { apiVersion: 'v1', kind, metadata: { namespace: 'default', name, uid: `uid-${name}` } };
  return { ...object, metadata: copyMetadata(place, object) };
}

async function createPod(client: Client<'host'>, name: string, ip: string): Promise<void> {
  const resource = client.resource(pods, place.hostNamespace);
  const env = Array.from({ length: 20 }, (_, index) => ({ name: `VARIABLE_${index}`, value: `value ${index}` }));
  const spec = { nodeName: 'node', containers: [{ name: 'main', image: 'main', env }] };
  const created = await resource.create({ ...copyOf('Pod', name), spec });
  const status = { phase: 'Running', podIP: ip, podIPs: [{ ip }] };
  await resource.patch(created.metadata.name ?? '', 'merge', { status }, { subresource: 'status' });
}

async function startOurs(folder: WorkFolder, program: string, kubeconfig: string): Promise<NameServer> {
  const port = await freePort(address);
  const flags = ['--kubeconfig', kubeconfig, '--listen', `${address}:${port}`, '--rate', '1000000'];
  const child = spawn(process.execPath, [program, 'dns', ...flags], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  folder.onEnd(() => void child.kill());
  await once(child, 'message');
  return { pid: child.pid ?? 0, port, nameOf: (service) => `${service}.default.svc.cluster.local` };
}

async function startCoreDns(folder: WorkFolder, programs: string, kubeconfig: string): Promise<NameServer> {
  const port = await freePort(address);
  const ready = await freePort(address);
  const corefile = join(folder.path, 'Corefile');
  const kubernetes = `kubernetes cluster.local in-addr.arpa {\n kubeconfig ${kubeconfig}\n pods verified\n ttl 5\n }`;
  writeFileSync(corefile, `.:${port} {\n bind ${address}\n ready ${address}:${ready}\n ${kubernetes}\n}\n`);
  const child = spawn(join(programs, 'coredns'), ['-conf', corefile], { stdio: ['ignore', 'ignore', 'inherit'] });
  folder.onEnd(() => void child.kill());
  await eventually('CoreDNS is ready', async () =>
    (await statusOf(`http://${address}:${ready}/ready`)) === 200 ? true : undefined,
  );
  const nameOf = (service: string): string =>
    `${copyOf('Service', service).metadata.name ?? ''}.${place.hostNamespace}.svc.cluster.local`;
  return { pid: child.pid ?? 0, port, nameOf };
}

function statusOf(url: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const request = get(url, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on('error', () => resolve(undefined));
  });
}

async function measure({ pid, port, nameOf }: NameServer): Promise<Measured> {
  const packets = Array.from({ length: serviceCount }, (_, index) => question(nameOf(`web-${index}`)));
  await askAll(packets, port, 5000);
  const cpuBefore = cpuSeconds([pid]);
  const start = performance.now();
  await askAll(packets, port, queryCount);
  const seconds = (performance.now() - start) / 1000;
  return { cpu: cpuSeconds([pid]) - cpuBefore, perSecond: queryCount / seconds, rss: memoryOf([pid]).rss };
}

/** @throws Error when an answer is not an address, or none comes */
async function askAll(packets: readonly Buffer[], port: number, count: number): Promise<void> {
  const socket = createSocket('udp4');
  socket.bind(0, asker);
  await once(socket, 'listening');
  let sent = 0;
  let answered = 0;
  const done = Promise.withResolvers<void>();
  const next = (): void => {
    const packet = packets[sent % packets.length];
    if (sent++ < count && packet) socket.send(packet, port, address);
  };
  socket.on('message', (answer) => {
    if ((answer.readUInt16BE(2) & 0xf) !== 0 || answer.readUInt16BE(6) !== 1) done.reject(new Error('a wrong answer'));
    if (++answered >= count) done.resolve();
    else next();
  });
  for (let index = 0; index < window; index++) next();
  const late = setTimeout(() => done.reject(new Error(`only ${answered} of ${count} answers`)), 120_000);
  await done.promise.finally(() => {
    clearTimeout(late);
    socket.close();
  });
}

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}

function question(name: string): Buffer {
  const labels = name.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
  const head = Buffer.from([0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  return Buffer.concat([head, ...labels, Buffer.from([0, 0, 1, 0, 1])]);
}
