/** One extension server behind both servers: what it is told of the same request, and what of its answer comes back. */
import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { connect } from 'node:tls';
import { FakeExtensionServer } from '../../src/apiserver/aggregation/extension-server.test-double.ts';
import { upstreamUnavailable } from '../host/upstream.ts';
import { call, get, post, type Call } from './case.ts';
import { startPair, type RunningPair } from './pair.ts';
import type { Side } from './side.ts';

const things = '/apis/ext.example/v1/namespaces/a/things';
const apiService = '/apis/apiregistration.k8s.io/v1/apiservices/v1.ext.example';

const reply =
  (status: number, headers: Record<string, string | string[]> = {}, body = '') =>
  (_request: IncomingMessage, response: ServerResponse): void =>
    void response.writeHead(status, headers).end(body);

interface PassedOn {
  readonly call: Call;
  readonly answer?: (request: IncomingMessage, response: ServerResponse) => void;
}

const cases: Readonly<Record<string, PassedOn>> = {
  'a list': { call: get(things), answer: reply(200, { 'content-type': 'application/json' }, '{"items":[]}') },
  'a query, with odd letters': { call: get(`${things}?b=%20x&a=1&a=2&c&d=%2B+&e=%C3%A9&f=a;b`) },
  'a path, with odd letters': { call: get(`${things}/a%20b/c%2Bd/e+f/g;h/i@j/k:l/m!n/o'p/q(r)/s*t/%C3%A9/u~v/w,x`) },
  'a path with an encoded slash': { call: get(`${things}/a%2Fb`) },
  'a path that ends in a slash': { call: get('/apis/ext.example/v1/') },
  'the group version alone': { call: get('/apis/ext.example/v1') },
  'a create': { call: post(things, { kind: 'Thing' }), answer: reply(201, {}, '{}') },
  'a delete with a body': { call: call('DELETE', `${things}/x`), answer: reply(200) },
  'another method': { call: call('OPTIONS', things), answer: reply(204) },
  'headers of the client': {
    call: get(things, {
      accept: 'application/yaml',
      headers: { 'x-mine': ['1', '2'], cookie: 'a=b', 'accept-encoding': 'gzip', 'user-agent': 'me', te: 'trailers' },
    }),
  },
  'headers that say who asks': {
    call: get(things, {
      headers: {
        'x-remote-user': 'root',
        'x-remote-group': 'system:masters',
        'x-remote-extra-a': 'b',
        'x-remote-uid': '0',
      },
    }),
  },
  'as somebody else': {
    call: get(things, {
      headers: {
        'impersonate-user': Buffer.from('zoë').toString('latin1'),
        'impersonate-group': ['g1', 'system:masters'],
        'impersonate-uid': '7',
        'impersonate-extra-scopes.example%2Fa': ['x', 'y'],
      },
    }),
  },
  'by who may not': { call: get(things, { as: 'user' }) },
  'by nobody': { call: get(things, { as: 'nobody' }) },
  'an error of its own': { call: get(things), answer: reply(418, { 'x-own': 'a' }, 'short and stout') },
  'a redirect': { call: get(things), answer: reply(302, { location: '/elsewhere' }) },
  'headers of an answer': {
    call: get(things),
    answer: reply(200, {
      'x-own': ['a', 'b'],
      'set-cookie': ['a=1', 'b=2'],
      'access-control-allow-origin': '*',
      warning: '299 - "careful"',
      etag: '"x"',
      'content-type': 'text/html',
    }),
  },
  'a connection that breaks': { call: get(things), answer: (_request, response) => void response.destroy() },
};

describe('behind both servers', { skip: upstreamUnavailable() ?? false }, () => {
  let pair: RunningPair;
  let extension: FakeExtensionServer;

  before(async () => {
    pair = await startPair();
    const { users, frontProxies } = pair.credentials;
    extension = await FakeExtensionServer.start({
      authority: users,
      frontProxyAuthority: frontProxies,
      frontProxy: frontProxies,
      stranger: users,
    });
    for (const side of [pair.sublet, pair.upstream]) await aggregate(side, extension.port, users.certificate);
  });
  after(async () => {
    await pair.stop();
    await extension.stop();
  });

  for (const [name, { call: asked, answer = reply(200) }] of Object.entries(cases)) {
    test(name, async () => {
      extension.answer = answer;
      const seen = await Promise.all([told(pair.sublet, asked), Promise.resolve()]);
      const [ours] = seen;
      const theirs = await told(pair.upstream, asked);
      assert.deepEqual(ours, theirs);
    });
  }

  test('an upgrade', async () => {
    extension.upgrade = (_request, socket, head) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: own/1\r\nx-own: a\r\n\r\n');
      socket.write(head);
      socket.on(
        'data',
        (bytes: Buffer) => void (bytes.toString().includes('end') ? socket.end('bye') : socket.write(bytes)),
      );
    };
    const [ours, theirs] = [await upgrade(pair.sublet), await upgrade(pair.upstream)];
    assert.deepEqual(ours, theirs);
  });

  test('an upgrade that it takes for a mere request', async () => {
    extension.upgrade = (_request, socket) => void socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
    const [ours, theirs] = [await upgrade(pair.sublet), await upgrade(pair.upstream)];
    assert.deepEqual(ours, theirs);
  });

  test('an upgrade that it refuses', async () => {
    extension.upgrade = (_request, socket) =>
      void socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\ncontent-type: text/plain\r\n\r\nno');
    const [ours, theirs] = [await upgrade(pair.sublet), await upgrade(pair.upstream)];
    assert.deepEqual(ours, theirs);
  });

  test('discovery, in all its forms', async () => {
    const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    const ofGroup = async (side: Side): Promise<unknown> => {
      const { body } = await side.ask(get('/apis', { accept: aggregated }), new Map());
      // A discovery document.
      const { items } = JSON.parse(body.toString()) as { items: { metadata: { name?: string } }[] };
      return items.find(({ metadata }) => metadata.name === 'ext.example');
    };
    const ours = await ofGroup(pair.sublet);
    while (JSON.stringify(await ofGroup(pair.upstream)).includes('Stale'))
      await new Promise((resolve) => setTimeout(resolve, 200));
    const theirs = await ofGroup(pair.upstream);
    assert.deepEqual(ours, theirs);
    const names = async (side: Side): Promise<unknown> => {
      const { body } = await side.ask(get('/apis'), new Map());
      return JSON.parse(body.toString());
    };
    assert.deepEqual(await names(pair.sublet), await names(pair.upstream));
  });

  test('its condition, when it works and when it does not', async () => {
    const conditionOf = async (side: Side, reason: string): Promise<unknown> => {
      for (;;) {
        const { body } = await side.ask(get(apiService), new Map());
        // An APIService.
        const { status } = JSON.parse(body.toString()) as {
          status: { conditions: { reason: string; lastTransitionTime: string }[] };
        };
        const [condition] = status.conditions;
        if (condition?.reason === reason) return { ...condition, lastTransitionTime: '' };
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    assert.deepEqual(await conditionOf(pair.sublet, 'Passed'), await conditionOf(pair.upstream, 'Passed'));
    extension.healthy = false;
    const change = call('PATCH', apiService, { type: 'application/merge-patch+json' });
    for (const side of [pair.sublet, pair.upstream]) {
      await side.ask(
        { ...change, body: { metadata: { labels: { changed: 'yes' } }, spec: { versionPriority: 11 } } },
        new Map(),
      );
    }
    const [ours, theirs] = [
      await conditionOf(pair.sublet, 'FailedDiscoveryCheck'),
      await conditionOf(pair.upstream, 'FailedDiscoveryCheck'),
    ];
    assert.deepEqual(ours, theirs);
  });

  /** What the extension server was told, and what the client was answered. */
  async function told(side: Side, asked: Call): Promise<unknown> {
    const before = extension.requests.length;
    const answer = await side.ask(asked, new Map());
    const request = extension.requests.at(before);
    const headers = Object.entries(answer.headers).filter(([name]) => !ownAnswerHeaders.has(name));
    return {
      request: request && {
        method: request.method,
        url: request.url,
        headers: Object.fromEntries(
          Object.entries(request.headersDistinct)
            .filter(([name]) => !ownRequestHeaders.has(name))
            // Go asks for it by itself, and undoes it.
            .filter(([name]) => name !== 'accept-encoding' || JSON.stringify(asked).includes('accept-encoding'))
            .map(([name, values]) => [name, name.includes('credential-id') ? ['<id>'] : values])
            .toSorted(([left], [right]) => ((left ?? '') < (right ?? '') ? -1 : 1)),
        ),
      },
      status: answer.status,
      headers: Object.fromEntries(headers.toSorted(([left], [right]) => (left < right ? -1 : 1))),
      body: answer.body.toString().replaceAll(/(reach service: ).*/g, '$1<why>'),
    };
  }
});

const ownAnswerHeaders = new Set([
  ':status',
  'date',
  'audit-id',
  'content-length',
  'cache-control',
  'x-kubernetes-pf-flowschema-uid',
  'x-kubernetes-pf-prioritylevel-uid',
]);
/** Of one's own name, and of the way there. */
const ownRequestHeaders = new Set([
  'host',
  'audit-id',
  'traceparent',
  'connection',
  'x-forwarded-uri',
  'x-forwarded-host',
  'x-forwarded-proto',
]);

async function aggregate(side: Side, port: number, authority: string): Promise<void> {
  const ask = async (request: Call): Promise<void> => {
    const { status, body } = await side.ask(request, new Map());
    if (status >= 300) throw new Error(`${side.name}: ${request.path}: ${body.toString()}`);
  };
  await ask(post('/api/v1/namespaces', { metadata: { name: 'ns' } }));
  const spec = { type: 'ExternalName', externalName: 'localhost', ports: [{ port }] };
  await ask(post('/api/v1/namespaces/ns/services', { metadata: { name: 'svc' }, spec }));
  await ask(
    post('/apis/apiregistration.k8s.io/v1/apiservices', {
      metadata: { name: 'v1.ext.example' },
      spec: {
        group: 'ext.example',
        version: 'v1',
        groupPriorityMinimum: 17_000,
        versionPriority: 10,
        service: { namespace: 'ns', name: 'svc', port },
        caBundle: Buffer.from(authority).toString('base64'),
      },
    }),
  );
  for (;;) {
    const { status } = await side.ask(get('/apis/ext.example/v1'), new Map());
    if (status !== 503) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function upgrade(side: Side): Promise<{ head: string[]; rest: string }> {
  const { server, credentials } = side.rawAccess('admin');
  const { hostname, port } = new URL(server);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port), ALPNProtocols: ['http/1.1'], ...credentials });
    let text = '';
    socket.on('data', (bytes: Buffer) => {
      text += bytes.toString('latin1');
      if (text.endsWith('\r\n\r\n')) socket.write('early');
      if (text.endsWith('early')) socket.write('end');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      const end = text.indexOf('\r\n\r\n');
      const [status = '', ...lines] = text.slice(0, end).split('\r\n');
      const headers = lines.map((line) => line.replace(/^[^:]*/, (name) => name.toLowerCase()));
      const own = /^(?:date|audit-id|content-length|cache-control|connection: close|x-kubernetes-pf)/;
      resolve({ head: [status, ...headers.filter((line) => !own.test(line)).toSorted()], rest: text.slice(end + 4) });
    });
    socket.write(
      ['GET /apis/ext.example/v1/x HTTP/1.1', 'Host: localhost', 'Connection: Upgrade', 'Upgrade: own/1', '', ''].join(
        '\r\n',
      ),
    );
  });
}
