import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiRequest } from '../../api/exchange.ts';
import { proxiedHeaders, streamHeaders } from './connection-headers.ts';

function request(headers: Record<string, string>, more: Partial<ApiRequest> = {}): ApiRequest {
  const signal = new AbortController().signal;
  return { method: 'GET', path: '/', query: '', headers, body: new Uint8Array(), signal, ...more };
}

/** Whoever is believed by the host must not be the tenant's user. */
const hostile = {
  authorization: 'Bearer mine',
  'proxy-authorization': 'Basic x',
  'impersonate-user': 'admin',
  Impersonate_Group: 'system:masters',
  'impersonate-extra-scopes': 'x',
  'x-remote-user': 'admin',
  'x-remote-group': 'system:masters',
  x_remote_user: 'admin',
  'x-remote-extra-a': 'b',
  'transfer-encoding': 'chunked',
  expect: '100-continue',
  'audit-id': '1',
  host: 'elsewhere',
  'x-forwarded-host': 'elsewhere',
  connection: 'keep-alive, x-hop',
  'x-hop': 'only here',
  'keep-alive': '5',
};

test('into a container go only the words of the protocol', () => {
  const found = streamHeaders(
    request(
      {
        ...hostile,
        'sec-websocket-key': 'k',
        'sec-websocket-version': '13',
        'sec-websocket-protocol': 'base64url.bearer.authorization.k8s.io.dG9rZW4, v5.channel.k8s.io, v4.channel.k8s.io',
        cookie: 'a=b',
        'user-agent': 'kubectl',
        'x-other': 'x',
      },
      { upgrade: 'websocket' },
    ),
  );
  assert.deepEqual(found, {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-key': 'k',
    'sec-websocket-version': '13',
    'sec-websocket-protocol': 'v5.channel.k8s.io, v4.channel.k8s.io',
  });
});

test('SPDY’s protocols come each in a header of its own, and go on so, in their order', () => {
  const rawHeaders = [
    'X-Stream-Protocol-Version',
    'v4.channel.k8s.io',
    'x-stream-protocol-version',
    'v3.channel.k8s.io',
  ];
  const headers = { 'x-stream-protocol-version': 'v4.channel.k8s.io, v3.channel.k8s.io' };
  assert.deepEqual(streamHeaders(request(headers, { rawHeaders, upgrade: 'SPDY/3.1' })), {
    connection: 'Upgrade',
    upgrade: 'SPDY/3.1',
    'x-stream-protocol-version': ['v4.channel.k8s.io', 'v3.channel.k8s.io'],
  });
});

test('to what a pod serves go its own headers, and nothing that the host would believe', () => {
  const headers = { ...hostile, cookie: 'a=b', 'x-other': 'x', accept: 'text/html', 'accept-encoding': 'gzip' };
  assert.deepEqual(proxiedHeaders(request(headers, { peer: { address: '10.0.0.9' } })), {
    cookie: 'a=b',
    'x-other': 'x',
    accept: 'text/html',
    'x-forwarded-for': '10.0.0.9',
    'user-agent': '',
  });
});

test('a length goes on with a body that streams only, else it is that of the body', () => {
  const headers = { 'content-length': '5' };
  assert.equal(proxiedHeaders(request(headers))['content-length'], undefined);
  assert.equal(proxiedHeaders(request(headers, { method: 'POST', body: Buffer.from('ab') }))['content-length'], '2');
  async function* body(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('abcde');
  }
  assert.equal(proxiedHeaders(request(headers, { method: 'POST', bodyStream: body() }))['content-length'], '5');
});
