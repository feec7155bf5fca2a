import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';
import { builtinSources } from './builtin-sources.ts';
import type { GroupVersionSource } from './group-version-source.ts';
import { OpenApiService } from './openapi-service.ts';

const now = Date.parse('2026-01-01T00:00:00Z');

function ask(service: OpenApiService, path: string, headers: Record<string, string> = {}) {
  const [plain = '', query = ''] = path.split('?');
  const response = service.handle({ path: plain, query: new URLSearchParams(query), headers, now });
  assert.ok(response && response.body instanceof Uint8Array);
  return { status: response.status, headers: response.headers, body: response.body };
}

function parsed(body: Uint8Array): JsonObject {
  const value = JSON.parse(Buffer.from(body).toString()) as JsonValue;
  assert.ok(isJsonObject(value));
  return value;
}

function at(value: JsonValue | undefined, ...keys: string[]): JsonValue | undefined {
  return keys.reduce<JsonValue | undefined>((inner, key) => (isJsonObject(inner) ? inner[key] : undefined), value);
}

describe('openapi v3', () => {
  const service = new OpenApiService({ sources: () => builtinSources(), version: 'v1.36.3' });

  test('the index names every group version, and its links lead to documents that may be kept forever', () => {
    const index = parsed(ask(service, '/openapi/v3').body);
    const link = at(index, 'paths', 'apis/apps/v1', 'serverRelativeURL');
    assert.ok(typeof link === 'string' && /^\/openapi\/v3\/apis\/apps\/v1\?hash=[0-9A-F]{128}$/.test(link));
    const response = ask(service, link);
    assert.equal(response.status, 200);
    assert.equal(response.headers['cache-control'], 'public, immutable');
    assert.equal(response.headers['expires'], 'Fri, 01 Jan 2027 00:00:00 GMT');
    const spec = at(parsed(response.body), 'components', 'schemas', 'io.k8s.api.apps.v1.DeploymentSpec');
    assert.deepEqual(at(spec, 'required'), ['selector', 'template']);
    assert.deepEqual(at(spec, 'properties', 'strategy'), {
      allOf: [{ $ref: '#/components/schemas/io.k8s.api.apps.v1.DeploymentStrategy' }],
      default: {},
      'x-kubernetes-patch-strategy': 'retainKeys',
    });
    assert.ok(at(index, 'paths', 'api/v1'));
  });

  test('an old hash leads to the new one', () => {
    const response = ask(service, '/openapi/v3/api/v1?hash=OLD');
    assert.equal(response.status, 301);
    assert.match(String(response.headers['location']), /^\/openapi\/v3\/api\/v1\?hash=[0-9A-F]{128}$/);
  });

  test('an operation says what field validation needs to know', () => {
    const document = parsed(ask(service, '/openapi/v3/api/v1').body);
    const patch = at(document, 'paths', '/api/v1/namespaces/{namespace}/pods/{name}', 'patch');
    assert.equal(at(patch, 'x-kubernetes-action'), 'patch');
    assert.deepEqual(at(patch, 'x-kubernetes-group-version-kind'), { group: '', kind: 'Pod', version: 'v1' });
    const names = at(patch, 'parameters');
    assert.ok(Array.isArray(names) && names.some((parameter) => at(parameter, 'name') === 'fieldValidation'));
  });

  test('compressed and unchanged answers', () => {
    const plain = ask(service, '/openapi/v3/apis/batch/v1');
    const gzipped = ask(service, '/openapi/v3/apis/batch/v1', { 'accept-encoding': 'gzip' });
    assert.equal(gzipped.headers['content-encoding'], 'gzip');
    assert.deepEqual(parsed(gunzipSync(gzipped.body)), parsed(plain.body));
    const etag = String(plain.headers['etag']);
    assert.equal(ask(service, '/openapi/v3/apis/batch/v1', { 'if-none-match': etag }).status, 304);
  });

  test('protobuf alone is not acceptable; with JSON as another choice it is', () => {
    const protobuf = 'application/com.github.proto-openapi.spec.v3@v1.0+protobuf';
    assert.equal(ask(service, '/openapi/v3/api/v1', { accept: protobuf }).status, 406);
    assert.equal(ask(service, '/openapi/v3/api/v1', { accept: `${protobuf}, application/json` }).status, 200);
  });

  test('unknown group versions and other paths', () => {
    assert.equal(ask(service, '/openapi/v3/apis/none.example/v1').status, 404);
    assert.equal(service.handle({ path: '/healthz', query: new URLSearchParams(), headers: {}, now }), undefined);
  });
});

test('openapi v2 has every definition and no defaults', () => {
  const service = new OpenApiService({ sources: () => builtinSources(), version: 'v1.36.3' });
  const response = ask(service, '/openapi/v2');
  const document = parsed(response.body);
  assert.equal(at(document, 'swagger'), '2.0');
  assert.ok(at(document, 'definitions', 'io.k8s.api.core.v1.Pod'));
  const port = at(document, 'definitions', 'io.k8s.api.core.v1.ContainerPort', 'properties', 'protocol');
  assert.equal(at(port, 'type'), 'string');
  assert.equal(at(port, 'default'), undefined);
});

test('openapi v2 in the form that is asked for', () => {
  const service = new OpenApiService({ sources: () => builtinSources(), version: 'v1.36.3' });
  const protobuf = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
  const asked = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
  const forms = [
    ['', 'application/json'],
    ['*/*', 'application/json'],
    [asked, protobuf],
    [protobuf, protobuf],
    [`${asked}, application/json`, protobuf],
    [`*/*, ${asked}`, protobuf],
    [`${asked};q=0.5, application/json`, 'application/json'],
    [`text/html, ${asked}`, protobuf],
  ] as const;
  for (const [accept, type] of forms) {
    assert.equal(ask(service, '/openapi/v2', { accept }).headers['content-type'], type, accept);
  }
  assert.equal(ask(service, '/openapi/v2', { accept: 'text/html' }).status, 406);
  const { body } = ask(service, '/openapi/v2', { accept: asked });
  assert.ok(Buffer.from(body).includes('io.k8s.api.core.v1.PodSpec'));
  assert.notEqual(
    ask(service, '/openapi/v2').headers['etag'],
    ask(service, '/openapi/v2', { accept: asked }).headers['etag'],
  );
});

test('descriptions appear where the build has them', () => {
  const describe = (definition: string, field?: string) =>
    field === undefined ? `about ${definition}` : `about ${field}`;
  const service = new OpenApiService({
    sources: () => builtinSources(),
    version: 'v1.36.3',
    descriptions: () => ({ describe }),
  });
  const schema = at(
    parsed(ask(service, '/openapi/v3/api/v1').body),
    'components',
    'schemas',
    'io.k8s.api.core.v1.PodSpec',
  );
  assert.equal(at(schema, 'description'), 'about io.k8s.api.core.v1.PodSpec');
  assert.equal(at(schema, 'properties', 'nodeName', 'description'), 'about nodeName');
});

test('a custom group version comes and goes, and a change makes a new document', () => {
  const custom = (revision: string): GroupVersionSource => ({
    group: 'example.com',
    version: 'v1',
    revision,
    custom: true,
    resources: [
      {
        group: 'example.com',
        version: 'v1',
        plural: 'toys',
        singular: 'toy',
        kind: 'Toy',
        namespaced: true,
        shortNames: [],
        categories: [],
        verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
        schema: 'com.example.v1.Toy',
        subresources: [],
        storageVersionHash: '',
      },
    ],
    definitions: () => ({ 'com.example.v1.Toy': { type: 'object', description: revision } }),
  });
  let sources: GroupVersionSource[] = [];
  const service = new OpenApiService({ sources: () => sources, version: 'v1.36.3' });
  assert.equal(ask(service, '/openapi/v3/apis/example.com/v1').status, 404);
  sources = [custom('1')];
  const first = ask(service, '/openapi/v3/apis/example.com/v1');
  const patch = at(parsed(first.body), 'paths', '/apis/example.com/v1/namespaces/{namespace}/toys/{name}', 'patch');
  assert.equal(at(patch, 'operationId'), 'patchExampleComV1NamespacedToy');
  assert.deepEqual(Object.keys(at(patch, 'requestBody', 'content') as JsonObject), [
    'application/json-patch+json',
    'application/merge-patch+json',
    'application/apply-patch+yaml',
  ]);
  sources = [custom('2')];
  const second = ask(service, '/openapi/v3/apis/example.com/v1');
  assert.equal(at(parsed(second.body), 'components', 'schemas', 'com.example.v1.Toy', 'description'), '2');
  assert.notEqual(first.headers['etag'], second.headers['etag']);
});
