/** What the metrics APIs answer, rightly and wrongly: whoever serves them is the tenant's own. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Exchange } from '../../api/exchange.ts';
import type { JsonValue } from '../../api/json.ts';
import { createClient } from '../../client/create-client.ts';
import { MetricError } from './metric-error.ts';
import { MetricsClient } from './metrics-client.ts';
import { FakeMetricsServer } from './metrics-server.test-double.ts';

const resourcePath = '/apis/metrics.k8s.io/v1beta1/namespaces/demo/pods';
const externalPath = '/apis/external.metrics.k8s.io/v1beta1/namespaces/demo/queue';
const timestamp = '2030-01-01T00:00:00Z';
const time = Date.parse(timestamp);
const service = { apiVersion: 'v1', kind: 'Service', name: 'web' };

const missing: Exchange = async () => ({ status: 404, headers: {}, body: Buffer.from('404 page not found\n') });

function metricsOf(answers: Readonly<Record<string, JsonValue>>, versions: readonly string[] = [], behind = missing) {
  const server = new FakeMetricsServer();
  for (const [path, answer] of Object.entries(answers)) server.answers.set(path, answer);
  server.customVersions = versions;
  const client = createClient('tenant', server.through(behind));
  const resources = async (group: string, kind: string) =>
    group === '' && kind === 'Service' ? [{ group, version: 'v1', resource: 'services' }] : [];
  return { server, metrics: new MetricsClient(client, resources) };
}

const pod = (name: string, ...usage: readonly JsonValue[]): JsonValue => ({
  metadata: { name },
  timestamp,
  window: '1m30s',
  containers: usage.map((amounts, index) => ({ name: `c${index}`, usage: amounts })),
});

suite('metrics of resources', () => {
  test('the sum of all containers; pods of which something is missing are left out', async () => {
    const items = [
      pod('a', { cpu: '100m' }, { cpu: '1' }),
      pod('b', { cpu: '250u' }),
      pod('c', { cpu: '1' }, { memory: '1' }),
      pod('d'),
    ];
    const { server, metrics } = metricsOf({ [resourcePath]: { items } });
    const found = await metrics.resource('demo', 'app=web,tier in (a,b)', 'cpu');
    assert.deepEqual(
      found,
      new Map([
        ['a', { value: 1100n, timestamp: time, windowMs: 90_000 }],
        ['b', { value: 1n, timestamp: time, windowMs: 90_000 }],
      ]),
    );
    assert.deepEqual(server.requests, [`${resourcePath}?labelSelector=app%3Dweb%2Ctier+in+%28a%2Cb%29`]);
  });

  test('one container', async () => {
    const items = [pod('a', { cpu: '100m' }, { cpu: '1' }), pod('b', { cpu: '1' }), pod('c', { cpu: '1' }, {})];
    const { metrics } = metricsOf({ [resourcePath]: { items } });
    const found = await metrics.resource('demo', '', 'cpu', 'c1');
    assert.deepEqual([...found.keys()], ['a']);
  });

  const refused: Readonly<Record<string, readonly [JsonValue, string]>> = {
    'no items': [{ items: [] }, 'no metrics returned from resource metrics API'],
    'no list': [[1, 2], 'no metrics returned from resource metrics API'],
    'a quantity that is none': [
      { items: [pod('a', { cpu: 'much' })] },
      "unable to fetch metrics from resource metrics API: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    ],
    'a quantity of objects': [
      { items: [pod('a', { cpu: {} })] },
      'unable to fetch metrics from resource metrics API: quantities must be texts or numbers',
    ],
    'a time that is none': [
      { items: [{ metadata: { name: 'a' }, timestamp: 'soon', containers: [{ name: 'c', usage: { cpu: 1 } }] }] },
      'unable to fetch metrics from resource metrics API: cannot parse "soon" as a time',
    ],
    'a window that is none': [
      { items: [{ metadata: { name: 'a' }, timestamp, window: 'wide', containers: [] }] },
      'unable to fetch metrics from resource metrics API: time: invalid duration "wide"',
    ],
  };
  for (const [name, [answer, message]] of Object.entries(refused)) {
    test(name, async () => {
      const { metrics } = metricsOf({ [resourcePath]: answer });
      await assert.rejects(metrics.resource('demo', '', 'cpu'), { name: 'MetricError', message });
    });
  }

  const statuses: readonly (readonly [number, string, string])[] = [
    [404, '404 page not found', 'the server could not find the requested resource (get pods.metrics.k8s.io)'],
    [503, 'service unavailable', 'the server is currently unable to handle the request (get pods.metrics.k8s.io)'],
    [403, 'not you', 'not you (get pods.metrics.k8s.io)'],
    [
      500,
      'oh "no"\n',
      'an error on the server ("oh \\"no\\"") has prevented the request from succeeding (get pods.metrics.k8s.io)',
    ],
    [
      418,
      'short',
      'the server responded with the status code 418 but did not return more information (get pods.metrics.k8s.io)',
    ],
    [503, JSON.stringify({ kind: 'Status', code: 503, message: 'later' }), 'later'],
  ];
  for (const [status, body, text] of statuses) {
    test(`an answer ${status}: ${text.slice(0, 40)}`, async () => {
      const { metrics } = metricsOf({}, [], async () => ({ status, headers: {}, body: Buffer.from(body) }));
      const message = `unable to fetch metrics from resource metrics API: ${text}`;
      await assert.rejects(metrics.resource('demo', '', 'cpu'), { name: 'MetricError', message });
    });
  }
});

suite('custom metrics', () => {
  const path = (version: string, rest: string): string =>
    `/apis/custom.metrics.k8s.io/${version}/namespaces/demo/${rest}`;

  test('of pods, in the version that is served; the window is a minute where it is not told', async () => {
    const items = [
      { describedObject: { name: 'a' }, timestamp, value: '5', windowSeconds: 30 },
      { describedObject: { name: 'b' }, timestamp, value: 6 },
    ];
    const { metrics } = metricsOf({ [path('v1beta2', 'pods/*/hits')]: { items } }, ['v2', 'v1beta2']);
    assert.deepEqual(
      await metrics.pods('demo', '', 'hits', ''),
      new Map([
        ['a', { value: 5000n, timestamp: time, windowMs: 30_000 }],
        ['b', { value: 6000n, timestamp: time, windowMs: 60_000 }],
      ]),
    );
  });

  test('of pods, in the older version', async () => {
    const items = [{ describedObject: { name: 'a' }, timestamp, value: '5', window: 30 }];
    const { metrics } = metricsOf({ [path('v1beta1', 'pods/*/hits')]: { items } }, ['v1beta1']);
    assert.equal((await metrics.pods('demo', '', 'hits', '')).get('a')?.windowMs, 30_000);
  });

  test('of an object, and of the namespace whatever name is asked for', async () => {
    const items = [{ value: '7m' }];
    const { metrics } = metricsOf(
      { [path('v1beta2', 'services/web/rate')]: { items }, [path('v1beta2', 'metrics/rate')]: { items } },
      ['v1beta2'],
    );
    assert.equal(await metrics.object('demo', service, 'rate', ''), 7n);
    assert.equal(await metrics.object('demo', { kind: 'Namespace', name: 'other' }, 'rate', ''), 7n);
  });

  const what = 'unable to fetch metrics from custom metrics API';
  const rejected = (promise: Promise<unknown>, message: string): Promise<void> =>
    assert.rejects(promise, { name: 'MetricError', message });

  test('nobody serves them, or in no version that is known', async () => {
    await rejected(
      metricsOf({}).metrics.pods('demo', '', 'hits', ''),
      `${what}: no custom metrics API (custom.metrics.k8s.io) registered`,
    );
    await rejected(
      metricsOf({}, ['v2']).metrics.pods('demo', '', 'hits', ''),
      `${what}: no known available metric versions found`,
    );
  });

  test('of no pod, of too many objects, of an object of no kind', async () => {
    const { metrics } = metricsOf(
      {
        [path('v1beta2', 'pods/*/hits')]: { items: [] },
        [path('v1beta2', 'services/web/rate')]: { items: [{}, {}] },
      },
      ['v1beta2'],
    );
    await rejected(metrics.pods('demo', '', 'hits', ''), 'no metrics returned from custom metrics API');
    await rejected(
      metrics.object('demo', service, 'rate', ''),
      `${what}: the custom metrics API server returned 2 results when we asked for exactly one`,
    );
    await rejected(
      metrics.object('demo', { apiVersion: 'a.example/v1', kind: 'Thing', name: 'x' }, 'rate', ''),
      `${what}: unable to map kind Thing.a.example to resource: no matches for kind "Thing" in group "a.example"`,
    );
    await rejected(
      metrics.object('demo', { ...service, name: 'none' }, 'rate', ''),
      `${what}: the server could not find the requested resource (get services.custom.metrics.k8s.io none)`,
    );
  });
});

suite('external metrics', () => {
  test('all values', async () => {
    const { metrics } = metricsOf({
      [externalPath]: { items: [{ value: '1' }, { value: '9223372036854775807' }, {}] },
    });
    assert.deepEqual(await metrics.external('demo', 'queue', ''), [1000n, 2n ** 63n - 1n, 0n]);
  });

  test('no values', async () => {
    const { metrics } = metricsOf({ [externalPath]: {} });
    await assert.rejects(
      metrics.external('demo', 'queue', ''),
      (error) => error instanceof MetricError && error.message === 'no metrics returned from external metrics API',
    );
  });
});
