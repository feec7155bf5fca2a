import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import type { ApiResponse } from '../../api/exchange.ts';
import { FakeClock } from '../../client/fake-clock.test-double.ts';
import { silentLogger } from '../../lib/logger.ts';
import { requestInfoOf } from '../request-info.ts';
import { createPki, FakeExtensionServer } from './extension-server.test-double.ts';
import { passOn } from './proxy.ts';
import { RemoteService } from './remote-service.ts';

function remoteOf(caBundle: string, available = 'True'): RemoteService {
  const remote = RemoteService.of(
    {
      metadata: { name: 'v1.ext.example' },
      spec: { group: 'ext.example', version: 'v1', caBundle, service: { namespace: 'ns', name: 'svc' } },
      status: { conditions: [{ type: 'Available', status: available }] },
    },
    undefined,
  );
  assert.ok(remote);
  return remote;
}

function context(path: string) {
  const request = {
    method: 'GET',
    path,
    query: '',
    headers: {},
    body: new Uint8Array(),
    signal: new AbortController().signal,
  };
  const info = requestInfoOf(request);
  return { request, info, query: new URLSearchParams(), user: { name: 'u', groups: [] } };
}

function textOf(body: ApiResponse['body']): string {
  assert.ok(body instanceof Uint8Array);
  return Buffer.from(body).toString();
}

test('a server that doesn’t answer in time is left; a watch may wait', async () => {
  const pki = await createPki();
  const server = await FakeExtensionServer.start(pki);
  const asked: IncomingMessage[] = [];
  server.answer = (request) => void asked.push(request);
  const clock = new FakeClock(0);
  const options = {
    clock,
    logger: silentLogger,
    resolve: () => Promise.resolve({ host: '127.0.0.1', port: server.port }),
  };
  const remote = remoteOf(Buffer.from(pki.authority.certificate).toString('base64'));
  const pending = passOn(context('/apis/ext.example/v1/things'), remote, options);
  const watching = passOn(context('/apis/ext.example/v1/watch/things'), remote, options);
  while (asked.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  const get = asked.find(({ url }) => url?.endsWith('/v1/things'));
  assert.ok(get);
  assert.equal(remote.inFlight, 2);
  const gone = once(get.socket, 'close');
  await clock.advance(61_000);
  const { status, body } = await pending;
  assert.equal(status, 503);
  assert.match(textOf(body), /error trying to reach service: context canceled/);
  await gone;
  assert.equal(remote.inFlight, 1);
  await server.stop();
  assert.equal((await watching).status, 503);
  assert.equal(remote.inFlight, 0);
});

test('nothing is passed on to a server that is not available, or whose Service can’t be resolved', async () => {
  const resolve = (): Promise<never> => Promise.reject(new Error('no Service'));
  const options = { clock: new FakeClock(0), logger: silentLogger, resolve };
  for (const available of ['True', 'False', 'Unknown']) {
    const { status, body } = await passOn(context('/apis/ext.example/v1'), remoteOf('', available), options);
    assert.deepEqual([status, textOf(body)], [503, 'service unavailable\n']);
  }
});
