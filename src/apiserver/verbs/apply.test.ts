/** Server-side apply, as clients see it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { builtinResourceDefinitions } from '../registry/resources/builtin-resources.ts';
import { TestApi, type Answer, type Loose } from './api.test-double.ts';

const maps = '/api/v1/namespaces/default/configmaps';
const autoscalers = (version: string): string =>
  `/apis/autoscaling/${version}/namespaces/default/horizontalpodautoscalers`;
const annotation = 'kubectl.kubernetes.io/last-applied-configuration';

const configMap = (data: object, metadata: object = {}): Loose => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', ...metadata },
  data,
});
const newApi = (): TestApi => new TestApi({ definitions: builtinResourceDefinitions });
const apply = (api: TestApi, body: unknown, query = 'fieldManager=me', url = `${maps}/a`): Promise<Answer> =>
  api.call('PATCH', `${url}?${query}`, body, 'application/apply-patch+yaml');

test('apply creates, changes, and removes what it made', async () => {
  const api = newApi();
  const created = await apply(api, configMap({ x: '1', y: '2' }, { labels: { l: '1' } }));
  assert.deepEqual(
    [created.status, created.body.data, created.body.metadata.labels],
    [201, { x: '1', y: '2' }, { l: '1' }],
  );
  const changed = await apply(api, configMap({ x: '3' }));
  assert.deepEqual([changed.status, changed.body.data, changed.body.metadata.labels], [200, { x: '3' }, undefined]);
  assert.equal(changed.body.metadata.uid, created.body.metadata.uid);
});

test('a configuration may be YAML', async () => {
  const applied = await apply(newApi(), 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  x: "1"\n');
  assert.deepEqual([applied.status, applied.body.data], [201, { x: '1' }]);
});

test('one conflict is told in one line, several by manager; force wins', async () => {
  const api = newApi();
  await apply(api, configMap({ x: '1', y: '1' }));
  await api.call('PATCH', `${maps}/a?fieldManager=user`, { data: { z: '1' } }, 'application/merge-patch+json');
  const one = await apply(api, configMap({ x: '2' }), 'fieldManager=you');
  assert.deepEqual(one.body, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'Apply failed with 1 conflict: conflict with "me": .data.x',
    reason: 'Conflict',
    details: { causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "me"', field: '.data.x' }] },
    code: 409,
  });
  const several = await apply(api, configMap({ x: '2', y: '2', z: '2' }), 'fieldManager=you');
  assert.equal(
    several.body.message,
    'Apply failed with 3 conflicts: conflicts with "me":\n- .data.x\n- .data.y\nconflicts with "user" using v1:\n- .data.z',
  );
  assert.deepEqual((await api.get(`${maps}/a`)).body.data, { x: '1', y: '1', z: '1' });
  const forced = await apply(api, configMap({ x: '2' }), 'fieldManager=you&force=true');
  assert.deepEqual([forced.status, forced.body.data], [200, { x: '2', y: '1', z: '1' }]);
});

const refusals: Record<string, { body: unknown; query?: string; code: number; message: string | RegExp }> = {
  'no manager': {
    body: configMap({}),
    query: '',
    code: 422,
    message: 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
  },
  'another kind': {
    body: { ...configMap({}), kind: 'Secret' },
    code: 400,
    message: 'invalid object type: /v1, Kind=Secret',
  },
  'another version': {
    body: { ...configMap({}), apiVersion: 'apps/v1' },
    code: 400,
    message: 'invalid object type: apps/v1, Kind=ConfigMap',
  },
  'managed fields': {
    body: configMap({}, { managedFields: [] }),
    code: 400,
    message: 'metadata.managedFields must be nil',
  },
  'another name': {
    body: configMap({}, { name: 'b' }),
    code: 400,
    message: 'the name of the object (b) does not match the name on the URL (a)',
  },
  'a uid of nothing': {
    body: configMap({}, { uid: 'u' }),
    code: 409,
    message:
      'Operation cannot be fulfilled on configmaps "a": uid mismatch: the provided object specified uid u, and no existing object was found',
  },
  'what the schema does not know': {
    body: { ...configMap({}), nothing: 1 },
    code: 500,
    message: 'failed to create typed patch object (/a; /v1, Kind=ConfigMap): .nothing: field not declared in schema',
  },
  'a wrong type': {
    body: configMap({ x: 5 }, { namespace: 'default' }),
    code: 500,
    message: /^failed to create typed patch object \(default\/a; \/v1, Kind=ConfigMap\): \.data\.x: expected string/,
  },
  'no object': {
    body: '[]',
    code: 400,
    message: /^error decoding YAML: error unmarshaling JSON: .*cannot unmarshal array/,
  },
  'a key twice, strictly': {
    body: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  x: "1"\n  x: "2"\n',
    query: 'fieldManager=me&fieldValidation=Strict',
    code: 400,
    message:
      /^error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n {2}line 6: key "x" already set in map$/,
  },
};

for (const [name, { body, query, code, message }] of Object.entries(refusals)) {
  test(`what can’t be applied: ${name}`, async () => {
    const api = newApi();
    const answer = await apply(api, body, query);
    assert.equal(answer.status, code);
    if (typeof message === 'string') assert.equal(answer.body.message, message);
    else assert.match(answer.body.message, message);
    assert.equal((await api.get(`${maps}/a`)).status, 404);
  });
}

test('a key twice is warned of, and the last counts', async () => {
  const body = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  x: "1"\n  x: "2"\n';
  const applied = await apply(newApi(), body);
  assert.deepEqual([applied.status, applied.body.data, applied.warnings.length], [201, { x: '2' }, 1]);
  const silent = await apply(newApi(), body, 'fieldManager=me&fieldValidation=Ignore');
  assert.deepEqual([silent.status, silent.warnings], [201, []]);
});

test('a revision in a configuration must be the object’s', async () => {
  const api = newApi();
  const { body } = await apply(api, configMap({ x: '1' }));
  const stale = await apply(api, configMap({ x: '2' }, { resourceVersion: '1' }));
  assert.deepEqual([stale.status, stale.body.reason], [409, 'Conflict']);
  const { resourceVersion } = body.metadata;
  assert.equal((await apply(api, configMap({ x: '2' }, { resourceVersion }))).status, 200);
});

test('force is for apply only', async () => {
  const api = newApi();
  await api.post(maps, configMap({}));
  const answer = await api.call('PATCH', `${maps}/a?force=true`, {}, 'application/merge-patch+json');
  assert.match(answer.body.message, /force: Forbidden: may not be specified for non-apply patch/);
});

test('CBOR is not spoken', async () => {
  const answer = await newApi().call('PATCH', `${maps}/a?fieldManager=me`, 'x', 'application/apply-patch+cbor');
  assert.equal(answer.status, 415);
});

test('a subresource is applied to what is there, and creates nothing', async () => {
  const api = newApi();
  const status = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, status: { phase: 'Running' } };
  const url = '/api/v1/namespaces/default/pods/p/status';
  assert.equal((await apply(api, status, 'fieldManager=me', url)).status, 404);
  const spec = { containers: [{ name: 'c', image: 'i' }] };
  await api.post('/api/v1/namespaces/default/pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec });
  const applied = await apply(api, status, 'fieldManager=me', url);
  assert.deepEqual([applied.status, applied.body.status.phase], [200, 'Running']);
  assert.deepEqual(
    applied.body.metadata.managedFields.map(({ manager, operation, subresource }: Loose) => [
      manager,
      operation,
      subresource,
    ]),
    [
      ['me', 'Apply', 'status'],
      ['test', 'Update', undefined],
    ],
  );
});

test('versions of one kind share its owners', async () => {
  const api = newApi();
  const target = { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' } };
  const v1 = {
    apiVersion: 'autoscaling/v1',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'h' },
    spec: { ...target, maxReplicas: 3, targetCPUUtilizationPercentage: 50 },
  };
  const v2 = { ...v1, apiVersion: 'autoscaling/v2', spec: { ...target, maxReplicas: 5 } };
  assert.equal((await apply(api, v1, 'fieldManager=one', `${autoscalers('v1')}/h`)).status, 201);
  const refused = await apply(api, v2, 'fieldManager=two', `${autoscalers('v2')}/h`);
  assert.equal(refused.body.message, 'Apply failed with 1 conflict: conflict with "one": .spec.maxReplicas');
  const forced = await apply(api, v2, 'fieldManager=two&force=true', `${autoscalers('v2')}/h`);
  const entries = forced.body.metadata.managedFields.map(
    ({ manager, apiVersion }: Loose) => `${manager} ${apiVersion}`,
  );
  assert.deepEqual(entries, ['one autoscaling/v1', 'two autoscaling/v2']);
  const less = await apply(api, { ...v1, spec: target }, 'fieldManager=one', `${autoscalers('v1')}/h`);
  assert.deepEqual([less.status, less.body.spec.maxReplicas], [200, 5]);
});

test('what kubectl applied on the client’s side is its own on the server’s, and its note stays up to date', async () => {
  const api = newApi();
  const note = JSON.stringify(configMap({ x: '1' }));
  const clientSide = configMap({ x: '1', y: '1' }, { annotations: { [annotation]: note } });
  await api.post(`${maps}?fieldManager=kubectl-client-side-apply`, clientSide);
  const other = await apply(api, configMap({ x: '2' }), 'fieldManager=someone');
  assert.equal(other.status, 409);
  const refused = await apply(api, configMap({ x: '2', y: '2' }), 'fieldManager=kubectl');
  assert.equal(
    refused.body.message,
    'Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using v1: .data.y',
  );
  const applied = await apply(api, configMap({ x: '2' }), 'fieldManager=kubectl');
  assert.deepEqual([applied.status, applied.body.data], [200, { x: '2', y: '1' }]);
  const text = '{"apiVersion":"v1","data":{"x":"2"},"kind":"ConfigMap","metadata":{"name":"a"}}\n';
  assert.equal(applied.body.metadata.annotations[annotation], text);
});
