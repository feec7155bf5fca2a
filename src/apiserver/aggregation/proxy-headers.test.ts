import assert from 'node:assert/strict';
import { test } from 'node:test';
import { identityHeaders, requestHeaders, responseHeaders } from './proxy-headers.ts';

const user = { name: 'jane', groups: [] };
const hop = { host: 'svc.ns.svc', forwardedFor: '10.0.0.9' };

const cases: Record<string, [incoming: Record<string, string>, outgoing: Record<string, string | string[]>]> = {
  nothing: [{}, { host: 'svc.ns.svc', 'x-forwarded-for': '10.0.0.9', 'x-remote-user': 'jane' }],
  'the host that was asked for, and who passed it on before': [
    { host: 'example.com', 'x-forwarded-for': '10.0.0.1' },
    { host: 'example.com', 'x-forwarded-for': '10.0.0.1, 10.0.0.9', 'x-remote-user': 'jane' },
  ],
  'what is for one hop, or names itself so': [
    { connection: 'close, X-Mine', 'x-mine': '1', te: 'trailers', 'keep-alive': '5', 'http2-settings': 'x' },
    { host: 'svc.ns.svc', 'x-forwarded-for': '10.0.0.9', 'x-remote-user': 'jane', te: 'trailers' },
  ],
  'who asks, and as whom, is ours to say': [
    { 'x-remote-user': 'root', x_remote_group: 'a', 'impersonate-user': 'root', authorization: 'Bearer x' },
    { host: 'svc.ns.svc', 'x-forwarded-for': '10.0.0.9', 'x-remote-user': 'jane' },
  ],
  'a token among protocols stays here': [
    { 'sec-websocket-protocol': 'base64url.bearer.authorization.k8s.io.eA, v5.channel.k8s.io' },
    {
      host: 'svc.ns.svc',
      'x-forwarded-for': '10.0.0.9',
      'x-remote-user': 'jane',
      'sec-websocket-protocol': 'v5.channel.k8s.io',
    },
  ],
};
for (const [name, [incoming, outgoing]] of Object.entries(cases)) {
  test(name, () => assert.deepEqual(requestHeaders({ headers: incoming }, user, hop), outgoing));
}

test('what came several times goes on so', () => {
  const headers = { 'x-mine': '1, 2', accept: 'a, b', cookie: 'a=1; b=2', 'x-remote-user': 'root, root' };
  const rawHeaders = [
    'X-Mine',
    '1',
    'x-mine',
    '2',
    'accept',
    'a, b',
    'cookie',
    'a=1',
    'cookie',
    'b=2',
    'x-remote-user',
    'root',
    'x-remote-user',
    'root',
  ];
  assert.deepEqual(requestHeaders({ headers, rawHeaders }, user, hop), {
    'x-mine': ['1', '2'],
    accept: 'a, b',
    cookie: 'a=1; b=2',
    host: 'svc.ns.svc',
    'x-forwarded-for': '10.0.0.9',
    'x-remote-user': 'jane',
  });
});

test('all of a user is told: UTF-8, keys escaped', () => {
  const extra = { 'example.com/ä%': ['1', '2'], empty: [] };
  assert.deepEqual(identityHeaders({ name: 'zoë', uid: '7', groups: ['a', 'b'], extra }), {
    'x-remote-user': Buffer.from('zoë').toString('latin1'),
    'x-remote-uid': '7',
    'x-remote-group': ['a', 'b'],
    'x-remote-extra-example.com%2F%C3%A4%25': ['1', '2'],
  });
});

test('an answer keeps its headers, but what is for one hop or for this server to say', () => {
  const incoming = {
    connection: 'keep-alive, x-mine',
    'x-mine': '1',
    'transfer-encoding': 'chunked',
    'audit-id': 'x',
    'access-control-allow-origin': '*',
    'set-cookie': ['a', 'b'],
    'content-length': '3',
  };
  assert.deepEqual(responseHeaders(incoming), { 'set-cookie': ['a', 'b'], 'content-length': '3' });
});
