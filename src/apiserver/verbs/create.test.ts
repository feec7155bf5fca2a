import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestApi } from './api.test-double.ts';

const configMaps = '/api/v1/namespaces/default/configmaps';

function configMap(name: string, more: object = {}): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, ...more };
}

test('create fills in what the system knows, and get finds it', async () => {
  const api = new TestApi();
  const created = await api.post(configMaps, configMap('a', { data: { b: 'c' } }));
  assert.equal(created.status, 201);
  assert.deepEqual(created.body, {
    kind: 'ConfigMap',
    apiVersion: 'v1',
    metadata: {
      resourceVersion: '2',
      name: 'a',
      namespace: 'default',
      uid: created.body.metadata.uid,
      creationTimestamp: '2026-11-21T12:00:00Z',
      managedFields: [
        {
          manager: 'test',
          operation: 'Update',
          apiVersion: 'v1',
          time: '2026-11-21T12:00:00Z',
          fieldsType: 'FieldsV1',
          fieldsV1: { 'f:data': { '.': {}, 'f:b': {} } },
        },
      ],
    },
    data: { b: 'c' },
  });
  assert.match(created.body.metadata.uid, /^[0-9a-f-]{36}$/);
  assert.deepEqual((await api.get(`${configMaps}/a`)).body, created.body);
});

test('create: what is refused, in upstream’s words', async (t) => {
  const api = new TestApi();
  await api.post(configMaps, configMap('there'));
  const cases: Record<string, { url?: string; body: unknown; status: object }> = {
    'a name that is taken': {
      body: configMap('there'),
      status: {
        message: 'configmaps "there" already exists',
        reason: 'AlreadyExists',
        details: { name: 'there', kind: 'configmaps' },
        code: 409,
      },
    },
    'no name': {
      body: { apiVersion: 'v1', kind: 'ConfigMap' },
      status: {
        message: 'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
        reason: 'Invalid',
        details: {
          kind: 'ConfigMap',
          causes: [
            {
              reason: 'FieldValueRequired',
              message: 'Required value: name or generateName is required',
              field: 'metadata.name',
            },
          ],
        },
        code: 422,
      },
    },
    'another namespace': {
      body: { ...configMap('a'), metadata: { name: 'a', namespace: 'other' } },
      status: {
        message: 'the namespace of the provided object does not match the namespace sent on the request',
        reason: 'BadRequest',
        code: 400,
      },
    },
    'another version': {
      url: '/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers',
      body: { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: 'a' } },
      status: {
        message:
          'the API version in the data (autoscaling/v2) does not match the expected API version (autoscaling/v1)',
        reason: 'BadRequest',
        code: 400,
      },
    },
    'an unknown kind': {
      body: { apiVersion: 'v1', kind: 'Nothing' },
      status: {
        message:
          'Nothing in version "v1" cannot be handled as a ConfigMap: no kind "Nothing" is registered for version "v1" in scheme "pkg/runtime/scheme.go:111"',
        reason: 'BadRequest',
        code: 400,
      },
    },
    'another kind': {
      body: { apiVersion: 'v1', kind: 'Secret' },
      status: {
        message:
          'Secret in version "v1" cannot be handled as a ConfigMap: converting (v1.Secret) to (core.ConfigMap): unknown conversion',
        reason: 'BadRequest',
        code: 400,
      },
    },
    'a wrong type': {
      body: configMap('a', { data: 'text' }),
      status: {
        message:
          'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal string into Go struct field ConfigMap.data of type map[string]string',
        reason: 'BadRequest',
        code: 400,
      },
    },
    'unknown fields, strictly': {
      url: `${configMaps}?fieldValidation=Strict`,
      body: configMap('a', { dta: {} }),
      status: {
        message:
          'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "dta"',
        reason: 'BadRequest',
        code: 400,
      },
    },
    'an unknown dry run': {
      url: `${configMaps}?dryRun=Some`,
      body: configMap('a'),
      status: {
        message:
          'CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["Some"]: supported values: "All"',
        reason: 'Invalid',
        details: {
          group: 'meta.k8s.io',
          kind: 'CreateOptions',
          causes: [
            {
              reason: 'FieldValueNotSupported',
              message: 'Unsupported value: ["Some"]: supported values: "All"',
              field: 'dryRun',
            },
          ],
        },
        code: 422,
      },
    },
    'a POST to an object': {
      url: `${configMaps}/there`,
      body: configMap('there'),
      status: {
        message: 'the server does not allow this method on the requested resource',
        reason: 'MethodNotAllowed',
        details: {},
        code: 405,
      },
    },
  };
  for (const [name, { url, body, status }] of Object.entries(cases)) {
    await t.test(name, async () => {
      const answer = await api.post(url ?? configMaps, body);
      assert.deepEqual(answer.body, {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        ...status,
      });
    });
  }
});

test('create: unknown fields are warned of, or ignored', async () => {
  const api = new TestApi();
  const warned = await api.post(configMaps, configMap('a', { dta: {} }));
  assert.deepEqual([warned.status, warned.warnings], [201, ['unknown field "dta"']]);
  const ignored = await api.post(`${configMaps}?fieldValidation=Ignore`, configMap('b', { dta: {} }));
  assert.deepEqual([ignored.status, ignored.warnings], [201, []]);
});

test('create: a dry run writes nothing', async () => {
  const api = new TestApi();
  const answer = await api.post(`${configMaps}?dryRun=All`, configMap('a'));
  assert.equal(answer.status, 201);
  assert.equal(answer.body.metadata.resourceVersion, undefined);
  assert.equal((await api.get(`${configMaps}/a`)).status, 404);
});

test('create: generateName makes names until one is free', async () => {
  const api = new TestApi();
  const names = new Set<string>();
  for (let count = 0; count < 20; count++) {
    const { body } = await api.post(configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { generateName: 'x-' },
    });
    assert.match(body.metadata.name, /^x-[a-z0-9]{5}$/);
    names.add(body.metadata.name);
  }
  assert.equal(names.size, 20);
});

test('create: what only the system may set is dropped', async () => {
  const api = new TestApi();
  const metadata = {
    name: 'a',
    uid: 'mine',
    deletionTimestamp: '2020-01-01T00:00:00Z',
    deletionGracePeriodSeconds: 5,
    selfLink: '/x',
    managedFields: [{ manager: 'm', operation: 'Update' }],
  };
  const { body } = await api.post(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata });
  assert.deepEqual(Object.keys(body.metadata).sort(), [
    'creationTimestamp',
    'name',
    'namespace',
    'resourceVersion',
    'uid',
  ]);
  assert.notEqual(body.metadata.uid, 'mine');
});

test('create: keys are laid out as upstream does in etcd', async () => {
  const api = new TestApi();
  await api.post('/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } });
  await api.post('/api/v1/namespaces/default/services', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 's' },
    spec: { ports: [{ port: 80 }] },
  });
  const { entries } = await api.memory.list({ prefix: '/registry/' });
  assert.deepEqual(
    entries.map(({ key }) => key),
    ['/registry/minions/n', '/registry/services/specs/default/s'],
  );
});
