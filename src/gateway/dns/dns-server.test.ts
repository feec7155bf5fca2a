/** Real sockets: pods are addresses of the loopback network, from which clients send; answers are read by c-ares, which is not ours. */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { Resolver as Client } from 'node:dns/promises';
import { connect, createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { silentLogger } from '../../lib/logger.ts';
import { realClock } from '../../main/real-clock.ts';
import { DnsServer } from './dns-server.ts';
import { dotted, headerOf, queryPacket } from './dns-packet.test-double.ts';
import { copyOf, DnsWorld, podOf, sliceOf } from './dns-world.test-double.ts';
import { Forwarder } from './forwarder.ts';
import type { ResolverLimits } from './resolver.ts';

const fromA = '127.77.0.1';
const fromB = '127.77.0.2';
const stops: (() => Promise<void>)[] = [];
after(async () => {
  for (const stop of stops) await stop();
});

interface Running {
  readonly world: DnsWorld;
  readonly port: number;
}

async function running(limits: Partial<ResolverLimits> = {}, upstreamPort?: number): Promise<Running> {
  const upstreams = upstreamPort === undefined ? [] : [{ address: '127.0.0.1', port: upstreamPort }];
  const forward = new Forwarder({ upstreams, clock: realClock, timeoutMs: 2000 });
  const world = new DnsWorld({ limits, clock: realClock, forward }).populate();
  world.directory.put('pods', podOf('a', 'default', 'loop', fromA));
  world.directory.put('pods', podOf('b', 'default', 'loop', fromB));
  const server = new DnsServer({
    address: '127.0.0.1',
    port: 0,
    resolve: (packet, source, transport) => world.resolver.resolve(packet, source, transport),
    logger: silentLogger,
  });
  await server.start();
  stops.push(async () => {
    await server.stop();
    await forward.stop();
  });
  return { world, port: server.port };
}

function client(port: number, source = fromA): Client {
  const resolver = new Client({ timeout: 3000, tries: 2 });
  resolver.setServers([`127.0.0.1:${port}`]);
  resolver.setLocalAddress(source);
  return resolver;
}

async function code(question: Promise<unknown>): Promise<string> {
  return question.then(
    () => 'answered',
    (error: NodeJS.ErrnoException) => error.code ?? '',
  );
}

/** A TCP connection from a pod's address, and what comes back on it. */
async function connection(port: number, source = fromA): Promise<{ socket: Socket; received: () => Buffer }> {
  const socket = connect({ host: '127.0.0.1', port, localAddress: source });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return { socket, received: () => Buffer.concat(chunks) };
}

function framed(packet: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(packet.length);
  return Buffer.concat([length, packet]);
}

async function until(done: () => boolean): Promise<void> {
  for (let tries = 0; tries < 500 && !done(); tries++) await pause(10);
  assert.ok(done());
}

test('a client that is not ours reads all kinds of records, from its own address', async () => {
  const { port } = await running();
  const a = client(port);
  assert.deepEqual(await a.resolve4('web.default.svc.cluster.local', { ttl: true }), [
    { address: '10.96.0.1', ttl: 5 },
  ]);
  assert.deepEqual(await client(port, fromB).resolve4('web.default.svc.cluster.local'), ['10.96.0.2']);
  assert.deepEqual(await a.resolve4('db-0.db.data.svc.cluster.local'), ['10.244.1.1']);
  assert.deepEqual(await a.resolveSrv('_sql._tcp.db.data.svc.cluster.local'), [
    { name: 'db-0.db.data.svc.cluster.local', port: 5432, priority: 0, weight: 100, type: 'SRV' },
  ]);
  assert.deepEqual(await a.resolveTxt('dns-version.cluster.local'), [['1.1.0']]);
  assert.deepEqual(await a.reverse('10.96.1.1'), ['only-a.default.svc.cluster.local']);
  assert.equal((await a.resolveSoa('cluster.local')).nsname, 'ns.dns.cluster.local');
  assert.equal(await code(a.resolve4('only-b.default.svc.cluster.local')), 'ENOTFOUND');
  assert.equal(await code(a.resolve6('web.default.svc.cluster.local')), 'ENODATA');
  assert.equal(await code(client(port, '127.77.0.3').resolve4('web.default.svc.cluster.local')), 'EREFUSED');
});

test('more addresses than a datagram takes come over TCP, to who asks again', async () => {
  const { port, world } = await running();
  const many = copyOf('a', 'default', 'many', { spec: { clusterIP: 'None' } });
  const endpoints = Array.from({ length: 300 }, (_, index) => ({ addresses: [`10.1.${index >> 8}.${index & 255}`] }));
  world.directory.put('services', many);
  world.directory.put('endpointslices', sliceOf(many, endpoints));
  assert.equal((await client(port).resolve4('many.default.svc.cluster.local')).length, 300);
});

test('messages of one connection may come in pieces or together; more at a time than are worked on wait', async () => {
  const { port } = await running();
  const { socket, received } = await connection(port);
  const queries = Array.from({ length: 200 }, (_, id) =>
    framed(queryPacket(dotted('web.default.svc.cluster.local'), { id })),
  );
  const bytes = Buffer.concat(queries);
  for (let at = 0; at < bytes.length; at += 777) {
    socket.write(bytes.subarray(at, at + 777));
    await pause(0);
  }
  const answerBytes = 2 + (queries[0]?.length ?? 0) - 2 + 16;
  await until(() => received().length >= 200 * answerBytes);
  const ids = Array.from({ length: 200 }, (_, index) => received().readUInt16BE(index * answerBytes + 2));
  assert.deepEqual(
    ids,
    Array.from({ length: 200 }, (_, id) => id),
  );
  socket.destroy();
});

test('a connection that sends what no query is ends, and so does one more than an address may have', async () => {
  const { port } = await running();
  const { socket } = await connection(port);
  socket.write(Buffer.from([0xff, 0xff, 1, 2, 3]));
  await once(socket, 'close');
  const all = await Promise.all(Array.from({ length: 25 }, () => connection(port)));
  await until(() => all.filter((one) => one.socket.destroyed).length >= 5);
  const other = await connection(port, fromB);
  other.socket.write(framed(queryPacket(dotted('web.default.svc.cluster.local'))));
  await until(() => other.received().length > 0);
  for (const one of [...all, other]) one.socket.destroy();
});

/** A resolver that knows one name, and says so over UDP or only over TCP. */
async function upstream(overTcpOnly: boolean): Promise<{ port: number; asked: { udp: number; tcp: number } }> {
  const asked = { udp: 0, tcp: 0 };
  const answer = (query: Buffer, truncated: boolean): Buffer => {
    const question = Buffer.from(query.subarray(0, query.length - 11));
    question.writeUInt16BE(truncated ? 0x8380 : 0x8180, 2);
    question.writeUInt16BE(truncated ? 0 : 1, 6);
    question.writeUInt16BE(0, 10);
    if (truncated) return question;
    return Buffer.concat([question, Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 203, 0, 113, 7])]);
  };
  const udp = createSocket('udp4');
  udp.bind(0, '127.0.0.1');
  await once(udp, 'listening');
  udp.on('message', (query, { port, address }) => {
    asked.udp++;
    // Somebody who guesses: wrong id. It must not count.
    const forged = answer(query, false);
    forged.writeUInt16BE(query.readUInt16BE(0) ^ 0x5555, 0);
    forged[forged.length - 1] = 66;
    udp.send(forged, port, address);
    udp.send(answer(query, overTcpOnly), port, address);
  });
  const tcp = createServer((socket) => {
    asked.tcp++;
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      const whole = framed(answer(chunk.subarray(2), false));
      socket.write(whole.subarray(0, 5));
      setTimeout(() => socket.end(whole.subarray(5)), 5);
    });
  });
  tcp.listen(udp.address().port, '127.0.0.1');
  await once(tcp, 'listening');
  stops.push(async () => {
    udp.close();
    tcp.close();
  });
  return { port: udp.address().port, asked };
}

for (const overTcpOnly of [false, true]) {
  test(`what is not the cluster's is asked for upstream${overTcpOnly ? ', over TCP where UDP is cut short' : ''}, once`, async () => {
    const { port: upstreamPort, asked } = await upstream(overTcpOnly);
    const { port } = await running({}, upstreamPort);
    for (let time = 0; time < 3; time++)
      assert.deepEqual(await client(port).resolve4('www.example.com'), ['203.0.113.7']);
    assert.deepEqual(asked, { udp: 1, tcp: overTcpOnly ? 1 : 0 });
  });
}

test('no resolver to be had: the client is told so', async () => {
  const silent = createSocket('udp4');
  silent.bind(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port: closed } = silent.address();
  silent.close();
  const { port } = await running({}, closed);
  assert.equal(await code(client(port).resolve4('www.example.com')), 'ESERVFAIL');
});

test('what is spoiled on its way kills nothing: after it, questions are answered', async () => {
  const { port } = await running({ rate: { perSecond: 1e6, burst: 1e6 } });
  const socket = createSocket('udp4');
  socket.bind(0, fromA);
  await once(socket, 'listening');
  const base = queryPacket(dotted('_sql._tcp.db.data.svc.cluster.local'), { type: 33, udpBytes: 1232 });
  // From a seed: the same packets each time.
  let seed = 42;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (seed >> 8) % below;
  };
  for (let index = 0; index < 5000; index++) {
    const packet = Buffer.from(base);
    for (let times = random(6); times >= 0; times--) packet[random(packet.length)] = random(256);
    socket.send(packet.subarray(0, random(packet.length + 1)), port, '127.0.0.1');
    if (index % 100 === 0) await pause(1);
  }
  assert.deepEqual(await client(port).resolve4('web.default.svc.cluster.local'), ['10.96.0.1']);
  socket.close();
});

test("one tenant floods at far above its rate: all of another's questions are answered at the first try", async () => {
  const { port, world } = await running({ rate: { perSecond: 500, burst: 500 } });
  const flood = createSocket('udp4');
  flood.bind(0, fromA);
  await once(flood, 'listening');
  let floodAnswers = 0;
  flood.on('message', () => floodAnswers++);
  const packet = queryPacket(dotted('web.default.svc.cluster.local'));
  const flooding = new AbortController();
  let sent = 0;
  const flooded = (async () => {
    while (!flooding.signal.aborted) {
      for (let index = 0; index < 100; index++) flood.send(packet, port, '127.0.0.1');
      sent += 100;
      await pause(5);
    }
  })();
  const b = createSocket('udp4');
  b.bind(0, fromB);
  await once(b, 'listening');
  const answers = new Set<number>();
  b.on('message', (answer) => {
    if (headerOf(answer).rcode === 0) answers.add(headerOf(answer).id);
  });
  for (let id = 0; id < 300; id++) {
    b.send(queryPacket(dotted('only-b.default.svc.cluster.local'), { id }), port, '127.0.0.1');
    await pause(3);
  }
  await until(() => answers.size === 300);
  flooding.abort();
  await flooded;
  const limited = world.counters.of({ tenant: 'a', hostNamespace: 'sublet-a' }).of('limited');
  assert.ok(limited > sent / 2, `of ${sent} only ${limited} were too many`);
  assert.ok(floodAnswers < sent / 2);
  flood.close();
  b.close();
});

test('a port that is taken is an error in words', async () => {
  const { port } = await running();
  const second = new DnsServer({ address: '127.0.0.1', port, resolve: () => undefined, logger: silentLogger });
  await assert.rejects(second.start(), /EADDRINUSE/);
  await second.stop();
});

test('a server that stops ends its connections', async () => {
  const server = new DnsServer({ address: '127.0.0.1', port: 0, resolve: () => undefined, logger: silentLogger });
  await server.start();
  const { socket } = await connection(server.port, '127.0.0.1');
  const closed = once(socket, 'close');
  await server.stop();
  await closed;
});
