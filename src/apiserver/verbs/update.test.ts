import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defineResource } from '../registry/resource-definition.ts';
import { TestApi, type Loose } from './api.test-double.ts';

const configMaps = '/api/v1/namespaces/default/configmaps';
const deployments = '/apis/apps/v1/namespaces/default/deployments';
const failure = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure' };

async function withConfigMap(): Promise<{ api: TestApi; object: Loose }> {
  const api = new TestApi();
  const { body } = await api.post(configMaps, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', labels: { l: '1' } },
    data: { b: 'c' },
  });
  return { api, object: body };
}

async function withDeployment(): Promise<{ api: TestApi; object: Loose }> {
  const api = new TestApi();
  const { body } = await api.post(deployments, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'c', image: 'i:1' }] },
      },
    },
    status: { replicas: 7 },
  });
  return { api, object: body };
}

test('update writes, and another with the old version is a conflict', async () => {
  const { api, object } = await withConfigMap();
  const updated = await api.put(`${configMaps}/a`, { ...object, data: { b: 'd' } });
  assert.equal(updated.status, 200);
  assert.equal(updated.body.metadata.resourceVersion, '3');
  assert.equal(updated.body.metadata.uid, object.metadata.uid);
  const conflict = await api.put(`${configMaps}/a`, { ...object, data: { b: 'e' } });
  assert.deepEqual(conflict.body, {
    ...failure,
    message:
      'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
    reason: 'Conflict',
    details: { name: 'a', kind: 'configmaps' },
    code: 409,
  });
});

test('update without a version is unconditional', async () => {
  const { api } = await withConfigMap();
  const { status, body } = await api.put(`${configMaps}/a`, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a' },
    data: { x: 'y' },
  });
  assert.deepEqual([status, body.metadata.resourceVersion, body.metadata.labels], [200, '3', undefined]);
});

test('update that changes nothing writes nothing', async () => {
  const { api, object } = await withConfigMap();
  const { body } = await api.put(`${configMaps}/a`, object);
  assert.deepEqual(body, object);
  assert.equal(await api.memory.revision(), 2);
});

test('update: what is refused', async (t) => {
  const { api, object } = await withConfigMap();
  const cases: Record<string, { url?: string; change: object; code: number; message: string | RegExp }> = {
    'another name': {
      change: { metadata: { ...object.metadata, name: 'b' } },
      code: 400,
      message: 'the name of the object (b) does not match the name on the URL (a)',
    },
    'another uid': {
      change: { metadata: { ...object.metadata, uid: 'x' } },
      code: 409,
      message: `Operation cannot be fulfilled on configmaps "a": StorageError: invalid object, Code: 4, Key: /registry/configmaps/default/a, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: x, UID in object meta: ${object.metadata.uid}`,
    },
    'what is not there': {
      url: `${configMaps}/missing`,
      change: { metadata: { name: 'missing' } },
      code: 404,
      message: 'configmaps "missing" not found',
    },
    'a label that is none': {
      change: { metadata: { ...object.metadata, labels: { 'a b': 'c' } } },
      code: 422,
      message: /^ConfigMap "a" is invalid: metadata.labels: Invalid value: "a b": name part must consist of/,
    },
  };
  for (const [name, { url, change, code, message }] of Object.entries(cases)) {
    await t.test(name, async () => {
      const { body } = await api.put(url ?? `${configMaps}/a`, { ...object, ...change });
      assert.equal(body.code, code);
      if (typeof message === 'string') assert.equal(body.message, message);
      else assert.match(body.message, message);
    });
  }
});

test('status and spec are written apart, and generation counts specs', async () => {
  const { api, object } = await withDeployment();
  assert.deepEqual([object.metadata.generation, object.status], [1, {}]);
  const spec = { ...object.spec, replicas: 3 };
  const updated = await api.put(`${deployments}/web`, { ...object, spec, status: { replicas: 9 } });
  assert.deepEqual([updated.body.metadata.generation, updated.body.status], [2, {}]);
  const status = await api.put(`${deployments}/web/status`, {
    ...updated.body,
    spec: { ...spec, replicas: 5 },
    status: { replicas: 1 },
  });
  assert.deepEqual(
    [status.body.metadata.generation, status.body.spec.replicas, status.body.status],
    [2, 3, { replicas: 1 }],
  );
});

test('patches: JSON, merge, strategic merge', async () => {
  const { api } = await withDeployment();
  const json = await api.patch(`${deployments}/web`, 'json', [{ op: 'replace', path: '/spec/replicas', value: 4 }]);
  assert.deepEqual([json.status, json.body.spec.replicas, json.body.metadata.generation], [200, 4, 2]);
  const merge = await api.patch(`${deployments}/web`, 'merge', { metadata: { labels: { a: 'b' } } });
  assert.deepEqual([merge.body.metadata.labels, merge.body.metadata.generation], [{ a: 'b' }, 2]);
  const strategic = await api.patch(`${deployments}/web`, 'strategic-merge', {
    spec: { template: { spec: { containers: [{ name: 'd', image: 'j:1' }] } } },
  });
  assert.deepEqual(
    strategic.body.spec.template.spec.containers.map(({ name }: { name: string }) => name),
    ['d', 'c'],
  );
});

test('patches: what is refused', async (t) => {
  const { api } = await withConfigMap();
  const cases: Record<string, { type?: string; body: unknown; url?: string; code: number; message: string | RegExp }> =
    {
      'a type that is none': {
        type: 'text/plain',
        body: {},
        code: 415,
        message: '415: Unsupported Media Type',
      },
      'an old version': {
        body: { metadata: { resourceVersion: '1' } },
        code: 409,
        message:
          'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
      },
      'a wrong type': {
        body: { data: 'x' },
        code: 422,
        message: /^ "" is invalid: patch: Invalid value: "\{.*json: cannot unmarshal string into Go struct field/,
      },
      'unknown fields, strictly': {
        url: `${configMaps}/a?fieldValidation=Strict`,
        body: { foo: 1 },
        code: 422,
        message: /strict decoding error: unknown field "foo"$/,
      },
      'another name': {
        body: { metadata: { name: 'b' } },
        code: 400,
        message: 'the name of the object (b) does not match the name on the URL (a)',
      },
      'what is not there': {
        url: `${configMaps}/missing`,
        body: { data: {} },
        code: 404,
        message: 'configmaps "missing" not found',
      },
    };
  for (const [name, { type, body, url, code, message }] of Object.entries(cases)) {
    await t.test(name, async () => {
      const answer = await api.call('PATCH', url ?? `${configMaps}/a`, body, type ?? 'application/merge-patch+json');
      assert.equal(answer.body.code, code);
      if (typeof message === 'string') assert.equal(answer.body.message, message);
      else assert.match(answer.body.message, message);
    });
  }
});

test('patches that race are run again, and none is lost', async () => {
  const { api } = await withConfigMap();
  const keys = Array.from({ length: 20 }, (_, index) => `k${index}`);
  const answers = await Promise.all(keys.map((key) => api.patch(`${configMaps}/a`, 'merge', { data: { [key]: 'v' } })));
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
  const { body } = await api.get(`${configMaps}/a`);
  assert.deepEqual(Object.keys(body.data).sort(), ['b', ...keys].sort());
});

test('scale is read, written and patched', async () => {
  const { api, object } = await withDeployment();
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const scale = await api.get(`${deployments}/web/scale`);
  assert.deepEqual(scale.body, {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: 2 },
    status: { replicas: 0, selector: 'app=web' },
  });
  const updated = await api.put(`${deployments}/web/scale`, { ...scale.body, spec: { replicas: 5 } });
  assert.deepEqual([updated.status, updated.body.spec.replicas], [200, 5]);
  assert.equal((await api.get(`${deployments}/web`)).body.spec.replicas, 5);
  const patched = await api.patch(`${deployments}/web/scale`, 'merge', { spec: { replicas: 6 } });
  assert.equal(patched.body.spec.replicas, 6);
  const stale = await api.put(`${deployments}/web/scale`, scale.body);
  assert.equal(stale.body.reason, 'Conflict');
  const negative = await api.patch(`${deployments}/web/scale`, 'merge', { spec: { replicas: -1 } });
  assert.equal(
    negative.body.message,
    'Scale.autoscaling "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
  );
  const missing = await api.get(`${deployments}/none/scale`);
  assert.equal(missing.body.message, 'deployments.apps "none" not found');
});

test('a strategy prepares and judges', async () => {
  const api = new TestApi({
    definitions: [
      defineResource({
        group: '',
        resource: 'configmaps',
        strategy: {
          prepareForCreate: (object) => void (object['data'] = { made: 'here' }),
          validateUpdate: (object, old) =>
            object['data'] === old['data'] ? [] : [{ type: 'FieldValueForbidden', field: 'data', detail: 'is fixed' }],
          warnings: () => ['be careful'],
        },
      }),
    ],
  });
  const created = await api.post(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } });
  assert.deepEqual([created.body.data, created.warnings], [{ made: 'here' }, ['be careful']]);
  const refused = await api.patch(`${configMaps}/a`, 'merge', { data: { b: 'c' } });
  assert.equal(refused.body.message, 'ConfigMap "a" is invalid: data: Forbidden: is fixed');
});
