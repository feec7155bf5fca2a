import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import type { ApiRequest } from '../../api/exchange.ts';
import { logOverWebSocket } from './log-over-websocket.ts';

function request(protocol: string): ApiRequest {
  return {
    method: 'GET',
    path: '/',
    query: '',
    headers: { 'sec-websocket-version': '13', 'sec-websocket-key': 'k', 'sec-websocket-protocol': protocol },
    body: new Uint8Array(),
    upgrade: 'websocket',
    signal: new AbortController().signal,
  };
}

async function* log(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('a\n');
  yield Buffer.from('b\n');
}

const cases: Record<string, Buffer> = {
  'binary.k8s.io': Buffer.from([0x82, 2, 97, 10, 0x82, 2, 98, 10]),
  '': Buffer.from([0x82, 2, 97, 10, 0x82, 2, 98, 10]),
  'chat, base64.binary.k8s.io': Buffer.concat([
    Buffer.from([0x81, 4]),
    Buffer.from('YQo='),
    Buffer.from([0x81, 4]),
    Buffer.from('Ygo='),
  ]),
};
for (const [protocol, expected] of Object.entries(cases)) {
  test(`a log as messages: ${protocol === '' ? 'no protocol' : protocol}`, async () => {
    let received = Buffer.alloc(0);
    const connection = new Duplex({
      read: () => undefined,
      write(chunk: Buffer, _encoding, done) {
        received = Buffer.concat([received, chunk]);
        done();
      },
    });
    const response = logOverWebSocket(request(protocol), log());
    assert.equal(response.status, 101);
    response.upgrade?.(connection);
    await once(connection, 'close');
    assert.deepEqual(received, Buffer.concat([expected, Buffer.from([0x88, 2, 3, 0xe8])]));
  });
}

test('another protocol is refused, and the log told to stop', async () => {
  const stopped = Promise.withResolvers<void>();
  const body = {
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise<never>(() => undefined),
      return() {
        stopped.resolve();
        return Promise.resolve({ done: true as const, value: undefined });
      },
    }),
  };
  assert.equal(logOverWebSocket(request('chat'), body).status, 403);
  await stopped.promise;
});
