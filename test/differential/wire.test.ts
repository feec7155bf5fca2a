/** The very bytes of answers: order, escapes, spaces, ends of lines; and protobuf, as far as it says the same. Clients may compare texts. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createProtobufCodec } from '../../src/api/codec/protobuf.ts';
import { protobufTable } from '../../src/schema/builtin/protobuf.ts';
import { upstreamUnavailable } from '../host/upstream.ts';
import type { Answer } from './answer.ts';
import { get, patch, post, type Call, type CallOptions } from './case.ts';
import { startPair, type RunningPair } from './pair.ts';

const strange = '<a href="x">&</a> \u2028\u2029 é 😀 \u007f \b\f\u0001 \\ /';
const maps = '/api/v1/namespaces/default/configmaps';
const partial = (kind: string, media = 'application/json'): CallOptions => ({
  accept: `${media};as=${kind};v=v1;g=meta.k8s.io`,
});
const protobuf = 'application/vnd.kubernetes.protobuf';
const labels = { app: 'web', b: 'c' };
const podSpec = {
  containers: [
    {
      name: 'c',
      image: 'i:1',
      ports: [{ containerPort: 80 }],
      resources: { limits: { memory: '1Gi', cpu: '1500m' }, requests: { cpu: 1 } },
      env: [
        { name: 'A', value: strange },
        { name: 'B', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      ],
      readinessProbe: { httpGet: { path: '/x?a=b&c=d', port: 80 } },
    },
  ],
};

const texts: readonly Call[] = [
  post(maps, {
    metadata: { name: 'strange', labels, annotations: { 'example.com/b': strange } },
    data: { b: strange, a: '' },
  }),
  get(`${maps}/strange`),
  get(`${maps}/strange?pretty=1`),
  get(`${maps}?labelSelector=app=web`),
  get(`${maps}?labelSelector=app=web&pretty=true`),
  get(`${maps}?labelSelector=app=web&watch=1`, { events: 1 }),
  get(`${maps}/strange`, partial('PartialObjectMetadata')),
  get(`${maps}?labelSelector=app=web`, partial('PartialObjectMetadataList')),
  get(`${maps}?labelSelector=app=web&watch=1`, { ...partial('PartialObjectMetadata'), events: 1 }),
  get(`${maps}/strange?includeObject=None`, partial('Table')),
  get(`${maps}?labelSelector=app=none`),
  patch('merge', `${maps}/strange`, { data: { c: '<' } }),
  get(`${maps}/absent`),
  post(maps, { metadata: { name: 'A<b>' } }),
  post('/apis/apps/v1/namespaces/default/deployments', {
    metadata: { name: 'web' },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: podSpec } },
  }),
  get('/apis/apps/v1/namespaces/default/deployments/web'),
  post('/apis/batch/v1/namespaces/default/jobs?dryRun=All', {
    metadata: { name: 'j' },
    spec: { template: { spec: { ...podSpec, restartPolicy: 'Never' } } },
  }),
  post('/apis/rbac.authorization.k8s.io/v1/clusterroles', {
    metadata: { name: 'r' },
    rules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }],
  }),
  get('/api/v1/namespaces/kube-public'),
  get('/api'),
  get('/apis/apps/v1'),
  get('/apis/apps'),
  get('/apis/nothing'),
];

const messages: readonly Call[] = [
  get(`${maps}/strange`, { accept: protobuf }),
  get(`${maps}?labelSelector=app=web`, { accept: protobuf }),
  get(`${maps}/strange`, partial('PartialObjectMetadata', protobuf)),
  get(`${maps}?labelSelector=app=web`, partial('PartialObjectMetadataList', protobuf)),
  get(`${maps}/absent`, { accept: protobuf }),
  get('/apis/apps/v1', { accept: protobuf }),
  get('/apis/apps', { accept: protobuf }),
];

const refusals: readonly Call[] = [
  get(`${maps}/strange`, partial('Table', protobuf)),
  get(`${maps}/strange`, { accept: 'application/cbor' }),
  get(`${maps}?watch=1`, { accept: 'application/cbor-seq', events: 1 }),
  post(maps, 'x', { type: 'application/cbor' }),
];

describe('the bytes of answers', { skip: upstreamUnavailable() ?? false }, () => {
  const codec = createProtobufCodec(protobufTable);
  let pair: RunningPair;
  before(async () => {
    pair = await startPair();
  });
  after(() => pair.stop());

  const both = async (call: Call): Promise<[ours: Answer, theirs: Answer]> => [
    await pair.sublet.ask(call, new Map()),
    await pair.upstream.ask(call, new Map()),
  ];

  for (const call of texts) {
    test(`${call.method} ${call.path} ${call.accept ?? ''}`, async () => {
      const [ours, theirs] = await both(call);
      assert.equal(ours.status, theirs.status);
      assert.equal(normal(ours), normal(theirs));
    });
  }
  for (const call of messages) {
    test(`${call.method} ${call.path} ${call.accept ?? ''}`, async () => {
      const [ours, theirs] = await both(call);
      assert.equal(ours.status, theirs.status);
      assert.equal(ours.headers['content-type'], theirs.headers['content-type']);
      const [own, other] = [ours, theirs].map(({ body }) => codec.decode(body, { apiVersion: '', kind: '' }));
      assert.equal(normalText(JSON.stringify(own)), normalText(JSON.stringify(other)));
      // Field by field in the same order, with the same fields left out: what is decoded and written again is what came.
      assert.equal(Buffer.compare(codec.encode(other ?? {}), theirs.body), 0);
    });
  }
  for (const call of refusals) {
    test(`${call.method} ${call.path} ${call.accept ?? ''}`, async () => {
      const [ours, theirs] = await both(call);
      assert.equal(ours.status, theirs.status);
      assert.equal(normal(ours), normal(theirs));
    });
  }

  test('large answers are compressed, small ones and watches are not', async () => {
    const data = { a: 'x'.repeat(200_000) };
    await both(post(maps, { metadata: { name: 'large' }, data }));
    const headers = { 'accept-encoding': 'gzip' };
    for (const call of [
      get(`${maps}/large`, { headers }),
      get(`${maps}/strange`, { headers }),
      get(`${maps}/large`, { headers: { 'accept-encoding': 'gzip;q=0, br' } }),
      get(`${maps}?watch=1&fieldSelector=metadata.name=large`, { headers, events: 1 }),
    ]) {
      const [ours, theirs] = await both(call);
      for (const name of ['content-encoding', 'vary']) {
        assert.equal(
          ours.headers[name],
          theirs.headers[name],
          `${name} of ${call.path} ${JSON.stringify(call.headers)}`,
        );
      }
    }
  });
});

function normal({ body }: Answer): string {
  return normalText(body.toString());
}

/** Without what each server makes up. */
function normalText(text: string): string {
  return (
    text
      .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uid>')
      .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '<time>')
      .replaceAll(/("resourceVersion": ?)"\d+"/g, '$1"<revision>"')
      // An age.
      .replaceAll(/"\d+s"/g, '"<age>"')
      // The texts of columns are upstream's own, and no part of this repository.
      .replaceAll(/("description":)"(?:[^"\\]|\\.)*"/g, '$1"<text>"')
      .replaceAll(/("serverAddress":)"[^"]*"/g, '$1"<address>"')
  );
}
