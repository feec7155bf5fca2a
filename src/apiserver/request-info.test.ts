import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RequestInfo } from './request-context.ts';
import { RequestInfoError, requestInfoOf } from './request-info.ts';

const resource = { isResourceRequest: true, namespace: '', subresource: '', name: '', group: '', version: 'v1' };
const core = { ...resource, apiPrefix: 'api' };
const apps = { ...resource, apiPrefix: 'apis', group: 'apps' };

const cases: Record<string, [method: string, url: string, expected: Partial<RequestInfo>]> = {
  'a collection is listed': ['GET', '/api/v1/pods', { ...core, verb: 'list', resource: 'pods' }],
  'HEAD reads as GET': ['HEAD', '/api/v1/pods', { ...core, verb: 'list', resource: 'pods' }],
  'a collection in a namespace': [
    'GET',
    '/api/v1/namespaces/a/pods',
    { ...core, verb: 'list', namespace: 'a', resource: 'pods' },
  ],
  'one object': [
    'GET',
    '/api/v1/namespaces/a/pods/b',
    { ...core, verb: 'get', namespace: 'a', resource: 'pods', name: 'b' },
  ],
  'a subresource': [
    'PUT',
    '/apis/apps/v1/namespaces/a/deployments/b/scale',
    { ...apps, verb: 'update', namespace: 'a', resource: 'deployments', name: 'b', subresource: 'scale' },
  ],
  'what comes after a subresource is not interpreted': [
    'POST',
    '/api/v1/namespaces/a/pods/b/proxy/c/d',
    { ...core, verb: 'create', namespace: 'a', resource: 'pods', name: 'b', subresource: 'proxy' },
  ],
  'watch by parameter': ['GET', '/api/v1/pods?watch=true', { ...core, verb: 'watch', resource: 'pods' }],
  'watch without a value': ['GET', '/api/v1/pods?watch', { ...core, verb: 'watch', resource: 'pods' }],
  'watch=0 lists': ['GET', '/api/v1/pods?watch=0', { ...core, verb: 'list', resource: 'pods' }],
  'watch of one, by its name': [
    'GET',
    '/api/v1/namespaces/a/pods?watch=1&fieldSelector=metadata.name%3Db',
    { ...core, verb: 'watch', namespace: 'a', resource: 'pods', name: 'b' },
  ],
  'a name in a field selector that is no path segment': [
    'GET',
    '/api/v1/pods?fieldSelector=metadata.name=a%2Fb',
    { ...core, verb: 'list', resource: 'pods' },
  ],
  'watch by path, as of old': [
    'GET',
    '/api/v1/watch/namespaces/a/pods/b',
    { ...core, verb: 'watch', namespace: 'a', resource: 'pods', name: 'b' },
  ],
  deletecollection: [
    'DELETE',
    '/api/v1/namespaces/a/pods',
    { ...core, verb: 'deletecollection', namespace: 'a', resource: 'pods' },
  ],
  'a namespace is of itself': [
    'DELETE',
    '/api/v1/namespaces/a',
    { ...core, verb: 'delete', namespace: 'a', resource: 'namespaces', name: 'a' },
  ],
  'finalize of a namespace': [
    'PUT',
    '/api/v1/namespaces/a/finalize',
    { ...core, verb: 'update', namespace: 'a', resource: 'namespaces', name: 'a', subresource: 'finalize' },
  ],
  'namespaces themselves': ['GET', '/api/v1/namespaces', { ...core, verb: 'list', resource: 'namespaces' }],
  'encoded names': ['GET', '/apis/apps/v1/x/a%3Ab', { ...apps, verb: 'get', resource: 'x', name: 'a:b' }],
  'an unknown method has no verb': ['FETCH', '/api/v1/pods', { ...core, verb: '', resource: 'pods' }],
};

for (const [name, [method, url, expected]] of Object.entries(cases)) {
  test(name, () => {
    const [path = '', query = ''] = url.split('?');
    const { path: seen, ...info } = requestInfoOf({ method, path, query });
    assert.equal(seen, decodeURIComponent(path));
    assert.deepEqual(info, expected);
  });
}

test('other paths are for no resource', () => {
  for (const path of [
    '/',
    '/api',
    '/api/v1',
    '/apis',
    '/apis/apps',
    '/apis/apps/v1',
    '/version',
    '/api/v1/',
    '//',
    '/healthz/etcd',
  ]) {
    const info = requestInfoOf({ method: 'GET', path, query: '' });
    assert.equal(info.isResourceRequest, false, path);
    assert.equal(info.verb, 'get');
  }
});

test('a special verb for nothing is an error', () => {
  assert.throws(() => requestInfoOf({ method: 'GET', path: '/api/v1/watch', query: '' }), RequestInfoError);
});

test('hostile paths take no time', () => {
  const info = requestInfoOf({ method: 'GET', path: `/${'/'.repeat(60_000)}x${'/'.repeat(60_000)}y`, query: '' });
  assert.equal(info.isResourceRequest, false);
  assert.equal(requestInfoOf({ method: 'GET', path: '/api/v1/pods/%zz', query: '' }).name, '%zz');
});
