import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLogger } from '../../lib/logger.ts';
import type { RequestContext } from '../request-context.ts';
import { healthPaths, type HealthCheck } from './health.ts';

const checks: readonly HealthCheck[] = [
  { name: 'etcd', in: ['healthz', 'livez', 'readyz'], check: () => undefined },
  { name: 'poststarthook/a/b', in: ['healthz', 'readyz'], check: () => Promise.resolve('not finished') },
];

async function answer(path: string, query = '', these = checks): Promise<string> {
  const context: RequestContext = {
    request: { method: 'GET', path, query, headers: {}, body: new Uint8Array(), signal: new AbortController().signal },
    info: {
      isResourceRequest: false,
      path,
      verb: 'get',
      apiPrefix: '',
      group: '',
      version: '',
      namespace: '',
      resource: '',
      subresource: '',
      name: '',
    },
    query: new URLSearchParams(query),
    user: { name: 'u', groups: [] },
    now: 0,
    warnings: [],
  };
  const response = await healthPaths(these, silentLogger).handle(context);
  if (!response) return 'no such path';
  assert.ok(response.body instanceof Uint8Array);
  return `${response.status} ${Buffer.from(response.body).toString()}`;
}

const failing = '[-]poststarthook/a/b failed: reason withheld\n';

const cases: Readonly<Record<string, readonly [path: string, query: string, answer: string]>> = {
  'all well': ['/livez', '', '200 ok'],
  'all well, told': ['/livez', 'verbose', '200 [+]ping ok\n[+]etcd ok\nlivez check passed\n'],
  'something not': ['/readyz', '', `500 [+]ping ok\n[+]etcd ok\n${failing}readyz check failed\n`],
  'the reason is for those who may ask for it': [
    '/healthz/poststarthook/a/b',
    '',
    '500 internal server error: not finished\n',
  ],
  'without what is not': ['/readyz', 'exclude=poststarthook/a/b', '200 ok'],
  'without what is not, told': [
    '/readyz',
    'exclude=poststarthook/a/b&verbose=1',
    '200 [+]ping ok\n[+]etcd ok\n[+]poststarthook/a/b excluded: ok\nreadyz check passed\n',
  ],
  'without what there is not': [
    '/livez',
    'exclude=b&exclude=a&verbose',
    '200 [+]ping ok\n[+]etcd ok\nwarn: some health checks cannot be excluded: no matches for "a", "b"\nlivez check passed\n',
  ],
  'one of them': ['/livez/etcd', 'verbose', '200 ok'],
  'one of another': ['/livez/poststarthook/a/b', '', 'no such path'],
  'one of none': ['/readyz/nothing', '', 'no such path'],
};

for (const [name, [path, query, expected]] of Object.entries(cases)) {
  test(name, async () => assert.equal(await answer(path, query), expected));
}

test('each check has a path', () => {
  assert.deepEqual(healthPaths(checks, silentLogger).paths, [
    '/healthz',
    '/healthz/ping',
    '/healthz/etcd',
    '/healthz/poststarthook/a/b',
    '/livez',
    '/livez/ping',
    '/livez/etcd',
    '/readyz',
    '/readyz/ping',
    '/readyz/etcd',
    '/readyz/poststarthook/a/b',
  ]);
});
