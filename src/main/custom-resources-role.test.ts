/** Custom resources as a tenant's server serves them, from the definition to its end. */
import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiResponse } from '../api/exchange.ts';
import { LocalServiceAddresses } from '../apiserver/registry/local-service-addresses.ts';
import { silentLogger } from '../lib/logger.ts';
import { MemoryStore } from '../storage/memory/memory-store.ts';
import type { Store } from '../storage/store.ts';
import { createCertificateAuthority, createSigningKey, issueCertificate } from '../tenancy/certificate-authority.ts';
import { bootstrap, composeApiServer } from './api-server-role.ts';
import { realClock } from './real-clock.ts';
import { realRandom } from './real-random.ts';

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const things = '/apis/example.com/v1/namespaces/default/things';
const patienceMs = 20_000;

// oxlint-disable-next-line typescript/no-explicit-any -- answers are looked into, whatever they are
type Answer = any;

class Server {
  readonly #composed: ReturnType<typeof composeApiServer>;

  private constructor(composed: ReturnType<typeof composeApiServer>) {
    this.#composed = composed;
  }

  static async start(store: Store = new MemoryStore()): Promise<Server> {
    const composed = composeApiServer({
      clock: realClock,
      random: realRandom,
      store,
      serviceAccountKeys: [await createSigningKey()],
      serviceAccountIssuer: 'https://issuer.test',
      aggregation: { mayDial: () => true },
      address: '127.0.0.1:1',
      serviceAddresses: new LocalServiceAddresses({ serviceCidr: '10.96.0.0/16', random: realRandom }),
      logger: silentLogger,
    });
    await bootstrap(composed, {});
    return new Server(composed);
  }

  async stop(): Promise<void> {
    await this.#composed.customResources.stop();
  }

  send(method: string, target: string, body?: unknown, contentType = 'application/json'): Promise<ApiResponse> {
    const [path = '', query = ''] = target.split('?');
    return this.#composed.exchange({
      method,
      path,
      query,
      headers: body === undefined ? {} : { 'content-type': contentType },
      body: body === undefined ? new Uint8Array() : Buffer.from(JSON.stringify(body)),
      signal: AbortSignal.timeout(patienceMs),
      user: { name: 'admin', groups: ['system:masters'] },
    });
  }

  async ask(method: string, target: string, body?: unknown, contentType?: string): Promise<Answer> {
    const { status, body: bytes } = await this.send(method, target, body, contentType);
    assert.ok(bytes instanceof Uint8Array, `${method} ${target}`);
    const text = Buffer.from(bytes).toString();
    return { httpStatus: status, ...(text.startsWith('{') ? JSON.parse(text) : { text }) };
  }

  /** Asks again and again until the answer is right. */
  async until(target: string, right: (answer: Answer) => boolean): Promise<Answer> {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      const answer = await this.ask('GET', target);
      if (right(answer)) return answer;
      assert.ok(performance.now() < deadline, JSON.stringify(answer));
      await sleep(5);
    }
  }

  async define(object: object): Promise<Answer> {
    const created = await this.ask('POST', definitions, object);
    assert.equal(created.httpStatus, 201, JSON.stringify(created));
    return this.until(`${definitions}/${created.metadata.name}`, isEstablished);
  }
}

function condition(object: Answer, type: string): Answer {
  return object.status?.conditions?.find((one: Answer) => one.type === type) ?? {};
}

function isEstablished(object: Answer): boolean {
  return condition(object, 'Established').status === 'True';
}

function isGone({ httpStatus }: Answer): boolean {
  return httpStatus === 404;
}

const free = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

function definition(plural: string, kind: string, spec: object = {}): object {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.example.com` },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural, kind },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: free } }],
      ...spec,
    },
  };
}

function thing(name: string, more: object = {}): object {
  return { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name }, ...more };
}

describe('a definition', () => {
  let server: Server;
  before(async () => (server = await Server.start()));
  after(() => server.stop());

  test('waits for names that another has, and gets them when that is deleted', async () => {
    await server.define(definition('things', 'Thing'));
    await server.ask('POST', definitions, definition('others', 'Thing'));
    const waiting = await server.until(
      `${definitions}/others.example.com`,
      (object) => condition(object, 'NamesAccepted').status === 'False',
    );
    assert.deepEqual(
      ['NamesAccepted', 'Established'].map((type) => {
        const { reason, message } = condition(waiting, type);
        return `${reason}: ${message}`;
      }),
      ['ListKindConflict: "ThingList" is already in use', 'NotAccepted: not all names are accepted'],
    );
    assert.equal((await server.ask('GET', '/apis/example.com/v1/others')).httpStatus, 404);
    await server.ask('DELETE', `${definitions}/things.example.com`);
    await server.until(`${definitions}/others.example.com`, isEstablished);
    assert.equal((await server.ask('GET', '/apis/example.com/v1/others')).kind, 'ThingList');
    await server.ask('DELETE', `${definitions}/others.example.com`);
    await server.until('/apis/example.com', isGone);
  });

  test('that was never established is deleted at once', async () => {
    await server.define(definition('things', 'Thing'));
    await server.ask('POST', definitions, definition('others', 'Thing'));
    await server.ask('DELETE', `${definitions}/others.example.com`);
    await server.until(`${definitions}/others.example.com`, isGone);
    await server.ask('DELETE', `${definitions}/things.example.com`);
    await server.until(`${definitions}/things.example.com`, isGone);
  });

  test('takes its instances along, and ends their watches', async () => {
    await server.define(definition('things', 'Thing'));
    await server.ask('POST', things, thing('a'));
    await server.ask('POST', things, thing('held', { metadata: { name: 'held', finalizers: ['example.com/hold'] } }));
    const { body: watch } = await server.send('GET', `${things}?watch=true&resourceVersion=0`);
    assert.ok(!(watch instanceof Uint8Array));
    const seen: string[] = [];
    const watched = (async () => {
      for await (const chunk of watch) seen.push(...Buffer.from(chunk).toString().trim().split('\n'));
    })();

    await server.ask('DELETE', `${definitions}/things.example.com`);
    const terminating = await server.until(
      `${definitions}/things.example.com`,
      (object) => condition(object, 'Terminating').status === 'True',
    );
    assert.equal(condition(terminating, 'Terminating').reason, 'InstanceDeletionInProgress');
    const refused = await server.until(things, ({ items }) => items?.length === 1);
    assert.equal(refused.items[0].metadata.name, 'held');
    const created = await server.ask('POST', things, thing('b'));
    assert.equal(
      `${created.httpStatus} ${created.message}`,
      '403 things.example.com "b" is forbidden: create not allowed while custom resource definition is terminating',
    );
    const { resources } = await server.ask('GET', '/apis/example.com/v1');
    assert.deepEqual(resources[0].verbs, ['delete', 'deletecollection', 'get', 'list', 'watch']);

    await server.ask('PATCH', `${things}/held`, { metadata: { finalizers: null } }, 'application/merge-patch+json');
    await server.until(`${definitions}/things.example.com`, isGone);
    await server.until(things, isGone);
    await watched;
    assert.equal(seen.filter((line) => line.includes('"DELETED"')).length, 2);
  });

  test('is published in OpenAPI at once, under another hash', async () => {
    const url = async (): Promise<string> =>
      (await server.ask('GET', '/openapi/v3')).paths['apis/example.com/v1']?.serverRelativeURL;
    await server.define(definition('things', 'Thing'));
    const first = await url();
    await server.define(definition('others', 'Other'));
    const second = await url();
    assert.match(first, /^\/openapi\/v3\/apis\/example.com\/v1\?hash=/);
    assert.notEqual(first, second);
    const document = await server.ask('GET', '/openapi/v3/apis/example.com/v1');
    assert.deepEqual(document.components.schemas['com.example.v1.Other']['x-kubernetes-group-version-kind'], [
      { group: 'example.com', kind: 'Other', version: 'v1' },
    ]);
    for (const name of ['things', 'others']) await server.ask('DELETE', `${definitions}/${name}.example.com`);
    await server.until('/apis/example.com', isGone);
  });
});

test('a server that starts anew serves what is defined at once', async () => {
  const store = new MemoryStore();
  const first = await Server.start(store);
  await first.define(definition('things', 'Thing'));
  await first.ask('POST', things, thing('a', { spec: { size: 1 } }));
  await first.stop();
  const second = await Server.start(store);
  const { items, metadata } = await second.ask('GET', things);
  assert.equal(metadata.continue, '');
  assert.deepEqual(items[0].spec, { size: 1 });
  assert.equal((await second.ask('GET', '/apis/example.com/v1')).resources[0].name, 'things');
  await second.stop();
});

test('a deletion goes on where a server was stopped', async () => {
  const store = new MemoryStore();
  const first = await Server.start(store);
  await first.define(definition('things', 'Thing'));
  await first.ask('POST', things, thing('held', { metadata: { name: 'held', finalizers: ['example.com/hold'] } }));
  await first.ask('DELETE', `${definitions}/things.example.com`);
  await first.until(`${things}/held`, ({ metadata }) => metadata.deletionTimestamp !== undefined);
  await first.stop();
  const second = await Server.start(store);
  await second.ask('PATCH', `${things}/held`, { metadata: { finalizers: null } }, 'application/merge-patch+json');
  await second.until(`${definitions}/things.example.com`, isGone);
  await second.stop();
});

describe('a conversion webhook', () => {
  const requests: Answer[] = [];
  let answer: (review: Answer) => unknown = () => ({});
  let server: Server;
  let stop: () => Promise<void>;

  /** Moves `spec.size` to `spec.sizes` and back, as the webhook of the definition. */
  const convert = (review: Answer): Answer => ({
    ...review,
    response: {
      uid: review.request.uid,
      result: { status: 'Success' },
      convertedObjects: review.request.objects.map(({ spec, ...object }: Answer) => ({
        ...object,
        apiVersion: review.request.desiredAPIVersion,
        spec: 'size' in spec ? { sizes: [spec.size] } : { size: spec.sizes[0] },
      })),
    },
  });
  const second = '/apis/example.com/v2/namespaces/default/things';

  before(async () => {
    const authority = await createCertificateAuthority(realClock, 'webhooks', 1);
    const { certificate, key } = await issueCertificate(realClock, authority, {
      commonName: 'webhook',
      usage: 'server',
      hosts: ['127.0.0.1'],
      validityDays: 1,
    });
    const webhook = createServer({ cert: certificate, key }, (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const review: Answer = JSON.parse(Buffer.concat(chunks).toString());
        requests.push({ url: request.url, ...review });
        response.end(JSON.stringify(answer(review)));
      });
    });
    await new Promise<void>((resolve) => webhook.listen(0, '127.0.0.1', resolve));
    stop = () => webhook[Symbol.asyncDispose]();
    server = await Server.start();
    const { port } = webhook.address() as AddressInfo;
    const version = (name: string): object => ({
      name,
      served: true,
      storage: name === 'v1',
      schema: { openAPIV3Schema: free },
    });
    await server.define(
      definition('things', 'Thing', {
        versions: [version('v1'), version('v2')],
        conversion: {
          strategy: 'Webhook',
          webhook: {
            conversionReviewVersions: ['v1'],
            clientConfig: {
              url: `https://127.0.0.1:${port}/convert`,
              caBundle: Buffer.from(authority.certificate).toString('base64'),
            },
          },
        },
      }),
    );
    answer = convert;
    for (const name of ['a', 'b']) await server.ask('POST', things, thing(name, { spec: { size: 1 } }));
  });
  after(async () => {
    await server.stop();
    await stop();
  });

  test('converts what is read, all of a list at once', async () => {
    requests.length = 0;
    answer = convert;
    const { items } = await server.ask('GET', second);

    assert.deepEqual(
      items.map(({ spec }: Answer) => spec),
      [{ sizes: [1] }, { sizes: [1] }],
    );
    assert.equal(requests.length, 1);
    const [{ url, apiVersion, kind, request }] = requests;
    assert.equal(`${url} ${apiVersion} ${kind}`, '/convert?timeout=30s apiextensions.k8s.io/v1 ConversionReview');
    assert.equal(`${request.desiredAPIVersion} ${request.objects.length}`, 'example.com/v2 2');
  });

  test('converts what is written to the stored version', async () => {
    const created = await server.ask('POST', second, {
      apiVersion: 'example.com/v2',
      kind: 'Thing',
      metadata: { name: 'new' },
      spec: { sizes: [7] },
    });
    assert.deepEqual(created.spec, { sizes: [7] });
    assert.deepEqual((await server.ask('GET', `${things}/new`)).spec, { size: 7 });
    const patch = { spec: { sizes: [8] } };
    const patched = await server.ask('PATCH', `${second}/new`, patch, 'application/merge-patch+json');
    assert.deepEqual(patched.spec, { sizes: [8] });
    assert.deepEqual((await server.ask('GET', `${things}/new`)).spec, { size: 8 });
    const { body: watch } = await server.send('GET', `${second}?watch=true&fieldSelector=metadata.name=new`);
    assert.ok(!(watch instanceof Uint8Array));
    for await (const chunk of watch) {
      assert.deepEqual(JSON.parse(Buffer.from(chunk).toString()).object.spec, { sizes: [8] });
      break;
    }
    await server.ask('DELETE', `${second}/new`);
  });

  const prefix = 'conversion webhook for example.com/v1, Kind=Thing';
  const changed = (change: (object: Answer) => void) => (review: Answer) => {
    const converted = convert(review);
    for (const object of converted.response.convertedObjects) change(object);
    return converted;
  };
  const withResponse = (response: object) => (review: Answer) => {
    const converted = convert(review);
    return { ...converted, response: { ...converted.response, ...response } };
  };
  const faults: readonly (readonly [string, (review: Answer) => unknown, string])[] = [
    ['has no response', (review) => ({ ...review }), `${prefix} failed: no response provided`],
    [
      'answers in another version',
      (review) => ({ ...convert(review), apiVersion: 'apiextensions.k8s.io/v1beta1' }),
      `${prefix} failed: expected webhook response of apiextensions.k8s.io/v1, Kind=ConversionReview, got apiextensions.k8s.io/v1beta1, Kind=ConversionReview`,
    ],
    [
      'fails without a reason',
      withResponse({ result: { status: 'Failure' } }),
      `${prefix} failed: response.result.status was 'Failure', not 'Success'`,
    ],
    ['fails', withResponse({ result: { status: 'Failure', message: 'no way' } }), `${prefix} failed: no way`],
    ['loses objects', withResponse({ convertedObjects: [] }), `${prefix} returned 0 objects, expected 1`],
    [
      'gives another version',
      changed((object) => (object.apiVersion = 'example.com/v3')),
      `${prefix} returned invalid object: invalid groupVersion (expected example.com/v2, received example.com/v3)`,
    ],
    [
      'changes the kind',
      changed((object) => (object.kind = 'Other')),
      `${prefix} returned invalid object: invalid kind (expected Thing, received Other)`,
    ],
    [
      'changes the name',
      changed((object) => (object.metadata = { ...object.metadata, name: 'x' })),
      `${prefix} returned invalid object: must have the same name: a != x`,
    ],
    [
      'gives labels that are none',
      changed((object) => (object.metadata = { ...object.metadata, labels: { a: 1 } })),
      `${prefix} returned invalid object: metadata.labels[a] must be a string, but is int64 in converted object`,
    ],
    [
      'gives no metadata',
      changed((object) => delete object.metadata),
      `${prefix} returned invalid object: must have the same name: a != `,
    ],
  ];
  for (const [name, reply, message] of faults) {
    test(`that ${name} is refused`, async () => {
      answer = reply;
      const { httpStatus, message: text } = await server.ask('GET', `${second}/a`);
      assert.equal(`${httpStatus} ${text}`, `500 ${message}`);
      answer = convert;
    });
  }

  test('changes labels and annotations, and nothing else of metadata', async () => {
    answer = changed((object) => {
      object.metadata = {
        ...object.metadata,
        labels: { a: 'b' },
        annotations: { c: 'd' },
        generation: 42,
        finalizers: ['x/y'],
      };
    });
    const { metadata } = await server.ask('GET', `${second}/a`);
    assert.deepEqual(
      [metadata.labels, metadata.annotations, metadata.generation, metadata.finalizers],
      [{ a: 'b' }, { c: 'd' }, 1, undefined],
    );
    answer = convert;
  });

  test('is not asked for what is stored in the version that is wanted', async () => {
    requests.length = 0;
    await server.ask('GET', things);
    assert.equal(requests.length, 0);
  });
});
