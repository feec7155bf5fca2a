import assert from 'node:assert/strict';
import {
  createSecureServer,
  type Http2SecureServer,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import type { ApiRequest } from '../api/exchange.ts';
import { createCertificateAuthority, issueCertificate } from '../tenancy/certificate-authority.ts';
import type { Clock } from '../lib/clock.ts';
import { createHttpExchange, type HttpExchangeOptions } from './http-exchange.ts';
import { readLines, readWhole } from './response-body.ts';

const clock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs).unref();
    return { cancel: () => clearTimeout(timer) };
  },
};

const authority = await createCertificateAuthority(clock, 'test', 10);
const pair = await issueCertificate(clock, authority, {
  commonName: 'server',
  usage: 'server',
  hosts: ['localhost', '127.0.0.1'],
  validityDays: 1,
});
const alice = await issueCertificate(clock, authority, { commonName: 'alice', usage: 'client', validityDays: 1 });
const bob = await issueCertificate(clock, authority, { commonName: 'bob', usage: 'client', validityDays: 1 });

const sessions = new Set<ServerHttp2Session>();
const cancelled: string[] = [];
let connections = 0;
let server: Http2SecureServer;
let url = '';

function serve(stream: ServerHttp2Stream, headers: Readonly<Record<string, unknown>>): void {
  const path = String(headers[':path']);
  stream.on('error', () => undefined);
  stream.on('close', () => stream.rstCode === 8 && cancelled.push(path));
  if (path.startsWith('/silent')) return;
  stream.respond({ ':status': 200, 'content-type': 'application/json', 'x-two': ['1', '2'] });
  if (path.includes('watch=true')) {
    stream.write('{"a":1}\n{"a"');
    stream.write(':2}\n');
    return;
  }
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.on('end', () => {
    const socket = stream.session?.socket as TLSSocket;
    const answer = {
      method: headers[':method'],
      path,
      authorization: headers['authorization'],
      body: Buffer.concat(chunks).toString(),
      user: socket.getPeerCertificate().subject?.CN,
    };
    stream.end(JSON.stringify(answer));
  });
}

before(async () => {
  server = createSecureServer({
    cert: pair.certificate,
    key: pair.key,
    ca: authority.certificate,
    requestCert: true,
    rejectUnauthorized: false,
    settings: { maxConcurrentStreams: 3 },
  });
  server.on('session', (session) => {
    connections++;
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
  });
  server.on('stream', serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

after(() => {
  for (const session of sessions) session.destroy();
  server.close();
});

function exchangeTo(options: Partial<HttpExchangeOptions> = {}) {
  connections = 0;
  return createHttpExchange({ server: url, certificateAuthority: authority.certificate, clock, ...options });
}

function request(change: Partial<ApiRequest> = {}): ApiRequest {
  const signal = new AbortController().signal;
  return { method: 'GET', path: '/x', query: '', headers: {}, body: new Uint8Array(0), signal, ...change };
}

async function answered(
  pending: Promise<{ body: Uint8Array | AsyncIterable<Uint8Array> }>,
): Promise<Record<string, unknown>> {
  return JSON.parse(Buffer.from(await readWhole((await pending).body)).toString()) as Record<string, unknown>;
}

test('an answer that has come whole before anyone reads it is not lost', async () => {
  const { exchange, close } = exchangeTo();
  const response = await exchange(request({ method: 'POST', body: Buffer.from('late') }));
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal((await answered(Promise.resolve(response)))['body'], 'late');
  close();
});

test('requests share one connection, with the credentials of their moment', async () => {
  let token = 'one';
  const { exchange, close } = exchangeTo({
    server: `${url}/prefix`,
    token: () => token,
    clientCertificate: () => alice,
  });
  const first = await answered(exchange(request({ method: 'POST', body: Buffer.from('hello'), query: 'a=b' })));
  assert.deepEqual(first, {
    method: 'POST',
    path: '/prefix/x?a=b',
    authorization: 'Bearer one',
    body: 'hello',
    user: 'alice',
  });
  token = 'two';
  assert.equal((await answered(exchange(request())))['authorization'], 'Bearer two');
  assert.equal(connections, 1);
  close();
});

test('a changed client certificate opens a new connection', async () => {
  let pairNow = alice;
  const { exchange, close } = exchangeTo({ clientCertificate: () => pairNow });
  assert.equal((await answered(exchange(request())))['user'], 'alice');
  pairNow = bob;
  assert.equal((await answered(exchange(request())))['user'], 'bob');
  close();
});

test('a watch streams lines, and leaving it cancels the stream', async () => {
  const { exchange, close } = exchangeTo();
  const response = await exchange(request({ path: '/left', query: 'watch=true' }));
  const lines: string[] = [];
  for await (const line of readLines(response.body)) {
    lines.push(line);
    if (lines.length === 2) break;
  }
  assert.deepEqual(lines, ['{"a":1}', '{"a":2}']);
  for (let wait = 0; wait < 100 && cancelled.length === 0; wait++)
    await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(cancelled.splice(0), ['/left?watch=true']);
  close();
});

test('an abort ends a watch', async () => {
  const { exchange, close } = exchangeTo();
  const abort = new AbortController();
  const response = await exchange(request({ path: '/aborted', query: 'watch=true', signal: abort.signal }));
  setTimeout(() => abort.abort(), 20);
  const lines: string[] = [];
  await assert.doesNotReject(
    (async () => {
      for await (const line of readLines(response.body)) lines.push(line);
    })(),
  );
  assert.equal(lines.length, 2);
  close();
});

test('more streams than the server allows on one connection get a second one', async () => {
  const { exchange, close } = exchangeTo();
  await answered(exchange(request()));
  for (let watch = 0; watch < 5; watch++) await exchange(request({ path: `/w${watch}`, query: 'watch=true' }));
  assert.equal(connections, 2);
  close();
});

test('large bodies under way are in nobody’s way', async () => {
  const { exchange, close } = exchangeTo();
  await answered(exchange(request()));
  const stuck = [8, 8].map((megabytes) =>
    exchange(request({ method: 'POST', path: '/silent', body: Buffer.alloc(megabytes << 20, 'x') })),
  );
  const outcomes = Promise.allSettled(stuck);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal((await answered(exchange(request({ method: 'POST', body: Buffer.from('small') }))))['body'], 'small');
  assert.equal(connections, 1);
  close();
  assert.deepEqual(
    (await outcomes).map(({ status }) => status),
    ['rejected', 'rejected'],
  );
});

test('GOAWAY: open watches go on, new requests take a new connection', async () => {
  const { exchange, close } = exchangeTo();
  const watch = await exchange(request({ path: '/kept', query: 'watch=true' }));
  const lines = readLines(watch.body);
  assert.equal((await lines.next()).value, '{"a":1}');
  for (const session of sessions) session.goaway();
  await new Promise((resolve) => setTimeout(resolve, 30));
  await answered(exchange(request()));
  assert.equal(connections, 2);
  assert.equal((await lines.next()).value, '{"a":2}');
  close();
});

test('a connection that died is replaced', async () => {
  const { exchange, close } = exchangeTo();
  await answered(exchange(request()));
  for (const session of sessions) session.destroy();
  assert.equal((await answered(exchange(request())))['path'], '/x');
  close();
});

test('no answer in time, no server, a foreign certificate: a ConnectionError each', async () => {
  const late = exchangeTo({ responseTimeoutMs: 50 });
  await assert.rejects(late.exchange(request({ path: '/silent' })), {
    name: 'ConnectionError',
    message: /no answer within 50 ms/,
  });
  late.close();
  const nowhere = exchangeTo({ server: 'https://127.0.0.1:1' });
  await assert.rejects(nowhere.exchange(request()), { name: 'ConnectionError', message: /ECONNREFUSED/ });
  const other = await createCertificateAuthority(clock, 'other', 1);
  const foreign = exchangeTo({ certificateAuthority: other.certificate });
  await assert.rejects(foreign.exchange(request()), { name: 'ConnectionError' });
});

test('a server without HTTP/2 is spoken to in HTTP/1.1', async () => {
  const old = createHttpsServer({ cert: pair.certificate, key: pair.key }, (incoming, outgoing) => {
    if (incoming.url?.includes('watch')) {
      outgoing.write('{"a":1}\n');
      return;
    }
    outgoing.end(JSON.stringify({ version: incoming.httpVersion, authorization: incoming.headers.authorization }));
  });
  await new Promise<void>((resolve) => old.listen(0, '127.0.0.1', resolve));
  const server = `https://127.0.0.1:${(old.address() as AddressInfo).port}`;
  const { exchange, close } = exchangeTo({ server, token: () => 't' });
  assert.deepEqual(await answered(exchange(request())), { version: '1.1', authorization: 'Bearer t' });
  const watch = await exchange(request({ query: 'watch=true' }));
  for await (const line of readLines(watch.body)) {
    assert.equal(line, '{"a":1}');
    break;
  }
  close();
  old.closeAllConnections();
  old.close();
});
