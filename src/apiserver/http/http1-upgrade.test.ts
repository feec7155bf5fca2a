import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import type { ApiRequest, ApiResponse } from '../../api/exchange.ts';
import type { Clock } from '../../lib/clock.ts';
import { silentLogger } from '../../lib/logger.ts';
import { createCertificateAuthority, issueCertificate, type KeyPair } from '../../tenancy/certificate-authority.ts';
import type { ListenerLimits } from './listener-options.ts';
import { Listener } from './listener.ts';

const clock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
};

let authority: KeyPair;
let server: KeyPair;
let onAbort: () => void = () => undefined;

/** `/echo` switches and gives back what comes; `/passed/…` tells the size of what comes as a stream; else what was asked. */
async function exchange(request: ApiRequest): Promise<ApiResponse> {
  request.signal.addEventListener('abort', () => onAbort());
  if (request.path === '/refused') return { status: 403, headers: { 'x-why': 'no' }, body: Buffer.from('not you') };
  if (request.path === '/fail') throw new Error('a secret');
  if (request.path === '/smuggle') {
    return { status: 101, headers: { 'x-a': 'b\r\nx-c: d' }, body: new Uint8Array(), upgrade: () => undefined };
  }
  if (request.upgrade !== undefined) {
    const headers = { connection: 'Upgrade', upgrade: request.upgrade, 'x-many': ['1', '2'] };
    return { status: 101, headers, body: new Uint8Array(), upgrade: (connection) => void connection.pipe(connection) };
  }
  let size = request.body.length;
  for await (const chunk of request.bodyStream ?? []) size += chunk.length;
  return { status: 200, headers: {}, body: Buffer.from(`${request.method} ${size}`) };
}

function listenerWith(limits: Partial<ListenerLimits> = {}): Listener {
  return new Listener({
    exchange,
    passesOn: (path) => path.startsWith('/passed/'),
    credentials: { certificate: server.certificate, key: server.key, clientAuthority: authority.certificate },
    port: 0,
    clock,
    logger: silentLogger,
    limits,
  });
}

let listener: Listener;
before(async () => {
  authority = await createCertificateAuthority(clock, 'test', 10);
  server = await issueCertificate(clock, authority, {
    commonName: 'server',
    usage: 'server',
    hosts: ['127.0.0.1'],
    validityDays: 1,
  });
  listener = listenerWith();
  await listener.start();
});
after(() => listener.stop());

class RawClient {
  readonly socket: TLSSocket;
  text = '';
  closed = false;

  constructor(port: number) {
    this.socket = connect({ host: '127.0.0.1', port, ca: authority.certificate });
    this.socket.on('data', (bytes: Buffer) => {
      this.text += bytes.toString('latin1');
      this.socket.emit('progress');
    });
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => {
      this.closed = true;
      this.socket.emit('progress');
    });
  }

  send(text: string): void {
    this.socket.write(text);
  }

  async until(there: () => boolean): Promise<void> {
    while (!there()) await once(this.socket, 'progress');
  }
}

function upgradeRequest(path: string, protocol: string, more = '', method = 'GET'): string {
  return `${method} ${path} HTTP/1.1\r\nhost: x\r\nconnection: keep-alive, Upgrade\r\nupgrade: ${protocol}\r\n${more}\r\n`;
}

for (const protocol of ['websocket', 'SPDY/3.1']) {
  test(`${protocol}: the connection is handed over, with the bytes that came right behind the request`, async () => {
    const client = new RawClient(listener.port);
    client.send(`${upgradeRequest('/echo', protocol, '', 'POST')}early`);
    await client.until(() => client.text.endsWith('early'));
    assert.equal(
      client.text,
      `HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: ${protocol}\r\nx-many: 1\r\nx-many: 2\r\n\r\nearly`,
    );
    client.send(' and late');
    await client.until(() => client.text.endsWith('early and late'));
    client.socket.destroy();
  });
}

const ordinary: Record<string, [text: string, answer: string]> = {
  'a protocol that is not served': [upgradeRequest('/x', 'h2c'), 'GET 0'],
  'an upgrade behind a body': [`${upgradeRequest('/x', 'websocket', 'content-length: 3\r\n', 'POST')}abc`, 'POST 3'],
};
for (const [name, [text, answer]] of Object.entries(ordinary)) {
  test(`${name} is a request like any`, async () => {
    const client = new RawClient(listener.port);
    client.send(text);
    await client.until(() => client.text.endsWith(answer));
    assert.match(client.text, /^HTTP\/1\.1 200 OK/);
    client.socket.destroy();
  });
}

test('anything may be switched to where requests are passed on', async () => {
  const client = new RawClient(listener.port);
  client.send(upgradeRequest('/passed/x', 'own/1'));
  await client.until(() => client.text.endsWith('\r\n\r\n'));
  assert.match(client.text, /^HTTP\/1\.1 101 /);
  client.socket.destroy();
});

const plain: Record<string, [path: string, expected: RegExp]> = {
  'a refusal': ['/refused', /^HTTP\/1\.1 403 Forbidden\r\nx-why: no\r\n[^]*\r\n\r\nnot you$/],
  'a failure': ['/fail', /^HTTP\/1\.1 500 [^]*"reason":"InternalError"/],
};
for (const [name, [path, expected]] of Object.entries(plain)) {
  test(`${name} is answered as ever, and ends the connection`, async () => {
    const client = new RawClient(listener.port);
    client.send(upgradeRequest(path, 'websocket'));
    await client.until(() => client.closed);
    assert.match(client.text, expected);
    assert.doesNotMatch(client.text, /secret/);
  });
}

test('an answer whose headers are none switches nothing', async () => {
  const client = new RawClient(listener.port);
  client.send(upgradeRequest('/smuggle', 'websocket'));
  await client.until(() => client.closed);
  assert.equal(client.text, '');
});

test('the exchange hears when the client goes', async () => {
  const heard = new Promise<void>((resolve) => (onAbort = resolve));
  const client = new RawClient(listener.port);
  client.send(upgradeRequest('/echo', 'websocket'));
  await client.until(() => client.text.endsWith('\r\n\r\n'));
  client.socket.destroy();
  await heard;
});

test('upgraded connections are bounded: more are refused with 429, until one ends', async () => {
  const small = listenerWith({ upgradedMax: 2 });
  await small.start();
  const clients = [new RawClient(small.port), new RawClient(small.port)];
  for (const client of clients) {
    client.send(upgradeRequest('/echo', 'websocket'));
    await client.until(() => client.text.endsWith('\r\n\r\n'));
  }
  const third = new RawClient(small.port);
  third.send(upgradeRequest('/echo', 'websocket'));
  await third.until(() => third.closed);
  assert.match(third.text, /^HTTP\/1\.1 429 /);
  clients[0]?.socket.destroy();
  for (;;) {
    const next = new RawClient(small.port);
    next.send(upgradeRequest('/echo', 'websocket'));
    await next.until(() => next.closed || next.text.endsWith('\r\n\r\n'));
    if (next.text.startsWith('HTTP/1.1 101')) break;
  }
  await small.stop();
});

test('a stop ends upgraded connections at once', async () => {
  const stopped = listenerWith();
  await stopped.start();
  const client = new RawClient(stopped.port);
  client.send(upgradeRequest('/echo', 'websocket'));
  await client.until(() => client.text.endsWith('\r\n\r\n'));
  await stopped.stop();
  await client.until(() => client.closed);
});

test('who never finishes a request is cut off: nothing, half a head, half of a body that is passed on', async () => {
  const hasty = listenerWith({ headersTimeoutMs: 100, bodyTimeoutMs: 100 });
  await hasty.start();
  const slow = [
    '',
    'GET / HTTP/1.1\r\nhost: x\r\n',
    'POST /passed/x HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nabc',
  ];
  await Promise.all(
    slow.map(async (text) => {
      const client = new RawClient(hasty.port);
      client.send(text);
      await client.until(() => client.closed);
      assert.doesNotMatch(client.text, / 200 /);
    }),
  );
  await hasty.stop();
});

test('a body that is passed on comes as a stream, above the limit of others', async () => {
  const client = new RawClient(listener.port);
  const size = 5 * 1024 * 1024;
  client.send(`POST /passed/x HTTP/1.1\r\nhost: x\r\ncontent-length: ${size}\r\n\r\n`);
  client.send('x'.repeat(size));
  await client.until(() => client.text.endsWith(`POST ${size}`));
  client.send(`POST /other HTTP/1.1\r\nhost: x\r\ncontent-length: ${size}\r\n\r\n`);
  await client.until(() => client.text.includes('HTTP/1.1 413'));
  client.socket.destroy();
});
