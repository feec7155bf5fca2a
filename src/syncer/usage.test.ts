import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../api/object.ts';
import { markOn, nameOn } from '../api/side.ts';
import { failure, StatusError } from '../api/status.ts';
import type { Client } from '../client/client.ts';
import type { Informer } from '../client/informer.ts';
import { placeOf } from '../translate/marks.ts';
import { copyMetadata } from '../translate/metadata.ts';
import { hostName } from '../translate/names.ts';
import { createUsageReader } from './usage.ts';

const place = placeOf({ tenant: 'demo', hostNamespace: 'shared' });

function pod(namespace: string, name: string, node = 'n1'): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name, uid: `uid-${namespace}-${name}`, labels: { app: name } },
    spec: { nodeName: node, containers: [{ name: 'main', image: 'i' }] },
  };
}

const copyOf = (of: KubeObject, tenant = place): KubeObject => ({
  ...of,
  metadata: { ...copyMetadata(tenant, of), uid: `copy-of-${of.metadata.uid}` },
});

/** As the host's metrics server tells of a copy. */
const usageOf = (name: string, containers: readonly string[] = ['main']): KubeObject => ({
  apiVersion: 'metrics.k8s.io/v1beta1',
  kind: 'PodMetrics',
  metadata: {
    name,
    namespace: 'shared',
    labels: { 'sublet.dev/tenant': 'demo' },
    creationTimestamp: '2030-01-01T00:00:00Z',
  },
  timestamp: '2030-01-01T00:00:00Z',
  window: '15s',
  containers: containers.map((container) => ({ name: container, usage: { cpu: '100m', memory: '10Mi' } })),
});

interface World {
  readonly tenantPods: readonly KubeObject[];
  readonly copies: readonly KubeObject[];
  readonly told: readonly KubeObject[] | StatusError;
  readonly nodes?: readonly string[];
  readonly nodeUsage?: readonly KubeObject[];
}

/** Informers of which nothing but reading is asked. */
function informer(objects: readonly KubeObject[]): Informer<never> {
  const key = ({ metadata: { namespace, name } }: KubeObject): string =>
    namespace === undefined ? (name ?? '') : `${namespace}/${name}`;
  const byKey = new Map(objects.map((object) => [key(object), object]));
  // A door: the double of a class.
  return { get: (name: string) => byKey.get(name), list: () => objects } as never;
}

function readerOf({ tenantPods, copies, told, nodes = ['n1'], nodeUsage }: World) {
  const asked: string[] = [];
  const answer = <T>(what: string, value: T): Promise<T> => {
    asked.push(what);
    return told instanceof StatusError ? Promise.reject(told) : Promise.resolve(value);
  };
  const all = told instanceof StatusError ? [] : told;
  const host = {
    side: 'host',
    resource: ({ resource }: { resource: string }, namespace?: string) => ({
      list: (options: { labelSelector?: string } = {}) =>
        answer(`list ${namespace ?? ''} ${resource} ${options.labelSelector ?? ''}`, {
          items: resource === 'nodes' ? (nodeUsage ?? []) : all,
        }),
      get: (name: string) => {
        const found = all.find(({ metadata }) => metadata.name === name);
        return found ? answer(`get ${name}`, found) : Promise.reject(failure(404, 'NotFound', 'no'));
      },
    }),
  };
  const reader = createUsageReader({
    place,
    // A door: the double of a client.
    host: host as unknown as Client<'host'>,
    hostPods: informer(copies.map((copy) => markOn('host', copy))),
    tenantPods: informer(tenantPods),
    tenantNodes: informer(
      nodes.map((name) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { a: 'b' } } })),
    ),
    realNodes: nodeUsage !== undefined,
  });
  return { reader, asked };
}

const web = pod('one', 'web');
const webOnHost = hostName('demo', nameOn('tenant', 'one'), nameOn('tenant', 'web'));

test('pods are told of under the tenant’s names and labels', async () => {
  const { reader, asked } = readerOf({ tenantPods: [web], copies: [copyOf(web)], told: [usageOf(webOnHost)] });
  const expected = {
    apiVersion: 'metrics.k8s.io/v1beta1',
    kind: 'PodMetrics',
    metadata: { name: 'web', namespace: 'one', labels: { app: 'web' }, creationTimestamp: '2030-01-01T00:00:00Z' },
    timestamp: '2030-01-01T00:00:00Z',
    window: '15s',
    containers: [{ name: 'main', usage: { cpu: '100m', memory: '10Mi' } }],
  };
  assert.deepEqual(await reader.pods('one'), [expected]);
  assert.deepEqual(await reader.pods('one', 'web'), [expected]);
  assert.deepEqual(await reader.pods('two'), []);
  assert.deepEqual(await reader.pods('one', 'none'), []);
  assert.deepEqual(asked, [
    'list shared pods sublet.dev/tenant=demo',
    `get ${webOnHost}`,
    'list shared pods sublet.dev/tenant=demo',
  ]);
});

test('of pods that only look like the tenant’s nothing is told', async () => {
  const other = placeOf({ tenant: 'other', hostNamespace: 'shared' });
  const forged = { ...copyOf(web, other), metadata: { ...copyOf(web, other).metadata, name: webOnHost } };
  const ofAnotherLife = copyOf({ ...web, metadata: { ...web.metadata, uid: 'earlier' } });
  for (const copies of [[], [forged], [ofAnotherLife]]) {
    const { reader } = readerOf({ tenantPods: [web], copies, told: [usageOf(webOnHost)] });
    assert.deepEqual(await reader.pods(''), []);
    assert.deepEqual(await reader.pods('one', 'web'), []);
  }
});

test('containers that the host has put beside a pod’s own are left out', async () => {
  const told = [usageOf(webOnHost, ['main', 'injected'])];
  const { reader } = readerOf({ tenantPods: [web], copies: [copyOf(web)], told });
  const [usage] = await reader.pods('one');
  assert.deepEqual(usage?.['containers'], [{ name: 'main', usage: { cpu: '100m', memory: '10Mi' } }]);
});

test('a node of which only the tenant’s pods are known uses what they use', async () => {
  const db = pod('two', 'db');
  const far = pod('two', 'far', 'n2');
  const pods = [web, db, far];
  const told = pods.map(({ metadata }) =>
    usageOf(hostName('demo', nameOn('tenant', metadata.namespace ?? ''), nameOn('tenant', metadata.name ?? ''))),
  );
  const { reader } = readerOf({
    tenantPods: pods,
    copies: pods.map((one) => copyOf(one)),
    told,
    nodes: ['n1', 'n2', 'n3'],
  });
  assert.deepEqual(
    (await reader.nodes()).map(({ metadata, usage }) => [metadata.name, usage]),
    [
      ['n1', { cpu: '200m', memory: '20Mi' }],
      ['n2', { cpu: '100m', memory: '10Mi' }],
    ],
  );
});

test('the host’s own nodes are told of where the tenant sees them, and no others', async () => {
  const nodeUsage = ['n1', 'hidden'].map((name) => ({
    apiVersion: 'metrics.k8s.io/v1beta1',
    kind: 'NodeMetrics',
    metadata: { name },
    timestamp: '2030-01-01T00:00:00Z',
    window: '20s',
    usage: { cpu: '3', memory: '9Gi' },
  }));
  const { reader } = readerOf({ tenantPods: [], copies: [], told: [], nodeUsage });
  assert.deepEqual(
    (await reader.nodes()).map(({ metadata, usage }) => [metadata, usage]),
    [
      [
        { name: 'n1', labels: { a: 'b' } },
        { cpu: '3', memory: '9Gi' },
      ],
    ],
  );
});

const refusals: Record<string, readonly [StatusError, RegExp]> = {
  'has no metrics server': [
    failure(404, 'NotFound', 'the server could not find the requested resource'),
    /has no metrics server/,
  ],
  'does not let it': [failure(403, 'Forbidden', 'pods.metrics.k8s.io is forbidden in "shared"'), /does not tell what/],
  'has trouble': [failure(503, 'ServiceUnavailable', 'dial tcp 10.0.0.1'), /does not tell just now/],
};
for (const [name, [error, expected]] of Object.entries(refusals)) {
  test(`a host that ${name} is spoken of without its own words`, async () => {
    const { reader } = readerOf({ tenantPods: [web], copies: [copyOf(web)], told: error });
    await assert.rejects(reader.pods('one'), (thrown) => {
      assert.ok(thrown instanceof StatusError);
      assert.equal(thrown.status.code, 503);
      assert.match(thrown.message, expected);
      assert.doesNotMatch(thrown.message, /shared|10\.0/);
      return true;
    });
  });
}
