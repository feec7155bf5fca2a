import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AggregatedServer, apiServicesPath } from './aggregated.test-double.ts';
import { createPki, FakeExtensionServer, type Pki } from './extension-server.test-double.ts';

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

async function json(target: string, accept = 'application/json'): Promise<Record<string, unknown>> {
  const { status, text } = await server.ask('GET', target, undefined, { accept });
  assert.equal(status, 200, text);
  return JSON.parse(text) as Record<string, unknown>;
}

test('what is served here is registered at the start', async () => {
  const { items } = await json(apiServicesPath);
  const found = (items as { metadata: { name: string; labels?: unknown }; spec: unknown; status: unknown }[]).map(
    ({ metadata, spec }) => [metadata.name, metadata.labels, spec] as const,
  );
  const apps = found.find(([name]) => name === 'v1.apps');
  assert.deepEqual(apps, [
    'v1.apps',
    { 'kube-aggregator.kubernetes.io/automanaged': 'onstart' },
    { group: 'apps', version: 'v1', groupPriorityMinimum: 17800, versionPriority: 15 },
  ]);
  assert.ok(found.some(([name]) => name === 'v1.'));
  assert.ok(!found.some(([name]) => name.endsWith('apiregistration.k8s.io')));
});

test('a request is passed on, with who asks, and its answer comes back', async () => {
  extension.answer = (request, response) => {
    response.writeHead(418, { 'x-own': 'yes', 'access-control-allow-origin': '*', 'set-cookie': ['a=1', 'b=2'] });
    response.end(request.url);
  };
  const target = '/apis/ext.example/v1/namespaces/n/things?b=2&a=%20';
  const { status, headers, text } = await server.ask('GET', target, undefined, { 'x-mine': '1' });
  assert.equal(status, 418);
  assert.equal(text, '/apis/ext.example/v1/namespaces/n/things?a=+&b=2');
  assert.equal(headers['x-own'], 'yes');
  assert.deepEqual(headers['set-cookie'], ['a=1', 'b=2']);
  assert.equal(headers['access-control-allow-origin'], undefined);
  const asked = extension.requests.at(-1);
  assert.equal(asked?.headers['x-mine'], '1');
  assert.equal(asked?.headers['x-remote-user'], 'jane');
  assert.equal(extension.proven.at(-1), true);
  const groups = asked?.rawHeaders.flatMap((value, at, all) => (all[at - 1] === 'x-remote-group' ? [value] : []));
  assert.deepEqual(
    groups?.map((group) => Buffer.from(group, 'latin1').toString()),
    ['system:masters', 'dévs', 'system:authenticated'],
  );
});

test('paths arrive as they were authorized, whatever their encoding', async () => {
  extension.answer = (request, response) => void response.end(request.url);
  for (const [sent, arrived] of [
    ['/apis/ext.example/v1/a%2Fb/c%20d', '/apis/ext.example/v1/a/b/c%20d'],
    ["/apis/ext.example/v1/x'(y)%3F", '/apis/ext.example/v1/x%27%28y%29%3F'],
    ['/apis/ext%2Eexample/v1/x', '/apis/ext.example/v1/x'],
    ['/apis/ext.example/v1', '/apis/ext.example/v1'],
  ] as const) {
    assert.equal((await server.ask('GET', sent)).text, arrived);
  }
});

test('who is not allowed is not passed on', async () => {
  const count = extension.requests.length;
  const response = await server.composed.exchange({
    method: 'GET',
    path: '/apis/ext.example/v1/things',
    query: '',
    headers: {},
    body: new Uint8Array(),
    user: { name: 'nobody', groups: ['system:authenticated'] },
    signal: new AbortController().signal,
  });
  assert.equal(response.status, 403);
  assert.equal(extension.requests.length, count);
});

test('headers that say who asks are never the client’s, in no spelling; nor are credentials passed on', async () => {
  extension.answer = (_request, response) => void response.end();
  const hostile = {
    'X-Remote-User': 'root',
    'x-remote-group': 'system:masters',
    'X-Remote-Uid': '0',
    'X-Remote-Extra-Scopes': 'all',
    x_remote_user: 'root',
    'X-Remote_Group': 'system:masters',
    'x.remote.user': 'root',
    authorization: 'Basic c2VjcmV0',
    connection: 'x-remote-user, x-remote-group, x-keep',
    'x-keep': 'for one hop',
    te: 'trailers',
  };
  await server.ask('GET', '/apis/ext.example/v1/things', undefined, hostile);
  const names = Object.keys(extension.requests.at(-1)?.headers ?? {}).toSorted();
  assert.deepEqual(names, [
    'connection',
    'host',
    'te',
    'x-forwarded-for',
    // Which certificate it was, as this server found out.
    'x-remote-extra-authentication.kubernetes.io%2fcredential-id',
    'x-remote-group',
    'x-remote-user',
  ]);
  assert.equal(extension.requests.at(-1)?.headers['x-remote-user'], 'jane');
});

test('discovery has the group in its place, and what the server says of it', async () => {
  const { groups } = await json('/apis');
  const names = (groups as { name: string }[]).map(({ name }) => name);
  assert.deepEqual(names.at(0), 'apiregistration.k8s.io');
  assert.deepEqual(names.at(-1), 'ext.example');
  const list = await json('/apis', 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList');
  const item = (list['items'] as { metadata: { name: string }; versions: unknown }[]).find(
    ({ metadata }) => metadata.name === 'ext.example',
  );
  assert.deepEqual(item?.versions, [
    {
      version: 'v1',
      resources: [
        {
          resource: 'things',
          scope: 'Namespaced',
          singularResource: 'thing',
          verbs: ['list'],
          responseKind: { group: '', version: '', kind: '' },
        },
      ],
      freshness: 'Current',
    },
  ]);
  assert.equal((await json('/apis/ext.example'))['name'], 'ext.example');
});

test('a server that fails its check is unavailable, stale in discovery, and back by itself', async () => {
  extension.healthy = false;
  // Looked at again because its Service changed.
  await server.expect(200, 'PUT', '/api/v1/namespaces/ns/services/svc', {
    ...JSON.parse((await server.ask('GET', '/api/v1/namespaces/ns/services/svc')).text),
    metadata: { name: 'svc', labels: { a: 'b' } },
  });
  assert.equal((await server.until('FailedDiscoveryCheck')).status, 'False');
  const { status, text } = await server.ask('GET', '/apis/ext.example/v1/things');
  assert.deepEqual([status, text], [503, 'service unavailable\n']);
  const list = await json('/apis', 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList');
  assert.match(JSON.stringify(list), /\{"version":"v1","freshness":"Stale"\}/);
  extension.healthy = true;
  await server.until('Passed');
  extension.answer = (_request, response) => void response.end('back');
  while ((await server.ask('GET', '/apis/ext.example/v1/things')).text !== 'back');
});

test('without endpoints, without its port, without its Service: the condition says so', async () => {
  const slices = '/apis/discovery.k8s.io/v1/namespaces/ns/endpointslices';
  const slice = JSON.parse((await server.ask('GET', `${slices}/svc-1`)).text);
  const put = { ...slice, metadata: { name: 'svc-1', labels: slice.metadata.labels } };
  await server.expect(200, 'PUT', `${slices}/svc-1`, {
    ...put,
    endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready: false } }],
  });
  const missing = await server.until('MissingEndpoints');
  assert.equal(missing.message, 'endpointslices for service/svc in "ns" have no addresses with port name "https"');
  await server.expect(200, 'DELETE', `${slices}/svc-1`);
  assert.equal((await server.until('EndpointsNotFound')).message, 'cannot find endpointslices for service/svc in "ns"');
  const { text } = await server.ask('GET', apiServicesPath + '/v1.ext.example');
  const object = JSON.parse(text);
  object.spec.service.port = 1;
  await server.expect(200, 'PUT', `${apiServicesPath}/v1.ext.example`, object);
  assert.equal((await server.until('ServicePortError')).message, 'service/svc in "ns" is not listening on port 1');
  await server.expect(200, 'DELETE', '/api/v1/namespaces/ns/services/svc');
  assert.equal((await server.until('ServiceNotFound')).message, 'service/svc in "ns" is not present');
});

test('when it is deleted, nothing of it is left', async () => {
  await server.expect(200, 'DELETE', `${apiServicesPath}/v1.ext.example`);
  while ((await server.ask('GET', '/apis/ext.example/v1/things')).status !== 404);
  const { groups } = await json('/apis');
  assert.ok(!(groups as { name: string }[]).some(({ name }) => name === 'ext.example'));
});
