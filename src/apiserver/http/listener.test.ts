import assert from 'node:assert/strict';
import { connect, constants, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2';
import { Agent, request as httpsRequest } from 'node:https';
import { after, before, test } from 'node:test';
import { connect as tlsConnect } from 'node:tls';
import { gunzipSync } from 'node:zlib';
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

interface Pki {
  authority: KeyPair;
  server: KeyPair;
  admin: KeyPair;
  expired: KeyPair;
  stranger: KeyPair;
}

let pki: Pki;
let listener: Listener;
const streamsEnded: string[] = [];

async function createPki(): Promise<Pki> {
  const authority = await createCertificateAuthority(clock, 'test', 10);
  const other = await createCertificateAuthority(clock, 'other', 10);
  const past: Clock = { ...clock, now: () => Date.now() - 10 * 86_400_000 };
  const client = { commonName: 'admin', organizations: ['system:masters'], usage: 'client', validityDays: 1 } as const;
  return {
    authority,
    server: await issueCertificate(clock, authority, {
      commonName: 'server',
      usage: 'server',
      hosts: ['localhost', '127.0.0.1'],
      validityDays: 1,
    }),
    admin: await issueCertificate(clock, authority, client),
    expired: await issueCertificate(past, authority, client),
    stranger: await issueCertificate(clock, other, client),
  };
}

/** Answers what it was asked; a stream for `/stream`. */
async function echo(request: ApiRequest): Promise<ApiResponse> {
  const headers = { 'content-type': 'application/json' };
  if (request.path === '/stream') {
    return { status: 200, headers, body: ticks(request) };
  }
  if (request.path === '/large') return { status: 200, headers, body: Buffer.alloc(300_000, 97) };
  if (request.path === '/fail') throw new Error('a secret');
  if (request.path === '/slow') await new Promise((resolve) => setTimeout(resolve, 300));
  const { method, path, query, body, peer } = request;
  const answer = {
    method,
    path,
    query,
    bytes: body.length,
    verified: peer?.certificate !== undefined,
    certificateError: peer?.certificateError,
    headers: request.headers,
  };
  return { status: 200, headers: { ...headers, warning: ['a', 'b'] }, body: Buffer.from(JSON.stringify(answer)) };
}

async function* ticks(request: ApiRequest): AsyncGenerator<Uint8Array> {
  const aborted = new Promise<void>((resolve) => request.signal.addEventListener('abort', () => resolve()));
  try {
    yield Buffer.from('first\n');
    if (request.query === 'full') {
      for (let chunk = 0; chunk < 200; chunk++) yield Buffer.alloc(64 * 1024, 98);
      return;
    }
    await aborted;
  } finally {
    streamsEnded.push(request.query);
  }
}

function createListener(limits: Partial<ListenerLimits> = {}): Listener {
  return new Listener({
    exchange: echo,
    credentials: {
      certificate: pki.server.certificate,
      key: pki.server.key,
      clientAuthority: pki.authority.certificate,
    },
    port: 0,
    clock,
    logger: silentLogger,
    limits,
  });
}

function session(client?: KeyPair, port = listener.port): ClientHttp2Session {
  const made = connect(`https://127.0.0.1:${port}`, {
    ca: pki.authority.certificate,
    ...(client ? { cert: client.certificate, key: client.key } : {}),
  });
  made.on('error', () => undefined);
  return made;
}

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

function call(over: ClientHttp2Session, headers: Record<string, string>, body?: Uint8Array): Promise<Answer> {
  const stream = over.request(headers);
  if (body) stream.write(body);
  stream.end();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let received: IncomingHttpHeaders = {};
    stream.on('response', (headers) => (received = headers));
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', reject);
    stream.on('close', () =>
      resolve({ status: Number(received[':status']), headers: received, body: Buffer.concat(chunks) }),
    );
  });
}

function json(answer: Answer): Record<string, unknown> {
  return JSON.parse(answer.body.toString()) as Record<string, unknown>;
}

before(async () => {
  pki = await createPki();
  listener = createListener();
  await listener.start();
});
after(() => listener.stop());

test('over HTTP/2: method, path with its encoding, query, body and headers arrive', async () => {
  const over = session(pki.admin);
  const answer = await call(over, { ':method': 'POST', ':path': '/a%20b?x=1&y', 'x-test': 'z' }, Buffer.from('12345'));
  const { headers, ...rest } = json(answer);
  assert.deepEqual(rest, { method: 'POST', path: '/a%20b', query: 'x=1&y', bytes: 5, verified: true });
  assert.equal((headers as Record<string, string>)['x-test'], 'z');
  assert.ok(!Object.keys(headers as object).some((name) => name.startsWith(':')));
  assert.equal(answer.headers['warning'], 'a, b');
  assert.ok(answer.headers['date']);
  over.close();
});

test('over HTTP/1.1 on the same port, keep-alive', async () => {
  const agent = new Agent({
    ca: pki.authority.certificate,
    cert: pki.admin.certificate,
    key: pki.admin.key,
    keepAlive: true,
  });
  const once = (method: string, body: string): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const sent = httpsRequest({ port: listener.port, host: '127.0.0.1', agent, method, path: '/p?q' }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
        );
      });
      sent.on('error', reject);
      sent.end(body);
    });
  for (let round = 0; round < 3; round++) {
    const { headers: _headers, ...rest } = json(await once('PUT', 'body'));
    assert.deepEqual(rest, { method: 'PUT', path: '/p', query: 'q', bytes: 4, verified: true });
  }
  const head = await once('HEAD', '');
  assert.equal(head.body.length, 0);
  assert.ok(Number(head.headers['content-length']) > 0);
  const large = await once('POST', 'x'.repeat(3 * 1024 * 1024 + 1));
  assert.equal(large.status, 413);
  assert.equal(json(large)['message'], 'Request entity too large: limit is 3145728');
  agent.destroy();
});

test('a certificate that is not trusted does not break the connection: the request says why', async () => {
  for (const [client, error] of [
    [pki.expired, 'CERT_HAS_EXPIRED'],
    [pki.stranger, 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'],
  ] as const) {
    const over = session(client);
    const { verified, certificateError } = json(await call(over, { ':path': '/' }));
    assert.equal(verified, false);
    assert.match(String(certificateError), new RegExp(`${error}|UNABLE_TO_VERIFY_LEAF_SIGNATURE`));
    over.close();
  }
  const without = session();
  const answer = json(await call(without, { ':path': '/' }));
  assert.equal(answer['verified'], false);
  assert.equal(answer['certificateError'], undefined);
  without.close();
});

test('a body above 3 MiB is refused, by its length or by its bytes; the connection goes on', async () => {
  const over = session(pki.admin);
  for (const headers of [{ 'content-length': String(10 * 1024 * 1024) }, {}]) {
    const stream = over.request({ ':method': 'POST', ':path': '/', ...headers });
    const answer = await new Promise<Answer>((resolve) => {
      const chunks: Buffer[] = [];
      let received: IncomingHttpHeaders = {};
      stream.on('response', (headers) => (received = headers));
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('error', () => undefined);
      stream.on('close', () =>
        resolve({ status: Number(received[':status']), headers: received, body: Buffer.concat(chunks) }),
      );
      stream.write(Buffer.alloc(4 * 1024 * 1024));
    });
    assert.equal(answer.status, 413);
    const status = json(answer);
    assert.equal(status['reason'], 'RequestEntityTooLarge');
    assert.equal(status['message'], 'Request entity too large: limit is 3145728');
  }
  assert.equal((await call(over, { ':path': '/after' })).status, 200);
  const most = await call(over, { ':method': 'POST', ':path': '/' }, Buffer.alloc(3 * 1024 * 1024));
  assert.equal(json(most)['bytes'], 3 * 1024 * 1024);
  over.close();
});

test('a large answer is compressed where the client takes gzip, and only there', async () => {
  const over = session(pki.admin);
  const plain = await call(over, { ':path': '/large' });
  assert.equal(plain.headers['content-encoding'], undefined);
  assert.equal(plain.body.length, 300_000);
  const small = await call(over, { ':path': '/large', 'accept-encoding': 'deflate, gzip' });
  assert.equal(small.headers['content-encoding'], 'gzip');
  assert.equal(small.headers['vary'], 'Accept-Encoding');
  assert.equal(gunzipSync(small.body).length, 300_000);
  over.close();
});

test('what fails inside is answered with 500 without inner text', async () => {
  const over = session(pki.admin);
  const answer = await call(over, { ':path': '/fail' });
  assert.equal(answer.status, 500);
  assert.ok(!answer.body.toString().includes('secret'));
  over.close();
});

test('100 requests at once on one connection', async () => {
  const over = session(pki.admin);
  const answers = await Promise.all(Array.from({ length: 100 }, (_, index) => call(over, { ':path': `/n/${index}` })));
  assert.deepEqual(
    answers.map((answer) => json(answer)['path']),
    Array.from({ length: 100 }, (_, index) => `/n/${index}`),
  );
  over.close();
});

test('a stream is flushed at once, and its producer told when the client cancels', async () => {
  const over = session(pki.admin);
  const stream = over.request({ ':path': '/stream?cancelled' });
  const first = await new Promise<Buffer>((resolve) => stream.once('data', resolve));
  assert.equal(first.toString(), 'first\n');
  stream.close(constants.NGHTTP2_CANCEL);
  await until(() => streamsEnded.includes('cancelled'));
  assert.equal((await call(over, { ':path': '/after' })).status, 200);
  over.close();
});

test('a stream over HTTP/1.1 ends with its connection', async () => {
  const agent = new Agent({ ca: pki.authority.certificate });
  await new Promise<void>((resolve) => {
    const sent = httpsRequest({ port: listener.port, host: '127.0.0.1', agent, path: '/stream?h1' }, (response) => {
      response.once('data', () => {
        sent.destroy();
        resolve();
      });
    });
    sent.on('error', () => undefined);
    sent.end();
  });
  await until(() => streamsEnded.includes('h1'));
  agent.destroy();
});

test('a stream waits for its reader, and comes whole', async () => {
  const over = session(pki.admin);
  const answer = await call(over, { ':path': '/stream?full' });
  assert.equal(answer.body.length, 6 + 200 * 64 * 1024);
  over.close();
});

test('garbage instead of TLS, or of HTTP, harms nobody else', async () => {
  const socket = tlsConnect({
    port: listener.port,
    host: '127.0.0.1',
    ca: pki.authority.certificate,
    ALPNProtocols: ['http/1.1'],
  });
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => {
    socket.on('close', () => resolve());
    socket.write('\u0000\u0001 nonsense\r\n\r\n');
  });
  const over = session(pki.admin);
  assert.equal((await call(over, { ':path': '/' })).status, 200);
  over.close();
});

test('new credentials are for new connections', async () => {
  const own = createListener();
  await own.start();
  const renewed = await issueCertificate(clock, pki.authority, {
    commonName: 'renewed',
    usage: 'server',
    hosts: ['127.0.0.1'],
    validityDays: 1,
  });
  own.setCredentials({
    certificate: renewed.certificate,
    key: renewed.key,
    clientAuthority: pki.authority.certificate,
  });
  const socket = tlsConnect({ port: own.port, host: '127.0.0.1', ca: pki.authority.certificate });
  const subject = await new Promise((resolve) =>
    socket.on('secureConnect', () => resolve(socket.getPeerCertificate().subject.CN)),
  );
  assert.equal(subject, 'renewed');
  socket.destroy();
  await own.stop();
});

test('answers that nobody reads are bounded: more are refused, then those are dropped', async () => {
  const own = createListener({ unreadBytesMax: 400_000, unreadTimeoutMs: 300 });
  await own.start();
  const lazy = session(pki.admin, own.port);
  const unread = lazy.request({ ':path': '/large' });
  unread.on('error', () => undefined);
  unread.pause();
  await new Promise((resolve) => setTimeout(resolve, 100));
  const over = session(pki.admin, own.port);
  const refused = await call(over, { ':path': '/large' });
  assert.equal(refused.status, 429);
  assert.equal(refused.headers['retry-after'], '1');
  assert.equal(json(refused)['reason'], 'TooManyRequests');
  assert.equal((await call(over, { ':path': '/small' })).status, 200);
  await new Promise((resolve) => setTimeout(resolve, 400));
  assert.equal((await call(over, { ':path': '/large' })).status, 200);
  assert.equal((await call(over, { ':path': '/large' })).status, 200);
  lazy.destroy();
  over.destroy();
  await own.stop();
});

test('a stop finishes what is under way, ends streams, and refuses what is new', async () => {
  const own = createListener();
  await own.start();
  const { port } = own;
  const over = session(pki.admin, port);
  const watch = call(over, { ':path': '/stream?stopped' });
  const slow = call(over, { ':path': '/slow' });
  await new Promise((resolve) => setTimeout(resolve, 100));
  const stopping = own.stop();
  assert.equal((await watch).body.toString(), 'first\n');
  assert.equal((await slow).status, 200);
  await stopping;
  await own.stop();
  await assert.rejects(call(session(pki.admin, port), { ':path': '/' }));
});

async function until(holds: () => boolean): Promise<void> {
  for (let round = 0; round < 200 && !holds(); round++) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.ok(holds());
}
