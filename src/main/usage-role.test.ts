import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../api/object.ts';
import { newServiceUnavailable } from '../api/status.ts';
import type { UsageReader } from '../api/usage.ts';
import { LocalServiceAddresses } from '../apiserver/registry/local-service-addresses.ts';
import { FakeClock, seededRandom } from '../client/fake-clock.test-double.ts';
import { silentLogger } from '../lib/logger.ts';
import { MemoryStore } from '../storage/memory/memory-store.ts';
import { bootstrap, composeApiServer } from './api-server-role.ts';

const clock = new FakeClock(Date.UTC(2030, 0, 1));

function podMetrics(namespace: string, name: string, cpu: readonly string[]): KubeObject {
  return {
    apiVersion: 'metrics.k8s.io/v1beta1',
    kind: 'PodMetrics',
    metadata: { name, namespace, labels: { app: name } },
    timestamp: '2030-01-01T00:00:00Z',
    window: '15s',
    containers: cpu.map((amount, index) => ({ name: `c${index}`, usage: { cpu: amount, memory: '10Mi' } })),
  };
}

const told = [
  podMetrics('one', 'web', ['100m', '150m']),
  podMetrics('one', 'db', ['5m']),
  podMetrics('two', 'web', []),
];
const node: KubeObject = {
  apiVersion: 'metrics.k8s.io/v1beta1',
  kind: 'NodeMetrics',
  metadata: { name: 'n1' },
  timestamp: '2030-01-01T00:00:00Z',
  window: '15s',
  usage: { cpu: '1', memory: '2Gi' },
};
const reader: UsageReader = {
  pods: (namespace, name) =>
    Promise.resolve(
      told.filter(
        ({ metadata }) =>
          (namespace === '' || metadata.namespace === namespace) && (name === undefined || metadata.name === name),
      ),
    ),
  nodes: () => Promise.resolve([node]),
};

interface Answer {
  readonly status: number;
  // Tests look into whatever comes back.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

async function serverWith(usage: UsageReader | undefined) {
  const api = composeApiServer({
    clock,
    random: seededRandom(),
    store: new MemoryStore(),
    serviceAccountKeys: [],
    serviceAccountIssuer: 'https://issuer',
    address: '127.0.0.1:6443',
    serviceAddresses: new LocalServiceAddresses({ serviceCidr: '10.96.0.0/16', random: seededRandom() }),
    logger: silentLogger,
    usage,
  });
  await bootstrap(api);
  await api.aggregation.start();
  const get = async (path: string, accept = 'application/json', user = 'admin'): Promise<Answer> => {
    const [pathOnly = '', query = ''] = path.split('?');
    const { status, body } = await api.exchange({
      method: 'GET',
      path: pathOnly,
      query,
      headers: { accept },
      body: new Uint8Array(),
      user: { name: user, groups: user === 'admin' ? ['system:masters'] : ['system:authenticated'] },
      signal: new AbortController().signal,
    });
    assert.ok(body instanceof Uint8Array);
    const text = Buffer.from(body).toString();
    return { status, body: text.startsWith('{') ? JSON.parse(text) : text };
  };
  return { api, get };
}

const group = '/apis/metrics.k8s.io/v1beta1';

test('what pods use is told by namespace, over all of them, by name and by label, in order', async () => {
  const { get } = await serverWith(reader);
  const names = async (path: string): Promise<string[]> =>
    (await get(path)).body.items.map(({ metadata }: KubeObject) => `${metadata.namespace}/${metadata.name}`);
  assert.deepEqual(await names(`${group}/pods`), ['one/db', 'one/web', 'two/web']);
  assert.deepEqual(await names(`${group}/namespaces/one/pods`), ['one/db', 'one/web']);
  assert.deepEqual(await names(`${group}/namespaces/one/pods?labelSelector=app%3Dweb`), ['one/web']);
  assert.deepEqual(await names(`${group}/namespaces/one/pods?fieldSelector=metadata.name%3Ddb`), ['one/db']);
  const { body } = await get(`${group}/namespaces/one/pods`);
  assert.deepEqual([body.kind, body.apiVersion], ['PodMetricsList', 'metrics.k8s.io/v1beta1']);
  const one = await get(`${group}/namespaces/one/pods/web`);
  assert.equal(one.body.containers[1].usage.cpu, '150m');
});

test('a pod of which nothing is known is not found, in the words of the metrics server', async () => {
  const { get } = await serverWith(reader);
  const { status, body } = await get(`${group}/namespaces/one/pods/none`);
  assert.equal(status, 404);
  assert.equal(body.message, 'pods.metrics.k8s.io "one/none" not found');
});

test('nodes are told of, and are in no namespace', async () => {
  const { get } = await serverWith(reader);
  assert.equal((await get(`${group}/nodes/n1`)).body.usage.memory, '2Gi');
  assert.equal((await get(`${group}/nodes`)).body.kind, 'NodeMetricsList');
  assert.equal((await get(`${group}/namespaces/one/nodes`)).status, 404);
});

test('tables sum up the containers', async () => {
  const { get } = await serverWith(reader);
  const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
  const { body } = await get(`${group}/namespaces/one/pods`, accept);
  assert.deepEqual(
    body.columnDefinitions.map(({ name }: { name: string }) => name),
    ['Name', 'cpu', 'memory', 'Window'],
  );
  assert.deepEqual(
    body.rows.map(({ cells }: { cells: unknown[] }) => cells),
    [
      ['db', '5m', '10Mi', '15s'],
      ['web', '250m', '20Mi', '15s'],
    ],
  );
});

test('nothing can be written there, nor watched', async () => {
  const { api, get } = await serverWith(reader);
  const call = async (method: string, path: string): Promise<number> =>
    (
      await api.exchange({
        method,
        path,
        query: '',
        headers: {},
        body: Buffer.from(JSON.stringify(told[0])),
        user: { name: 'admin', groups: ['system:masters'] },
        signal: new AbortController().signal,
      })
    ).status;
  assert.equal(await call('POST', `${group}/namespaces/one/pods`), 405);
  assert.equal(await call('DELETE', `${group}/namespaces/one/pods/web`), 405);
  assert.equal((await get(`${group}/pods?watch=1`)).status, 405);
});

test('who may not is refused before anything is asked for', async () => {
  const { get } = await serverWith({ ...reader, pods: () => assert.fail('was asked') });
  const { status, body } = await get(`${group}/namespaces/one/pods`, 'application/json', 'jane');
  assert.equal(status, 403);
  assert.match(body.message, /User "jane" cannot list resource "pods" in API group "metrics.k8s.io"/);
});

test('that nothing can be told is an error of its own', async () => {
  const { get } = await serverWith({ ...reader, nodes: () => Promise.reject(newServiceUnavailable('not now')) });
  const { status, body } = await get(`${group}/nodes`);
  assert.deepEqual([status, body.message], [503, 'not now']);
});

test('discovery tells of the group, and nobody registers it: a metrics server of the cluster’s own can', async () => {
  const { get } = await serverWith(reader);
  const { body } = await get('/apis/metrics.k8s.io/v1beta1');
  assert.deepEqual(
    body.resources.map(({ name, kind, namespaced, verbs }: Record<string, unknown>) => [name, kind, namespaced, verbs]),
    [
      ['nodes', 'NodeMetrics', false, ['get', 'list']],
      ['pods', 'PodMetrics', true, ['get', 'list']],
    ],
  );
  assert.equal((await get('/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.k8s.io')).status, 404);
});

const nodePath = (path: string): string => `/api/v1/nodes/n1/proxy${path}`;

/** A node with the pods of which is told, and one beside them on another. */
async function serverWithNode() {
  const server = await serverWith(reader);
  const put = async (path: string, object: KubeObject): Promise<void> => {
    const { status } = await server.api.exchange({
      method: 'POST',
      path,
      query: '',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(object)),
      user: { name: 'admin', groups: ['system:masters'] },
      signal: new AbortController().signal,
    });
    assert.equal(status, 201, path);
  };
  await put('/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } });
  await put('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'one' } });
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'one' } };
  await put('/api/v1/namespaces/one/serviceaccounts', account);
  for (const [name, nodeName] of [
    ['web', 'n1'],
    ['db', 'n2'],
    ['silent', 'n1'],
  ] as const) {
    const spec = { nodeName, containers: [{ name: 'c0', image: 'i' }] };
    await put('/api/v1/namespaces/one/pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec });
  }
  return server;
}

test('a node tells of the pods that are on it, as its kubelet would', async () => {
  const { get } = await serverWithNode();
  const summary = (await get(nodePath('/stats/summary'))).body;
  assert.deepEqual(summary.node.cpu, { time: '2030-01-01T00:00:00Z', usageNanoCores: 1_000_000_000 });
  assert.equal(summary.node.memory.workingSetBytes, 2 * 2 ** 30);
  assert.equal(summary.pods.length, 1);
  const [pod] = summary.pods;
  assert.deepEqual([pod.podRef.name, pod.podRef.namespace], ['web', 'one']);
  assert.equal(pod.cpu.usageNanoCores, 250_000_000);
  assert.deepEqual(
    pod.containers.map(({ name, memory }: { name: string; memory: { workingSetBytes: number } }) => [
      name,
      memory.workingSetBytes,
    ]),
    [
      ['c0', 10 * 2 ** 20],
      ['c1', 10 * 2 ** 20],
    ],
  );
  const pods = (await get(nodePath('/pods'))).body.items.map(({ metadata }: KubeObject) => metadata.name);
  assert.deepEqual(pods, ['silent', 'web']);
  assert.equal((await get('/api/v1/nodes/n1:10250/proxy/healthz')).body, 'ok');
});

test('a node’s metrics are those of the pods that are on it', async () => {
  const { get } = await serverWithNode();
  const resource = (await get(nodePath('/metrics/resource'))).body;
  assert.match(resource, /^container_memory_working_set_bytes\{container="c1",namespace="one",pod="web"\} 10485760$/m);
  assert.match(resource, /^pod_memory_working_set_bytes\{namespace="one",pod="web"\} 20971520$/m);
  assert.match(resource, /^node_memory_working_set_bytes 2147483648$/m);
  assert.doesNotMatch(resource, /"db"/);
  assert.match((await get(nodePath('/metrics'))).body, /^kubelet_node_name\{node="n1"\} 1$/m);
});

const refused = [
  '/exec/one/web/c0',
  '/run/one/web/c0',
  '/logs/',
  '/containerLogs/one/web/c0',
  '/configz',
  '/stats',
  '/',
];
for (const path of refused) {
  test(`a node’s ${path} leads nowhere`, async () => {
    const { get } = await serverWithNode();
    assert.equal((await get(nodePath(path))).status, 404);
  });
}

test('of a node that isn’t there, and to who may not, nothing is told', async () => {
  const { get } = await serverWithNode();
  assert.equal((await get('/api/v1/nodes/none/proxy/stats/summary')).status, 404);
  assert.equal((await get(nodePath('/stats/summary'), 'application/json', 'jane')).status, 403);
});

test('a metrics server that the cluster has of its own comes before', async () => {
  const { api, get } = await serverWith(reader);
  const service = { name: 'metrics-server', namespace: 'kube-system' };
  const body = {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: 'v1beta1.metrics.k8s.io' },
    spec: { group: 'metrics.k8s.io', version: 'v1beta1', groupPriorityMinimum: 100, versionPriority: 100, service },
  };
  const { status } = await api.exchange({
    method: 'POST',
    path: '/apis/apiregistration.k8s.io/v1/apiservices',
    query: '',
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify({ ...body, spec: { ...body.spec, insecureSkipTLSVerify: true } })),
    user: { name: 'admin', groups: ['system:masters'] },
    signal: new AbortController().signal,
  });
  assert.equal(status, 201);
  // It is not there yet, and says so: nobody answers in its stead.
  while ((await get(`${group}/pods`)).status !== 503) await new Promise((resolve) => setImmediate(resolve));
  await api.aggregation.stop();
});

test('a server that is not told what its pods use has no such group', async () => {
  const { get } = await serverWith(undefined);
  assert.equal((await get('/apis/metrics.k8s.io/v1beta1')).status, 404);
  assert.equal((await get(`${group}/pods`)).status, 404);
});
