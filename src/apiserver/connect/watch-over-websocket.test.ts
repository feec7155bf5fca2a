import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import type { ApiRequest, ApiResponse } from '../../api/exchange.ts';
import { watchOverWebSocket } from './watch-over-websocket.ts';

/** The client's end of a connection in memory. */
class Client extends Duplex {
  readonly server: Duplex;
  received = Buffer.alloc(0);
  over = false;

  constructor() {
    super();
    this.server = new Duplex({
      read: () => undefined,
      write: (chunk: Buffer, _encoding, done) => {
        this.received = Buffer.concat([this.received, chunk]);
        this.emit('progress');
        done();
      },
      final: (done) => {
        done();
        this.over = true;
        this.emit('progress');
      },
      destroy: (_error, done) => {
        done(null);
        this.over = true;
        this.emit('progress');
      },
    });
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.server.push(chunk);
    done();
  }

  async until(there: () => boolean): Promise<void> {
    while (!there()) await once(this, 'progress');
  }
}

function request(headers: Record<string, string> = {}, abort = new AbortController()): ApiRequest {
  return {
    method: 'GET',
    path: '/api/v1/pods',
    query: 'watch=1',
    headers: {
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      origin: 'https://localhost',
      ...headers,
    },
    body: new Uint8Array(),
    upgrade: 'websocket',
    signal: abort.signal,
  };
}

/** A stream that is fed by hand, and knows when it is told to stop. */
function source() {
  const waiting: Uint8Array[] = [];
  let wake: () => void = () => undefined;
  let ended = false;
  const stopped = Promise.withResolvers<void>();
  const body: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]: () => ({
      async next() {
        for (;;) {
          const value = waiting.shift();
          if (value) return { done: false, value };
          if (ended) return { done: true, value: undefined };
          await new Promise<void>((resolve) => (wake = resolve));
        }
      },
      return() {
        ended = true;
        wake();
        stopped.resolve();
        return Promise.resolve({ done: true, value: undefined });
      },
    }),
  };
  return {
    body,
    stopped: stopped.promise,
    push(chunk: Uint8Array) {
      waiting.push(chunk);
      wake();
    },
    end() {
      ended = true;
      wake();
    },
  };
}

function answer(contentType: string, body: AsyncIterable<Uint8Array>): ApiResponse {
  return { status: 200, headers: { 'content-type': contentType }, body };
}

function masked(opcode: number, payload: Buffer): Buffer {
  const mask = Buffer.from([1, 2, 3, 4]);
  const body = Buffer.from(payload.map((byte, at) => byte ^ (mask[at % 4] ?? 0)));
  return Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | payload.length]), mask, body]);
}

test('the handshake is answered as RFC 6455 says, with the one protocol that was asked for', () => {
  const { status, headers } = watchOverWebSocket(
    request({ 'sec-websocket-protocol': 'base64url.bearer.authorization.k8s.io.dG9rZW4, chat' }),
    answer('application/json', source().body),
    source().body,
  );
  assert.equal(status, 101);
  assert.deepEqual(headers, {
    upgrade: 'websocket',
    connection: 'Upgrade',
    'sec-websocket-accept': 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
    'sec-websocket-protocol': 'chat',
  });
});

const refused: Record<string, [headers: Record<string, string>, status: number]> = {
  'another version': [{ 'sec-websocket-version': '8' }, 400],
  'no key': [{ 'sec-websocket-key': '' }, 400],
  'no origin': [{ origin: '' }, 403],
  'two protocols': [{ 'sec-websocket-protocol': 'a, b' }, 400],
};
for (const [name, [headers, status]] of Object.entries(refused)) {
  test(`${name} is refused, and the watch told to stop`, async () => {
    const { body, stopped } = source();
    const response = watchOverWebSocket(request(headers), answer('application/json', body), body);
    assert.equal(response.status, status);
    await stopped;
  });
}

test('each event is a text; the client’s close ends the watch', async () => {
  const { body, stopped, push } = source();
  const client = new Client();
  watchOverWebSocket(request(), answer('application/json', body), body).upgrade?.(client.server);
  const long = `{"b":"${'x'.repeat(70_000)}"}\n`;
  push(Buffer.from(`{"a":1}\n${long}`));
  const expected = Buffer.concat([
    Buffer.from([0x81, 8]),
    Buffer.from('{"a":1}\n'),
    Buffer.from([0x81, 127, 0, 0, 0, 0, 0, 1, 0x11, 0x79]),
    Buffer.from(long),
  ]);
  await client.until(() => client.received.length >= expected.length);
  assert.deepEqual(client.received, expected);
  // Data is ignored, a ping answered, in pieces or not.
  const bytes = Buffer.concat([masked(1, Buffer.from('ignored')), masked(9, Buffer.from('hi'))]);
  for (const byte of bytes) client.write(Buffer.from([byte]));
  await client.until(() => client.received.length >= expected.length + 4);
  assert.deepEqual(client.received.subarray(expected.length), Buffer.from([0x8a, 2, 0x68, 0x69]));
  client.write(masked(8, Buffer.alloc(0)));
  await stopped;
  await client.until(() => client.over);
  assert.deepEqual(client.received.subarray(-4), Buffer.from([0x88, 2, 0x03, 0xe8]));
});

test('protobuf events are binary, without the length in front', async () => {
  const { body, push, end } = source();
  const client = new Client();
  watchOverWebSocket(request(), answer('application/vnd.kubernetes.protobuf;stream=watch', body), body).upgrade?.(
    client.server,
  );
  push(Buffer.from([0, 0, 0, 2, 7, 8, 0, 0, 0, 1, 9]));
  end();
  await client.until(() => client.over);
  assert.deepEqual(client.received, Buffer.from([0x82, 2, 7, 8, 0x82, 1, 9, 0x88, 2, 0x03, 0xe8]));
});

const hostile: Record<string, Buffer> = {
  'a frame without a mask': Buffer.from([0x81, 1, 65]),
  'a control frame that is too long': Buffer.concat([Buffer.from([0x89, 0xfe, 0xff, 0xff]), Buffer.alloc(4)]),
  'a control frame in pieces': Buffer.concat([Buffer.from([0x09, 0x80]), Buffer.alloc(4)]),
  'an extension that was not agreed upon': Buffer.concat([Buffer.from([0xc1, 0x80]), Buffer.alloc(4)]),
};
for (const [name, bytes] of Object.entries(hostile)) {
  test(`${name} ends the watch`, async () => {
    const { body, stopped } = source();
    const client = new Client();
    watchOverWebSocket(request(), answer('application/json', body), body).upgrade?.(client.server);
    client.write(bytes);
    await stopped;
    await client.until(() => client.over);
    assert.deepEqual(client.received, Buffer.from([0x88, 2, 0x03, 0xea]));
  });
}

test('a client that has gone before it was told ends the watch', async () => {
  const { body, stopped } = source();
  const abort = new AbortController();
  watchOverWebSocket(request({}, abort), answer('application/json', body), body);
  abort.abort();
  await stopped;
});
