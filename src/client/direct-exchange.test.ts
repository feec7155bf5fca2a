import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { after, before, test } from 'node:test';
import type { Clock } from '../lib/clock.ts';
import { createCertificateAuthority, issueCertificate } from '../tenancy/certificate-authority.ts';
import { ConnectionError } from './connection-error.ts';
import { createDirectExchange, TooManyOpen, type DirectAnswer, type DirectRequest } from './direct-exchange.ts';
import { readWhole } from './response-body.ts';

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
  hosts: ['127.0.0.1'],
  validityDays: 1,
});

const server = createServer({ cert: pair.certificate, key: pair.key });
let base = '';
let token = 'one';
/** Streams that the other side has ended. */
let gone = 0;

before(async () => {
  server.on('request', (request, response) => {
    request.on('error', () => undefined);
    response.on('close', () => gone++);
    if (request.url?.includes('/silent') === true) return;
    response.writeHead(207, { 'x-token': request.headers.authorization ?? '', 'x-two': ['1', '2'] });
    if (request.url?.includes('/endless') === true) response.write('begun');
    else request.pipe(response);
  });
  server.on('upgrade', (request, socket: Duplex) => {
    socket.on('error', () => undefined);
    socket.on('close', () => gone++);
    const head = `HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: ${request.headers.upgrade ?? ''}\r\n\r\n`;
    socket.write(`${head}early `);
    socket.pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  base = `https://127.0.0.1:${port}/below`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

function direct(openMax = 10) {
  return createDirectExchange({
    server: base,
    certificateAuthority: authority.certificate,
    token: () => token,
    clock,
    openMax,
  });
}

function request(more: Partial<DirectRequest> = {}): DirectRequest {
  const signal = new AbortController().signal;
  return { method: 'GET', target: '/a?b', headers: {}, body: new Uint8Array(), signal, ...more };
}

const upgrade = { headers: { connection: 'Upgrade', upgrade: 'SPDY/3.1' } };

function bodyOf(answer: DirectAnswer): Promise<Uint8Array> {
  assert.ok(answer.kind === 'response');
  return readWhole(answer.body);
}

async function eventually(there: () => boolean): Promise<void> {
  while (!there()) await new Promise((resolve) => setTimeout(resolve, 5));
}

test('bodies stream both ways, with the token of the moment', async () => {
  const host = direct();
  const middle = Promise.withResolvers<void>();
  async function* body(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('first ');
    await middle.promise;
    yield Buffer.from('second');
  }
  token = 'two';
  const answer = await host.send(request({ method: 'POST', body: body() }));
  assert.ok(answer.kind === 'response');
  assert.equal(answer.status, 207);
  assert.equal(answer.headers['x-token'], 'Bearer two');
  const pieces = answer.body[Symbol.asyncIterator]();
  const { value } = await pieces.next();
  assert.equal(Buffer.from(value as Uint8Array).toString(), 'first ');
  middle.resolve();
  const next = await pieces.next();
  assert.equal(Buffer.from(next.value as Uint8Array).toString(), 'second');
  assert.equal((await pieces.next()).done, true);
  host.close();
});

test('a protocol is switched: what comes early is there, and both ways are open', async () => {
  const host = direct();
  const answer = await host.send(request(upgrade));
  assert.ok(answer.kind === 'upgraded');
  assert.equal(answer.headers['upgrade'], 'SPDY/3.1');
  const { connection } = answer;
  connection.write('later');
  let text = '';
  connection.on('data', (bytes: Buffer) => (text += bytes.toString()));
  await eventually(() => text === 'early later');
  connection.end();
  await once(connection, 'close');
  host.close();
});

test('who goes ends the request, whatever stage it is at', async () => {
  const host = direct();
  const before = gone;
  const waiting = new AbortController();
  const pending = host.send(request({ target: '/silent', signal: waiting.signal }));
  const reading = new AbortController();
  const answer = await host.send(request({ target: '/endless', signal: reading.signal }));
  const body = bodyOf(answer);
  waiting.abort();
  reading.abort();
  await assert.rejects(pending, ConnectionError);
  await assert.rejects(body);
  await eventually(() => gone === before + 2);
  await assert.rejects(host.send(request({ signal: AbortSignal.abort() })), ConnectionError);
  host.close();
});

test('who stops reading ends the request', async () => {
  const host = direct();
  const before = gone;
  const answer = await host.send(request({ target: '/endless' }));
  assert.ok(answer.kind === 'response');
  for await (const _piece of answer.body) break;
  await eventually(() => gone === before + 1);
  host.close();
});

test('those that are open are counted, switched ones until their end', async () => {
  const host = direct(2);
  const [first] = await Promise.all([host.send(request(upgrade)), host.send(request({ target: '/endless' }))]);
  await assert.rejects(host.send(request()), TooManyOpen);
  assert.ok(first.kind === 'upgraded');
  first.connection.destroy();
  await once(first.connection, 'close');
  assert.equal((await bodyOf(await host.send(request({ method: 'POST', body: Buffer.from('x') })))).length, 1);
  host.close();
});

test('closing breaks off what is open, and takes no more', async () => {
  const host = direct();
  const answer = await host.send(request(upgrade));
  assert.ok(answer.kind === 'upgraded');
  const closed = once(answer.connection, 'close');
  host.close();
  await closed;
  await assert.rejects(host.send(request()), ConnectionError);
});

test('a server that another authority vouches for is none', async () => {
  const other = await createCertificateAuthority(clock, 'other', 10);
  const host = createDirectExchange({ server: base, certificateAuthority: other.certificate, clock });
  await assert.rejects(host.send(request()), ConnectionError);
  host.close();
});

test('a server that can’t be reached is a connection error', async () => {
  const host = createDirectExchange({ server: 'https://127.0.0.1:1', clock });
  await assert.rejects(host.send(request()), ConnectionError);
});
