import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createProtobufCodec } from '../api/codec/protobuf.ts';
import type { ApiRequest, ApiResponse } from '../api/exchange.ts';
import { newNotFound, newTooManyRequests } from '../api/status.ts';
import type { User } from '../api/user.ts';
import { silentLogger, type Logger } from '../lib/logger.ts';
import { builtinResources } from '../schema/builtin/catalog.ts';
import { protobufTable } from '../schema/builtin/protobuf.ts';
import { createApiServer } from './api-server.ts';
import { unionAuthenticator } from './authn/authenticator.ts';
import { bearerTokenAuthenticator, staticTokens } from './authn/bearer-tokens.ts';
import type { Authorizer } from './authz/authorizer.ts';
import { createDiscovery } from './discovery/discovery.ts';
import { createResourceCatalog } from './discovery/resource-catalog.ts';
import { healthPaths } from './health/health.ts';
import type { ResourceHandler } from './verbs/resource-handler.ts';
import { versionInfo, versionPath } from './version.ts';

const codec = createProtobufCodec(protobufTable);
const admin: User = { name: 'admin', groups: ['system:masters'] };
const logged: string[] = [];
const logger: Logger = { ...silentLogger, error: (_details, message) => logged.push(message ?? '') };
let unwell: string | undefined;

const handleResource: ResourceHandler = async ({ info, user, warnings }) => {
  if (info.resource === 'secrets') throw newNotFound({ group: '', resource: 'secrets' }, info.name);
  if (info.resource === 'events') throw newTooManyRequests('slow down', 7);
  if (info.resource === 'nodes') throw new TypeError('an inner text');
  if (info.resource !== 'pods') return undefined;
  warnings.push('old "field"', 'old "field"', 'more\nlines é');
  return { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify({ user })) };
};

const publicPaths = new Set(['/version', '/healthz', '/livez', '/readyz']);
/** Who is known may do everything, others may read what is public. */
const authorizer: Authorizer = {
  authorize: ({ user, path }) => ({
    decision: user.groups.includes('system:authenticated') || publicPaths.has(path) ? 'allow' : 'none',
    reason: '',
  }),
  rulesFor: () => ({ resourceRules: [], nonResourceRules: [], incomplete: false }),
};
const catalog = createResourceCatalog(builtinResources());
const exchange = createApiServer({
  clock: { now: () => 0, monotonic: () => 0, after: () => ({ cancel: () => undefined }) },
  random: { next: () => 0, uuid: () => 'uuid' },
  logger,
  authenticator: unionAuthenticator([bearerTokenAuthenticator(staticTokens(new Map([['secret', admin]])))]),
  authorizer,
  catalog,
  codec,
  handleResource,
  paths: [
    createDiscovery({ catalog, codec, address: '10.0.0.1:443' }),
    versionPath(versionInfo('v1.36.3', 'linux/amd64')),
    healthPaths([{ name: 'store', in: ['readyz'], check: () => unwell }], logger),
  ],
});

interface Answer extends ApiResponse {
  readonly text: string;
  json(): Record<string, unknown>;
}

async function get(target: string, options: Partial<ApiRequest> = { user: admin }): Promise<Answer> {
  const [path = '', query = ''] = target.split('?');
  const { signal } = new AbortController();
  const response = await exchange({
    method: 'GET',
    path,
    query,
    headers: {},
    body: new Uint8Array(),
    signal,
    ...options,
  });
  assert.ok(response.body instanceof Uint8Array);
  const text = Buffer.from(response.body).toString();
  return { ...response, text, json: () => JSON.parse(text) as Record<string, unknown> };
}

test('a resource request goes to its verb, with who asks; warnings become headers', async () => {
  const answer = await get('/api/v1/pods', { headers: { authorization: 'Bearer secret' } });
  assert.deepEqual(answer.json(), { user: { name: 'admin', groups: ['system:masters', 'system:authenticated'] } });
  assert.deepEqual(answer.headers, {
    'audit-id': 'uuid',
    'cache-control': 'no-cache, private',
    'content-type': 'application/json',
    warning: [String.raw`299 - "old \"field\""`, '299 - "more lines "'],
  });
});

const statuses: Record<string, [target: string, options: Partial<ApiRequest>, code: number, message: string]> = {
  'what a verb refuses': ['/api/v1/namespaces/a/secrets/x', { user: admin }, 404, 'secrets "x" not found'],
  'a resource that is not there': [
    '/api/v1/foos',
    { user: admin },
    404,
    'the server could not find the requested resource',
  ],
  'a version that is not there': [
    '/apis/apps/v9/deployments',
    { user: admin },
    404,
    'the server could not find the requested resource',
  ],
  'a method that is none': [
    '/api/v1/pods',
    { user: admin, method: 'OPTIONS' },
    405,
    'the server does not allow this method on the requested resource',
  ],
  'a wrong token': ['/api/v1/pods', { headers: { authorization: 'Bearer no' } }, 401, 'Unauthorized'],
  'nobody in a namespace': [
    '/api/v1/namespaces/default/pods',
    {},
    403,
    'pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" in the namespace "default"',
  ],
  'nobody, of the whole cluster': [
    '/apis/apps/v1/deployments',
    {},
    403,
    'deployments.apps is forbidden: User "system:anonymous" cannot list resource "deployments" in API group "apps" at the cluster scope',
  ],
  'nobody, of one': [
    '/api/v1/namespaces/a/pods/x/log',
    {},
    403,
    'pods "x" is forbidden: User "system:anonymous" cannot get resource "pods/log" in API group "" in the namespace "a"',
  ],
  'nobody, of a path': ['/metrics', {}, 403, 'forbidden: User "system:anonymous" cannot get path "/metrics"'],
  'a form that is not there': [
    '/api/v1/pods',
    { user: admin, headers: { accept: 'text/html' } },
    406,
    '406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf, application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch',
  ],
  'a bug of ours, without inner text': [
    '/api/v1/nodes',
    { user: admin },
    500,
    'Internal error occurred: unexpected error',
  ],
};

for (const [name, [target, options, code, message]] of Object.entries(statuses)) {
  test(`refused: ${name}`, async () => {
    const answer = await get(target, options);
    assert.equal(answer.status, code);
    const status = answer.json();
    assert.deepEqual([status['kind'], status['code'], status['message']], ['Status', code, message]);
  });
}

test('bugs are logged', () => assert.ok(logged.includes('a request met a bug')));

test('errors come in the form that is accepted, and say when to try again', async () => {
  const answer = await get('/api/v1/events', {
    user: admin,
    headers: { accept: 'application/vnd.kubernetes.protobuf' },
  });
  assert.equal(answer.headers['content-type'], 'application/vnd.kubernetes.protobuf');
  assert.equal(answer.headers['retry-after'], '7');
  assert.ok(answer.body instanceof Uint8Array);
  assert.equal(codec.decode(answer.body)['reason'], 'TooManyRequests');
});

test('other unknown paths are answered in plain text', async () => {
  for (const path of ['/nope', '/apis/foo.example.com', '/apis/foo.example.com/v1/bars', '/healthz/nope', '//api']) {
    const answer = await get(path);
    assert.equal(answer.status, 404, path);
    assert.equal(answer.text, '404 page not found\n', path);
  }
});

test('a path that makes no sense', async () => {
  const answer = await get('/api/v1/watch');
  assert.equal(answer.status, 500);
  assert.equal(
    answer.text,
    'Internal Server Error: "/api/v1/watch": failed to create RequestInfo: unable to determine kind and namespace from url, /api/v1/watch\n',
  );
});

test('nobody may ask for version and health, and nothing of discovery', async () => {
  for (const path of ['/version', '/healthz', '/livez', '/readyz'])
    assert.equal((await get(path, {})).status, 200, path);
  for (const path of ['/api', '/apis', '/', '/livez/ping']) assert.equal((await get(path, {})).status, 403, path);
});

test('health tells that something is wrong, and to the public not what', async () => {
  assert.equal((await get('/readyz?verbose')).text, '[+]ping ok\n[+]store ok\nreadyz check passed\n');
  unwell = 'the disk is full';
  assert.equal((await get('/livez')).text, 'ok');
  const ready = await get('/readyz');
  assert.deepEqual(
    [ready.status, ready.text],
    [500, '[+]ping ok\n[-]store failed: reason withheld\nreadyz check failed\n'],
  );
  assert.equal((await get('/readyz?exclude=store')).text, 'ok');
  assert.equal((await get('/readyz/store')).text, 'internal server error: the disk is full\n');
  unwell = undefined;
  assert.equal((await get('/readyz/store')).text, 'ok');
  assert.equal(
    (await get('/livez?verbose&exclude=b&exclude=a')).text,
    '[+]ping ok\nwarn: some health checks cannot be excluded: no matches for "a", "b"\nlivez check passed\n',
  );
});

test('the root lists the paths', async () => {
  const { paths } = (await get('/')).json();
  assert.ok(Array.isArray(paths));
  for (const path of [
    '/api',
    '/api/v1',
    '/apis',
    '/apis/apps',
    '/apis/apps/v1',
    '/healthz',
    '/metrics',
    '/readyz/store',
    '/version',
  ]) {
    assert.ok(paths.includes(path), path);
  }
});

test('the audit id of a client is given back, cut', async () => {
  assert.equal((await get('/version', { headers: { 'audit-id': 'mine' } })).headers['audit-id'], 'mine');
  const long = await get('/version', { headers: { 'audit-id': 'x'.repeat(1000) } });
  assert.equal(String(long.headers['audit-id']).length, 64);
});

test('metrics count by what is known, not by what clients make up', async () => {
  await get('/api/v1/made-up-thing');
  await get('/apis/made-up-group/v1/things');
  const { text } = await get('/metrics');
  assert.match(
    text,
    /apiserver_request_total\{code="200",component="apiserver",dry_run="",group="",resource="pods",scope="cluster",subresource="",verb="LIST",version="v1"\} 1/,
  );
  assert.match(text, /apiserver_request_duration_seconds_bucket\{.*resource="pods".*,le="\+Inf"\} \d/);
  assert.match(text, /apiserver_current_inflight_requests\{request_kind="readOnly"\} 1/);
  assert.doesNotMatch(text, /made-up/);
});
