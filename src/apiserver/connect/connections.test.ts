import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiRequest, ApiResponse } from '../../api/exchange.ts';
import type { KubeObject } from '../../api/object.ts';
import { newForbidden, StatusError } from '../../api/status.ts';
import { createAdmissionChain, type AdmissionAttributes, type AdmissionPlugin } from '../admission/plugin.ts';
import { parseQuery } from '../query-string.ts';
import { requestInfoOf } from '../request-info.ts';
import { TestApi } from '../verbs/api.test-double.ts';
import { createResourceHandler } from '../verbs/dispatch.ts';
import { connectSubresources } from './connect-subresources.ts';
import type { ConnectAnswer, ConnectRequest, ConnectTarget } from './pod-connector.ts';

interface Asked {
  readonly target: ConnectTarget;
  readonly request: ConnectRequest;
}

/** An API server with pods in memory, and what its connector is asked. */
class Place {
  readonly asked: Asked[] = [];
  readonly admitted: AdmissionAttributes[] = [];
  answer: ConnectAnswer = { kind: 'response', status: 200, headers: {}, body: Buffer.from('said') };
  readonly #handle: ReturnType<typeof createResourceHandler>;

  private constructor(api: TestApi, plugins: readonly AdmissionPlugin[]) {
    const seen: AdmissionPlugin = {
      name: 'seen',
      handles: () => true,
      validate: (attributes) => void this.admitted.push(attributes),
    };
    this.#handle = createResourceHandler({
      store: api.store,
      resources: api.resources,
      admission: createAdmissionChain([...plugins, seen]),
      subresources: connectSubresources({
        connect: (target, request) => {
          this.asked.push({ target, request });
          return Promise.resolve(this.answer);
        },
      }),
    });
  }

  static async with(pods: readonly KubeObject[], plugins: readonly AdmissionPlugin[] = []): Promise<Place> {
    const api = new TestApi();
    await api.post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n' } });
    for (const pod of pods) {
      const created = await api.post('/api/v1/namespaces/n/pods', pod);
      assert.equal(created.status, 201, JSON.stringify(created.body));
      const status = { ...(created.body as KubeObject), status: pod['status'] };
      await api.put(`/api/v1/namespaces/n/pods/${pod.metadata.name ?? ''}/status`, status);
    }
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec: { ports: [{ port: 80 }] } };
    await api.post('/api/v1/namespaces/n/services', service);
    return new Place(api, plugins);
  }

  async call(method: string, url: string, more: Partial<ApiRequest> = {}): Promise<ApiResponse> {
    const [path = '', query = ''] = url.split('?');
    const request: ApiRequest = {
      method,
      path: `/api/v1/namespaces/n${path}`,
      query,
      headers: {},
      body: new Uint8Array(),
      signal: new AbortController().signal,
      ...more,
    };
    const context = {
      request,
      info: requestInfoOf(request),
      query: parseQuery(query),
      user: { name: 'u', groups: [] },
      now: 0,
      warnings: [],
    };
    const negotiation = { encoder: never, body: never };
    const response = await this.#handle(context, negotiation);
    assert.ok(response);
    return response;
  }

  /** What the call fails with. */
  async refusal(method: string, url: string, more: Partial<ApiRequest> = {}): Promise<string> {
    try {
      await this.call(method, url, more);
    } catch (error) {
      if (error instanceof StatusError) return `${error.status.code} ${error.message}`;
      throw error;
    }
    return 'none';
  }
}

function never(): never {
  throw new Error('not asked for');
}

function pod(name: string, spec: object, status: object = {}): KubeObject {
  const containers = [{ name: 'a', image: 'a' }];
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { containers, ...spec }, status } as KubeObject;
}

const pods = [
  pod('one', { nodeName: 'node' }, { podIPs: [{ ip: '10.0.0.1' }], podIP: '10.0.0.1' }),
  pod('waiting', {}),
  pod(
    'two',
    {
      nodeName: 'node',
      initContainers: [{ name: 'i', image: 'i' }],
      containers: [
        { name: 'a', image: 'a' },
        { name: 'b', image: 'b', ports: [{ containerPort: 81 }] },
      ],
    },
    { podIPs: [{ ip: '127.0.0.1' }], podIP: '127.0.0.1' },
  ),
];
const webSocket = { upgrade: 'websocket' };

const refusals: Record<string, [method: string, url: string, refusal: string, more?: Partial<ApiRequest>]> = {
  'a pod that isn’t there': ['GET', '/pods/none/log', '404 pods "none" not found'],
  'a log of one of several containers': [
    'GET',
    '/pods/two/log',
    '400 a container name must be specified for pod two, choose one of: [i a b]',
  ],
  'options before the pod': [
    'GET',
    '/pods/none/log?tailLines=-1',
    '422 PodLogOptions "none" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0',
  ],
  'exec in a container that isn’t there': [
    'POST',
    '/pods/one/exec?container=x',
    '400 container x is not valid for pod one',
    webSocket,
  ],
  'exec in a pod without a node': [
    'POST',
    '/pods/waiting/exec?command=a',
    '400 pod waiting does not have a host assigned',
    webSocket,
  ],
  'attaching to a pod without a node': [
    'GET',
    '/pods/waiting/attach',
    '400 pod waiting does not have a host assigned',
    webSocket,
  ],
  'a port of a pod without a node': [
    'POST',
    '/pods/waiting/portforward',
    '400 pod waiting does not have a host assigned',
    webSocket,
  ],
  'a request that can’t be switched': ['POST', '/pods/one/exec?command=a', '400 Upgrade request required'],
  'a dry run': ['POST', '/pods/one/exec?dryRun=All', '400 dryRun is not supported', webSocket],
  'a dry run of a proxy': ['GET', '/pods/one/proxy/?dryRun=All', '400 dryRun is not supported'],
  'another method': ['PUT', '/pods/one/exec', '405 the server does not allow this method on the requested resource'],
  'a log that is written': [
    'POST',
    '/pods/one/log',
    '405 the server does not allow this method on the requested resource',
  ],
  'a proxy to an address of the machine': ['GET', '/pods/two/proxy/', '400 address not allowed'],
  'a proxy to a pod without an address': ['GET', '/pods/waiting/proxy/', '400 address not allowed'],
  'a proxy by a scheme that there isn’t': ['GET', '/pods/ftp:one:1/proxy/', '400 invalid pod request "ftp:one:1"'],
  'a proxy to too much': ['GET', '/services/a:b:c:d/proxy/', '400 invalid service request "a:b:c:d"'],
  'a proxy to a service that isn’t there': ['GET', '/services/none:80/proxy/', '404 services "none" not found'],
};
for (const [name, [method, url, refusal, more]] of Object.entries(refusals)) {
  test(`refused: ${name}`, async () => {
    const place = await Place.with(pods);
    assert.equal(await place.refusal(method, url, more), refusal);
    assert.equal(place.asked.length, 0);
  });
}

test('a pod without a node has printed nothing', async () => {
  const place = await Place.with(pods);
  assert.equal((await place.call('GET', '/pods/waiting/log')).status, 204);
});

test('a log is plain text, of the container that is meant, by known options only', async () => {
  const place = await Place.with(pods);
  const { status, headers, body } = await place.call('GET', '/pods/one/log?follow=1&tailLines=3&name=x', {
    headers: { authorization: 'Bearer x', range: 'bytes=1-' },
  });
  assert.deepEqual([status, headers], [200, { 'content-type': 'text/plain' }]);
  assert.deepEqual(body, Buffer.from('said'));
  const [asked] = place.asked;
  assert.ok(asked?.target.subresource === 'log');
  assert.equal(asked.target.query, 'container=a&follow=true&tailLines=3');
  assert.deepEqual(asked.request.headers, {});
  assert.equal(place.admitted.length, 0, 'reading is nothing that admission is asked about');
});

test('what is said instead of a log is no plain text', async () => {
  const place = await Place.with(pods);
  const type = { 'content-type': 'application/json' };
  place.answer = { kind: 'response', status: 400, headers: { ...type, connection: 'close' }, body: Buffer.from('{}') };
  const { status, headers } = await place.call('GET', '/pods/one/log', { headers: {}, upgrade: 'websocket' });
  assert.deepEqual([status, headers], [400, type]);
});

test('admission is asked about the options, and they are as it leaves them', async () => {
  const plugin: AdmissionPlugin = {
    name: 'renames',
    handles: ({ operation }) => operation === 'CONNECT',
    mutate: ({ object }) => {
      if (object) object['command'] = ['other'];
    },
  };
  const place = await Place.with(pods, [plugin]);
  await place.call('GET', '/pods/one/exec?command=sh&stdin=1', webSocket);
  const [attributes] = place.admitted;
  assert.equal(attributes?.operation, 'CONNECT');
  assert.deepEqual(
    [attributes.namespace, attributes.name, attributes.subresource, attributes.resource.gr.resource],
    ['n', 'one', 'exec', 'pods'],
  );
  assert.equal(
    JSON.stringify(attributes.object),
    '{"kind":"PodExecOptions","apiVersion":"v1","stdin":true,"command":["other"]}',
  );
  assert.equal(
    place.asked[0]?.target.subresource === 'exec' && place.asked[0].target.query,
    'stdin=true&command=other&container=a',
  );
});

const connections: readonly [method: string, url: string][] = [
  ['GET', '/pods/one/exec?command=a'],
  ['POST', '/pods/one/attach'],
  ['POST', '/pods/one/portforward?ports=80'],
  ['GET', '/pods/one/proxy/'],
  ['OPTIONS', '/pods/one/proxy/'],
  ['DELETE', '/services/s/proxy/a'],
];
for (const [method, url] of connections) {
  test(`what admission refuses is not connected: ${method} ${url}`, async () => {
    const plugin: AdmissionPlugin = {
      name: 'no',
      handles: ({ operation }) => operation === 'CONNECT',
      validate: ({ resource, name }) => {
        throw newForbidden(resource.gr, name, 'no');
      },
    };
    const place = await Place.with(pods, [plugin]);
    assert.match(await place.refusal(method, url, url.includes('proxy') ? {} : webSocket), /^403 .* is forbidden: no$/);
    assert.equal(place.asked.length, 0);
  });
}

test('a proxy’s port is said by the tenant’s pod, its path is cleaned, its query goes on as it is', async () => {
  const place = await Place.with([
    pod(
      'web',
      { nodeName: 'node', containers: [{ name: 'a', image: 'a', ports: [{ containerPort: 8080 }] }] },
      { podIPs: [{ ip: '10.0.0.1' }], podIP: '10.0.0.1' },
    ),
  ]);
  await place.call('GET', '/pods/https:web:/proxy/a/../../../../x%2Fy/?q=%2e%2e&path=z');
  const { target } = place.asked[0] ?? {};
  assert.ok(target?.subresource === 'proxy');
  const { object, ...rest } = target;
  assert.equal(object.metadata.name, 'web');
  assert.deepEqual(rest, {
    subresource: 'proxy',
    resource: 'pods',
    scheme: 'https',
    port: '8080',
    path: '/x/y/',
    query: 'q=%2e%2e&path=z',
    root: '/api/v1/namespaces/n/pods/https:web:/proxy',
  });
  assert.equal(place.admitted[0]?.object?.['path'], '/a/../../../../x/y/', 'admission sees what was asked for');
});

test('a proxy’s root has a slash at its end', async () => {
  const place = await Place.with(pods);
  const { status, headers } = await place.call('GET', '/services/s/proxy?a=b');
  assert.equal(status, 301);
  assert.equal(headers['location'], '/api/v1/namespaces/n/services/s/proxy/?a=b');
  assert.equal(place.asked.length, 0);
  assert.equal((await place.call('POST', '/services/s/proxy')).status, 200);
});
