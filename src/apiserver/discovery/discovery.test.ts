import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createProtobufCodec } from '../../api/codec/protobuf.ts';
import type { ApiResponse } from '../../api/exchange.ts';
import { builtinResources } from '../../schema/builtin/catalog.ts';
import { protobufTable } from '../../schema/builtin/protobuf.ts';
import { requestInfoOf } from '../request-info.ts';
import { createDiscovery } from './discovery.ts';
import { compareVersions } from './group-priority.ts';
import { createResourceCatalog, type DiscoveredResource, type ResourceCatalog } from './resource-catalog.ts';

const codec = createProtobufCodec(protobufTable);
const aggregatedForm = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

async function get(catalog: ResourceCatalog, path: string, headers: Record<string, string> = {}): Promise<ApiResponse> {
  const request = {
    method: 'GET',
    path,
    query: '',
    headers,
    body: new Uint8Array(),
    signal: new AbortController().signal,
  };
  const context = {
    request,
    info: requestInfoOf(request),
    query: new URLSearchParams(),
    user: { name: 'u', groups: [] },
    now: 0,
    warnings: [],
  };
  const discovery = discoveries.get(catalog) ?? createDiscovery({ catalog, codec, address: '10.0.0.1:443' });
  discoveries.set(catalog, discovery);
  const answer = await discovery.handle(context);
  assert.ok(answer, path);
  return answer;
}

const discoveries = new WeakMap<ResourceCatalog, ReturnType<typeof createDiscovery>>();

async function document(catalog: ResourceCatalog, path: string, accept?: string): Promise<Record<string, unknown>> {
  const { body } = await get(catalog, path, accept === undefined ? {} : { accept });
  assert.ok(body instanceof Uint8Array);
  return JSON.parse(Buffer.from(body).toString()) as Record<string, unknown>;
}

function custom(version: string): DiscoveredResource {
  return {
    group: 'example.com',
    version,
    plural: 'things',
    singular: 'thing',
    kind: 'Thing',
    namespaced: true,
    shortNames: ['th'],
    categories: [],
    verbs: ['get', 'list'],
    subresources: [],
    storageVersionHash: '',
  };
}

test('groups stand in the order of upstream', async () => {
  const { groups } = await document(createResourceCatalog(builtinResources()), '/apis');
  assert.deepEqual(
    (groups as { name: string }[]).map(({ name }) => name),
    [
      'apiregistration.k8s.io',
      'apps',
      'events.k8s.io',
      'authentication.k8s.io',
      'authorization.k8s.io',
      'autoscaling',
      'batch',
      'certificates.k8s.io',
      'networking.k8s.io',
      'policy',
      'rbac.authorization.k8s.io',
      'storage.k8s.io',
      'admissionregistration.k8s.io',
      'apiextensions.k8s.io',
      'scheduling.k8s.io',
      'coordination.k8s.io',
      'node.k8s.io',
      'discovery.k8s.io',
      'resource.k8s.io',
      'flowcontrol.apiserver.k8s.io',
    ],
  );
});

test('/api, a group, and its resources with their subresources', async () => {
  const catalog = createResourceCatalog(builtinResources());
  assert.deepEqual(await document(catalog, '/api'), {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '10.0.0.1:443' }],
  });
  assert.deepEqual(await document(catalog, '/apis/autoscaling'), {
    kind: 'APIGroup',
    apiVersion: 'v1',
    name: 'autoscaling',
    versions: [
      { groupVersion: 'autoscaling/v2', version: 'v2' },
      { groupVersion: 'autoscaling/v1', version: 'v1' },
    ],
    preferredVersion: { groupVersion: 'autoscaling/v2', version: 'v2' },
  });
  const apps = await document(catalog, '/apis/apps/v1');
  assert.deepEqual([apps['kind'], apps['apiVersion'], apps['groupVersion']], ['APIResourceList', 'v1', 'apps/v1']);
  assert.deepEqual(
    (apps['resources'] as { name: string }[]).filter(({ name }) => name.startsWith('deployments')),
    [
      {
        name: 'deployments',
        singularName: 'deployment',
        namespaced: true,
        kind: 'Deployment',
        verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
        shortNames: ['deploy'],
        categories: ['all'],
        storageVersionHash: '8aSe+NMegvE=',
      },
      {
        name: 'deployments/scale',
        singularName: '',
        namespaced: true,
        group: 'autoscaling',
        version: 'v1',
        kind: 'Scale',
        verbs: ['get', 'patch', 'update'],
      },
      {
        name: 'deployments/status',
        singularName: '',
        namespaced: true,
        kind: 'Deployment',
        verbs: ['get', 'patch', 'update'],
      },
    ],
  );
});

test('all in one document, once asked for; not again while it stays', async () => {
  const catalog = createResourceCatalog(builtinResources());
  const first = await get(catalog, '/apis', { accept: `${aggregatedForm},application/json` });
  assert.equal(first.headers['content-type'], aggregatedForm);
  const etag = String(first.headers['etag']);
  assert.match(etag, /^"[0-9A-F]{128}"$/);
  const again = await get(catalog, '/apis', { accept: aggregatedForm, 'if-none-match': etag });
  assert.deepEqual([again.status, (again.body as Uint8Array).length], [304, 0]);
  catalog.setResources('crd/things.example.com', [custom('v1')]);
  const changed = await get(catalog, '/apis', { accept: aggregatedForm, 'if-none-match': etag });
  assert.equal(changed.status, 200);
  const { items } = await document(catalog, '/api', aggregatedForm);
  assert.deepEqual(
    (items as { metadata: object }[]).map(({ metadata }) => metadata),
    [{}],
  );
});

test('in protobuf too', async () => {
  const catalog = createResourceCatalog(builtinResources());
  const form = aggregatedForm.replace('application/json', 'application/vnd.kubernetes.protobuf');
  const { body } = await get(catalog, '/apis', { accept: form });
  const list = codec.decode(body as Uint8Array);
  assert.equal((list['items'] as unknown[]).length, 20);
  const resources = await get(catalog, '/api/v1', { accept: 'application/vnd.kubernetes.protobuf' });
  assert.equal(codec.decode(resources.body as Uint8Array)['kind'], 'APIResourceList');
});

test('custom resources come and go', async () => {
  const catalog = createResourceCatalog(builtinResources());
  catalog.setResources('crd/things.example.com', [custom('v1alpha1'), custom('v1'), custom('v1beta2')]);
  const names = async (): Promise<unknown[]> =>
    ((await document(catalog, '/apis'))['groups'] as { name: string }[]).map(({ name }) => name);
  assert.equal((await names()).at(-1), 'example.com');
  assert.deepEqual((await document(catalog, '/apis/example.com'))['preferredVersion'], {
    groupVersion: 'example.com/v1',
    version: 'v1',
  });
  catalog.setResources('crd/things.example.com', []);
  assert.equal((await names()).includes('example.com'), false);
});

test('versions: stable before beta before alpha before what is neither', () => {
  const versions = ['foo', 'v1alpha1', 'v10', 'v1', 'v2beta1', 'v11alpha2', 'v2', 'bar', 'v1beta2', 'v1beta10'];
  assert.deepEqual(versions.toSorted(compareVersions), [
    'v10',
    'v2',
    'v1',
    'v2beta1',
    'v1beta10',
    'v1beta2',
    'v11alpha2',
    'v1alpha1',
    'bar',
    'foo',
  ]);
});
