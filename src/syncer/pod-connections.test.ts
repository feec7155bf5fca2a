import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../api/object.ts';
import { newNotFound, StatusError } from '../api/status.ts';
import type { Client } from '../client/client.ts';
import { ConnectionError } from '../client/connection-error.ts';
import { TooManyOpen, type DirectAnswer, type DirectRequest } from '../client/direct-exchange.ts';
import { readWhole } from '../client/response-body.ts';
import { silentLogger } from '../lib/logger.ts';
import { placeOf, markAnnotations, markLabels, originOf } from '../translate/marks.ts';
import { hostName } from '../translate/names.ts';
import { createPodConnections, type Connecting } from './pod-connections.ts';

const place = placeOf({ tenant: 'a', hostNamespace: 'shared' });

function object(kind: string, name: string, uid = 'u1'): KubeObject {
  return { apiVersion: 'v1', kind, metadata: { name, namespace: 'one', uid }, spec: { containers: [] } };
}

function copyOf(one: KubeObject, tenant = 'a'): KubeObject {
  const origin = originOf(one);
  return {
    ...one,
    metadata: {
      name: hostName(tenant, origin.namespace, origin.name),
      namespace: 'shared',
      uid: 'h1',
      labels: markLabels(tenant, origin.namespace),
      annotations: markAnnotations(origin),
    },
  };
}

interface Outcome {
  readonly asked: string[];
  readonly sent: DirectRequest[];
  readonly answer: { status?: number; headers?: Record<string, unknown>; text?: string } | string;
}

const log = (pod: KubeObject): Connecting => ({ subresource: 'log', pod, query: 'container=c' });
const proxy = (one: KubeObject, more: Partial<Connecting & { subresource: 'proxy' }> = {}): Connecting => ({
  subresource: 'proxy',
  resource: 'services',
  object: one,
  scheme: '',
  port: '80',
  path: '/x/y',
  query: 'q=1',
  root: '/api/v1/namespaces/one/services/web:80/proxy',
  ...more,
});

async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

function response(status: number, headers: Record<string, string>, ...texts: string[]): DirectAnswer {
  return { kind: 'response', status, headers, body: pieces(...texts) };
}

async function connect(
  target: Connecting,
  copies: readonly KubeObject[],
  send: () => DirectAnswer = () => response(200, {}, 'said'),
): Promise<Outcome> {
  const asked: string[] = [];
  const sent: DirectRequest[] = [];
  const host = {
    resource: ({ resource }: { resource: string }, namespace: string) => ({
      get: (name: string) => {
        asked.push(`${resource} ${namespace}/${name}`);
        const found = copies.find(({ metadata }) => metadata.name === name);
        return found ? Promise.resolve(found) : Promise.reject(newNotFound({ group: '', resource }, name));
      },
    }),
  };
  const connections = createPodConnections({
    place,
    // A door: nothing else of it is called.
    host: host as unknown as Client<'host'>,
    direct: {
      send: (request) => {
        sent.push(request);
        return Promise.resolve().then(send);
      },
      close: () => undefined,
    },
    logger: silentLogger,
  });
  const signal = new AbortController().signal;
  try {
    const answer = await connections.connect(target, { method: 'GET', headers: {}, body: new Uint8Array(), signal });
    if (answer.kind === 'upgraded') return { asked, sent, answer: 'upgraded' };
    const text = Buffer.from(await readWhole(answer.body)).toString();
    return { asked, sent, answer: { status: answer.status, headers: answer.headers, text } };
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return { asked, sent, answer: `${error.status.code} ${error.message}` };
  }
}

const web = object('Pod', 'web');
const service = object('Service', 'web');

test('a debug container of the host’s people is nobody’s in the tenant, though one there is called so', async () => {
  const debugged = { ...web, spec: { containers: [], ephemeralContainers: [{ name: 'c', image: 'i' }] } };
  const ofHost = copyOf(debugged);
  const refused = await connect(log(debugged), [ofHost]);
  assert.equal(refused.answer, '400 container c is not valid for pod web');
  assert.deepEqual(refused.sent, []);
  ofHost.metadata.annotations = {
    ...ofHost.metadata.annotations,
    'sublet.dev/carried': '{"ephemeralContainers":["c"],"conditions":[]}',
  };
  assert.equal((await connect(log(debugged), [ofHost])).sent.length, 1);
});

test('a pod’s log is its copy’s', async () => {
  const { asked, sent, answer } = await connect(log(web), [copyOf(web)]);
  assert.deepEqual(asked, ['pods shared/web-x-one-x-a']);
  assert.equal(sent[0]?.target, '/api/v1/namespaces/shared/pods/web-x-one-x-a/log?container=c');
  assert.deepEqual(answer, { status: 200, headers: {}, text: 'said' });
});

const ids: Record<string, [scheme: string, port: string, id: string]> = {
  'a port': ['', '80', 'web-x-one-x-a:80'],
  nothing: ['', '', 'web-x-one-x-a'],
  'a scheme': ['https', '', 'https:web-x-one-x-a:'],
  both: ['https', 'tls', 'https:web-x-one-x-a:tls'],
  'a port that would be another path': ['', '80/../../x', 'web-x-one-x-a:80%2F..%2F..%2Fx'],
};
for (const [name, [scheme, port, id]] of Object.entries(ids)) {
  test(`a service’s proxy is its copy’s: ${name}`, async () => {
    const { sent } = await connect(proxy(service, { scheme, port }), [copyOf(service)]);
    assert.equal(sent[0]?.target, `/api/v1/namespaces/shared/services/${id}/proxy/x/y?q=1`);
  });
}

const strangers: Record<string, KubeObject[]> = {
  'nothing is there': [],
  'it is of an earlier object of this name': [copyOf(object('Pod', 'web', 'u0'))],
  'it is another tenant’s': [
    { ...copyOf(web, 'b'), metadata: { ...copyOf(web, 'b').metadata, name: 'web-x-one-x-a' } },
  ],
  'it bears no marks': [{ ...web, metadata: { name: 'web-x-one-x-a', namespace: 'shared', uid: 'u1' } }],
  'its label is another tenant’s': [
    {
      ...copyOf(web),
      metadata: { ...copyOf(web).metadata, labels: { 'sublet.dev/tenant': 'b', 'sublet.dev/namespace': 'one' } },
    },
  ],
  'its marks speak of another pod': [
    {
      ...copyOf(web),
      metadata: { ...copyOf(web).metadata, annotations: markAnnotations(originOf(object('Pod', 'other'))) },
    },
  ],
  'it was made for something else': [
    {
      ...copyOf(web),
      metadata: {
        ...copyOf(web).metadata,
        annotations: { ...copyOf(web).metadata.annotations, 'sublet.dev/purpose': 'tokens' },
      },
    },
  ],
};
for (const [name, copies] of Object.entries(strangers)) {
  test(`nothing is sent where ${name}`, async () => {
    for (const target of [log(web), proxy(web, { resource: 'pods' })]) {
      const { sent, answer } = await connect(target, copies);
      assert.equal(sent.length, 0);
      assert.equal(answer, '503 pod web is not on the host, or not yet');
    }
  });
}

const status = (code: number, message: string, name: string): string =>
  JSON.stringify({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    details: { name },
    code,
  });

test('the host’s refusal speaks of the tenant’s objects', async () => {
  const said = status(400, 'container "c" in pod "web-x-one-x-a" in shared is waiting to start', 'web-x-one-x-a');
  const headers = { 'content-type': 'application/json', 'content-length': String(said.length) };
  const { answer } = await connect(log(web), [copyOf(web)], () => response(400, headers, said));
  assert.deepEqual(answer, {
    status: 400,
    headers: { 'content-type': 'application/json' },
    text: status(400, 'container "c" in pod "web" in one is waiting to start', 'web'),
  });
});

for (const code of [401, 403]) {
  test(`that the host refuses Sublet itself (${code}) is no word about the tenant’s user`, async () => {
    const { answer } = await connect(log(web), [copyOf(web)], () =>
      response(code, {}, 'system:serviceaccount:shared:x'),
    );
    assert.ok(typeof answer === 'string');
    assert.match(answer, /^503 the host does not let its tenants into their pods/);
  });
}

test('what an app answers stays as it is; what the host answers in its place speaks of the tenant’s service', async () => {
  const type = { 'content-type': 'application/json' };
  const app = '{"error":"no web-x-one-x-a here"}';
  const outcome = async (text: string, headers: Record<string, string>): Promise<unknown> => {
    const { answer } = await connect(proxy(service), [copyOf(service)], () => response(503, headers, text));
    return typeof answer === 'string' ? answer : answer.text;
  };
  assert.equal(await outcome(app, { ...type, 'content-length': String(app.length) }), app);
  const host = status(503, 'no endpoints available for service "web-x-one-x-a:80"', 'x');
  assert.equal(
    await outcome(host, { ...type, 'content-length': String(host.length) }),
    status(503, 'no endpoints available for service "web:80"', 'x'),
  );
  assert.equal(await outcome(host, type), host, 'what may be endless is not waited for');
  assert.equal(await outcome(host, { 'content-length': '1' }), host, 'nor what is no JSON');
});

const failures: Record<string, [error: Error, answer: string]> = {
  'too many': [new TooManyOpen('x'), '429 too many connections into pods are open, please try again later'],
  'no connection': [
    new ConnectionError('connecting to 10.1.2.3:6443: refused'),
    '503 the host cannot be reached just now, please try again later',
  ],
};
for (const [name, [error, answer]] of Object.entries(failures)) {
  test(`the host takes no connection: ${name}`, async () => {
    const outcome = await connect(log(web), [copyOf(web)], () => {
      throw error;
    });
    assert.equal(outcome.answer, answer);
  });
}

const hostRoot = '/api/v1/namespaces/shared/services/web-x-one-x-a:80/proxy';
const tenantRoot = '/api/v1/namespaces/one/services/web:80/proxy';
const redirects: Record<string, string> = {
  [`${hostRoot}/login`]: `${tenantRoot}/login`,
  '/elsewhere': '/elsewhere',
  'https://example.com/a': 'https://example.com/a',
};
for (const [location, found] of Object.entries(redirects)) {
  test(`a redirect to ${location}`, async () => {
    const { answer } = await connect(proxy(service), [copyOf(service)], () => response(302, { location }, ''));
    assert.ok(typeof answer !== 'string');
    assert.equal(answer.headers?.['location'], found);
  });
}

test('the links of a page lead to the tenant’s API, wherever the page is cut', async () => {
  const page = `<a href="${hostRoot}/a">ä</a><a href="/api/v1/namespaces/shared/x"><img src="${hostRoot}">`;
  const wanted = `<a href="${tenantRoot}/a">ä</a><a href="/api/v1/namespaces/shared/x"><img src="${tenantRoot}">`;
  const bytes = Buffer.from(page);
  for (let at = 0; at <= bytes.length; at++) {
    const { answer } = await connect(proxy(service), [copyOf(service)], () => ({
      kind: 'response',
      status: 200,
      headers: { 'content-type': 'text/html; charset=utf-8', 'content-length': String(bytes.length), etag: 'e' },
      body: (async function* (): AsyncGenerator<Uint8Array> {
        yield bytes.subarray(0, at);
        yield bytes.subarray(at);
      })(),
    }));
    assert.deepEqual(answer, {
      status: 200,
      headers: { 'content-type': 'text/html; charset=utf-8', etag: 'e' },
      text: wanted,
    });
  }
});

test('what is no page stays as it is', async () => {
  const headers = { 'content-type': 'text/plain', 'content-length': String(hostRoot.length) };
  const { answer } = await connect(proxy(service), [copyOf(service)], () => response(200, headers, hostRoot));
  assert.deepEqual(answer, { status: 200, headers, text: hostRoot });
});
