/** Extension servers that are slow, broken or hostile, and clients that are. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { after, before, beforeEach, test } from 'node:test';
import { AggregatedServer, apiServicesPath } from './aggregated.test-double.ts';
import { createPki, FakeExtensionServer, type Pki } from './extension-server.test-double.ts';

const things = '/apis/ext.example/v1/things';
const megabyte = Buffer.alloc(1024 * 1024, 'x');

let pki: Pki;
let extension: FakeExtensionServer;
let server: AggregatedServer;

before(async () => {
  pki = await createPki();
  extension = await FakeExtensionServer.start(pki);
  server = await AggregatedServer.start(pki);
  await server.aggregate(extension);
  await server.until('Passed');
});
after(async () => {
  await server.stop();
  await extension.stop();
});
beforeEach(() => {
  extension.answer = (_request, response) => void response.end();
});

test('an upload above the limit of our own bodies goes through, as it comes', async () => {
  extension.answer = (request, response) => {
    let size = 0;
    request.on('data', (chunk: Buffer) => (size += chunk.length));
    request.on('end', () => void response.end(String(size)));
  };
  const body = Buffer.concat(Array.from({ length: 12 }, () => megabyte));
  assert.equal((await server.ask('POST', things, body)).text, String(body.length));
});

test('an answer before the end of the upload reaches the client', async () => {
  extension.answer = (_request, response) => void response.writeHead(403).end('no');
  const { status, text } = await server.ask('POST', things, megabyte);
  assert.deepEqual([status, text], [403, 'no']);
});

test('an answer without end is taken at the pace of its reader', async () => {
  let written = 0;
  const closed = Promise.withResolvers<void>();
  extension.answer = (_request, response) => {
    response.once('close', closed.resolve);
    const more = (): void => {
      while (!response.destroyed && response.write(megabyte)) written++;
      written++;
    };
    response.on('drain', more);
    more();
  };
  const message = await server.open('GET', things);
  await once(message, 'readable');
  for (let seen = -1; seen !== written;) {
    seen = written;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  // What fits into the buffers on the way, and no more.
  assert.ok(written < 64, `${written} MB`);
  message.destroy();
  await closed.promise;
});

test('an event is passed on when it comes, and the server hears when its watcher goes', async () => {
  const arrived = Promise.withResolvers<ServerResponse>();
  extension.answer = (_request, response) => {
    response.write('{"type":"ADDED"}\n');
    arrived.resolve(response);
  };
  const message = await server.open('GET', `${things}?watch=1`);
  const response = await arrived.promise;
  const events = message[Symbol.asyncIterator]();
  assert.equal(String((await events.next()).value), '{"type":"ADDED"}\n');
  response.write('{"type":"MODIFIED"}\n');
  assert.equal(String((await events.next()).value), '{"type":"MODIFIED"}\n');
  const gone = once(response, 'close');
  message.destroy();
  await gone;
});

test('a server that never answers is left when the client goes', async () => {
  const asked = Promise.withResolvers<IncomingMessage>();
  extension.answer = (request) => asked.resolve(request);
  const abort = new AbortController();
  const pending = server.open('GET', things, undefined, {}, abort.signal);
  const request = await asked.promise;
  const gone = once(request.socket, 'close');
  abort.abort();
  await assert.rejects(pending);
  await gone;
});

test('an answer that breaks off is broken for the client too', async () => {
  extension.answer = (_request, response) => {
    response.write('half');
    setImmediate(() => response.destroy());
  };
  await assert.rejects(server.ask('GET', things));
});

test('a connection that breaks before the answer is 503, with why', async () => {
  extension.answer = (_request, response) => void response.destroy();
  const { status, headers, text } = await server.ask('GET', things);
  assert.equal(status, 503);
  assert.equal(headers['content-type'], 'text/plain; charset=utf-8');
  assert.match(text, /^error trying to reach service: socket hang up\n$/);
});

test('redirects are followed by nobody', async () => {
  extension.answer = (_request, response) => void response.writeHead(302, { location: 'https://10.0.0.1/' }).end();
  const { status, headers } = await server.ask('GET', things);
  assert.deepEqual([status, headers['location']], [502, undefined]);
});

test('headers without end are refused', async () => {
  extension.answer = (_request, response) => {
    const headers = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`x-${index}`, 'y'.repeat(8000)]));
    response.writeHead(200, headers).end();
  };
  const { status, text } = await server.ask('GET', things);
  assert.equal(status, 503);
  assert.match(text, /Header overflow/);
});

test('a user whose name can’t stand in a header is nobody, and nothing is smuggled by it', async () => {
  const count = extension.requests.length;
  const response = await server.composed.exchange({
    method: 'GET',
    path: things,
    query: '',
    headers: {},
    body: new Uint8Array(),
    user: { name: 'eve\r\nx-remote-group: system:masters', groups: ['system:masters'] },
    signal: new AbortController().signal,
  });
  assert.equal(response.status, 503);
  assert.equal(extension.requests.length, count);
});

test('a body with two lengths is refused before anybody is asked', async () => {
  const count = extension.requests.length;
  const socket = await server.socket();
  socket.write(
    `POST ${things} HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET`,
  );
  await once(socket.resume(), 'close');
  assert.equal(extension.requests.length, count);
});

/** A client's connection after its request for an upgrade. */
async function upgraded(): Promise<{ socket: Duplex; text: () => string }> {
  const socket = await server.socket();
  let text = '';
  socket.on('data', (bytes: Buffer) => (text += bytes.toString('latin1')));
  socket.write(
    `GET ${things}/a/exec HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: own/1\r\nx-remote-user: root\r\n\r\nearly`,
  );
  return { socket, text: () => text };
}

test('an upgrade is a tunnel: bytes both ways, who asks in front, the end of one the end of the other', async () => {
  const switched = Promise.withResolvers<Duplex>();
  extension.upgrade = (_request, socket, head) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: own/1\r\n\r\nhello ');
    socket.write(head);
    switched.resolve(socket);
  };
  const client = await upgraded();
  const theirs = await switched.promise;
  theirs.on('data', (bytes: Buffer) => theirs.write(bytes.toString().toUpperCase()));
  await until(() => client.text().endsWith('hello EARLY'));
  assert.match(client.text(), /^HTTP\/1\.1 101 Switching Protocols\r\n/);
  assert.equal(extension.requests.at(-1)?.headers['x-remote-user'], 'jane');
  client.socket.write('more');
  await until(() => client.text().endsWith('EARLYMORE'));
  const gone = once(theirs, 'close');
  client.socket.destroy();
  await gone;
});

test('the end of the server’s side of a tunnel reaches the client, behind what was sent', async () => {
  extension.upgrade = (_request, socket) => {
    socket.end('HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: own/1\r\n\r\nbye');
  };
  const client = await upgraded();
  await once(client.socket, 'close');
  assert.match(client.text(), /\r\n\r\nbye$/);
});

test('an upgrade that the server refuses is answered as it says', async () => {
  extension.upgrade = (_request, socket) => void socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\nno');
  const client = await upgraded();
  await once(client.socket, 'close');
  assert.match(client.text(), /^HTTP\/1\.1 403 Forbidden\r\n[^]*\r\n\r\nno$/);
});

test('an upgrade to a server that says nothing ends with its client', async () => {
  const asked = Promise.withResolvers<Duplex>();
  extension.upgrade = (_request, socket) => asked.resolve(socket);
  const client = await upgraded();
  const theirs = await asked.promise;
  const gone = once(theirs.resume(), 'close');
  client.socket.destroy();
  await gone;
});

/** Makes the aggregation layer look again, in the way that anybody could. */
async function changeService(): Promise<void> {
  const labels = { changed: String(performance.now()) };
  await server.expect(200, 'PATCH', '/api/v1/namespaces/ns/services/svc', { metadata: { labels } });
}

test('documents without end are given up, and harm nobody else', async () => {
  let closed = 0;
  extension.discover = (_request, response) => {
    response.once('close', () => closed++);
    response.setHeader('content-type', 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList');
    const more = (): void => {
      while (!response.destroyed && response.write(megabyte));
    };
    response.on('drain', more);
    more();
  };
  await server.expect(200, 'DELETE', `${apiServicesPath}/v1.ext.example`);
  await server.expect(201, 'POST', apiServicesPath, server.apiService(extension.port));
  await server.until('Passed');
  // Five looks, and what discovery asked for.
  await until(() => closed >= 6);
  assert.equal((await server.ask('GET', '/apis')).status, 200);
  extension.discover = undefined;
});

test('a server with another’s certificate, or for another name, gets nothing', async () => {
  const { spec } = server.apiService(extension.port) as { spec: Record<string, unknown> };
  for (const changed of [
    { caBundle: Buffer.from(pki.stranger.certificate).toString('base64') },
    { service: { namespace: 'ns', name: 'other', port: extension.port } },
  ]) {
    await server.expect(200, 'DELETE', `${apiServicesPath}/v1.ext.example`);
    const ports = [{ name: 'https', port: extension.port, protocol: 'TCP' }];
    await server.ask('POST', '/api/v1/namespaces/ns/services', {
      metadata: { name: 'other' },
      spec: { type: 'ExternalName', externalName: 'localhost', ports },
    });
    const count = extension.requests.length;
    await server.expect(201, 'POST', apiServicesPath, server.apiService(extension.port, { ...spec, ...changed }));
    const { message } = await server.until('FailedDiscoveryCheck');
    assert.match(message, /unable to verify|self-signed|issuer certificate|altnames/);
    assert.equal((await server.ask('GET', things)).status, 503);
    assert.equal(extension.requests.length, count);
  }
  await server.expect(200, 'DELETE', `${apiServicesPath}/v1.ext.example`);
  const insecure = { caBundle: undefined, insecureSkipTLSVerify: true };
  await server.expect(201, 'POST', apiServicesPath, server.apiService(extension.port, insecure));
  await server.until('Passed');
  await changeService();
  assert.equal((await server.ask('GET', things)).status, 200);
});

async function until(there: () => boolean): Promise<void> {
  while (!there()) await new Promise((resolve) => setTimeout(resolve, 10));
}
