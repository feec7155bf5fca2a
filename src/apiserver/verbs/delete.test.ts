import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defineResource } from '../registry/resource-definition.ts';
import { namespaces } from '../registry/resources/core/namespaces.ts';
import { TestApi, type Loose } from './api.test-double.ts';

const configMaps = '/api/v1/namespaces/default/configmaps';
const pods = '/api/v1/namespaces/default/pods';

const gracefulPods = defineResource({
  group: '',
  resource: 'pods',
  strategy: { gracePeriodSeconds: (_pod, asked) => asked ?? 30 },
});

async function withConfigMap(metadata: object = {}): Promise<{ api: TestApi; object: Loose }> {
  const api = new TestApi();
  const { body } = await api.post(configMaps, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', ...metadata },
  });
  return { api, object: body };
}

async function withPod(): Promise<TestApi> {
  const api = new TestApi({ definitions: [gracefulPods] });
  await api.post(pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: { containers: [{ name: 'c', image: 'i' }] },
  });
  return api;
}

test('delete answers with a Status, and the object is gone', async () => {
  const { api, object } = await withConfigMap();
  const answer = await api.delete(`${configMaps}/a`);
  assert.deepEqual(
    [answer.status, answer.body],
    [
      200,
      {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Success',
        details: { name: 'a', kind: 'configmaps', uid: object.metadata.uid },
      },
    ],
  );
  assert.equal((await api.delete(`${configMaps}/a`)).body.message, 'configmaps "a" not found');
});

test('a pod that is to go at once, and is taken away as soon as that shows, is deleted all the same: who asked is told so', async () => {
  const api = await withPod();
  const { store } = api;
  const remove = store.remove.bind(store);
  // A kubelet that is faster than we are.
  store.remove = async (...args) => {
    store.remove = remove;
    await api.delete(`${pods}/p`, { gracePeriodSeconds: 0 });
    return remove(...args);
  };
  const answer = await api.delete(`${pods}/p`, { gracePeriodSeconds: 0 });
  assert.deepEqual([answer.status, answer.body.metadata?.deletionGracePeriodSeconds], [200, 0]);
  assert.equal((await api.get(`${pods}/p`)).status, 404);
});

test('delete waits for finalizers; the update that takes the last one away removes the object', async () => {
  const { api } = await withConfigMap({ finalizers: ['example.com/wait'] });
  const deleted = await api.delete(`${configMaps}/a`);
  assert.deepEqual(
    [deleted.status, deleted.body.metadata.deletionTimestamp, deleted.body.metadata.deletionGracePeriodSeconds],
    [200, '2026-11-21T12:00:00Z', 0],
  );
  const again = await api.delete(`${configMaps}/a`);
  assert.equal(again.body.metadata.resourceVersion, deleted.body.metadata.resourceVersion);
  const created = await api.post(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } });
  assert.equal(created.body.message, 'object is being deleted: configmaps "a" already exists');
  const added = await api.patch(`${configMaps}/a`, 'merge', { metadata: { finalizers: ['example.com/more'] } });
  assert.equal(
    added.body.message,
    'ConfigMap "a" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"example.com/more"}',
  );
  const last = await api.patch(`${configMaps}/a`, 'merge', { metadata: { finalizers: null } });
  assert.equal(last.status, 200);
  assert.equal((await api.get(`${configMaps}/a`)).status, 404);
});

test('propagation becomes a finalizer', async (t) => {
  const cases: Record<string, { body: object; finalizers: string[] | undefined; status: number }> = {
    Foreground: { body: { propagationPolicy: 'Foreground' }, finalizers: ['foregroundDeletion'], status: 200 },
    Orphan: { body: { propagationPolicy: 'Orphan' }, finalizers: ['orphan'], status: 200 },
    orphanDependents: { body: { orphanDependents: true }, finalizers: ['orphan'], status: 200 },
    Background: { body: { propagationPolicy: 'Background' }, finalizers: undefined, status: 200 },
  };
  for (const [name, { body, finalizers, status }] of Object.entries(cases)) {
    await t.test(name, async () => {
      const { api } = await withConfigMap();
      const answer = await api.delete(`${configMaps}/a`, { apiVersion: 'v1', kind: 'DeleteOptions', ...body });
      assert.deepEqual([answer.status, answer.body.metadata.finalizers], [status, finalizers]);
    });
  }
});

test('delete: what is refused', async (t) => {
  const { api, object } = await withConfigMap();
  const cases: Record<string, { body?: unknown; query?: string; code: number; message: string }> = {
    'another uid': {
      body: { preconditions: { uid: 'x' } },
      code: 409,
      message: `Operation cannot be fulfilled on ConfigMap "a": the UID in the precondition (x) does not match the UID in record (${object.metadata.uid}). The object might have been deleted and then recreated`,
    },
    'another version': {
      body: { preconditions: { resourceVersion: '1' } },
      code: 409,
      message:
        'Operation cannot be fulfilled on ConfigMap "a": the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (2). The object might have been modified',
    },
    'an unknown policy': {
      query: '?propagationPolicy=Some',
      code: 422,
      message:
        'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "Some": supported values: "Foreground", "Background", "Orphan", "nil"',
    },
    'seconds that are none': {
      query: '?gracePeriodSeconds=x',
      code: 400,
      message: 'strconv.ParseInt: parsing "x": invalid syntax',
    },
    'another kind': {
      body: { apiVersion: 'v1', kind: 'Pod' },
      code: 400,
      message: 'no kind "Pod" is registered for version "v1" in scheme "pkg/runtime/scheme.go:111"',
    },
  };
  for (const [name, { body, query, code, message }] of Object.entries(cases)) {
    await t.test(name, async () => {
      const answer = await api.delete(`${configMaps}/a${query ?? ''}`, body);
      assert.deepEqual([answer.body.code, answer.body.message], [code, message]);
    });
  }
});

test('a dry run deletes nothing', async () => {
  const { api } = await withConfigMap();
  assert.equal((await api.delete(`${configMaps}/a?dryRun=All`)).body.status, 'Success');
  assert.equal((await api.get(`${configMaps}/a`)).status, 200);
});

test('pods go gracefully: once marked, sooner but never later, and at once with 0', async () => {
  const api = await withPod();
  const first = await api.delete(`${pods}/p`);
  assert.deepEqual(
    [first.status, first.body.metadata.deletionTimestamp, first.body.metadata.deletionGracePeriodSeconds],
    [200, '2026-11-21T12:00:30Z', 30],
  );
  const later = await api.delete(`${pods}/p?gracePeriodSeconds=60`);
  assert.equal(later.body.metadata.resourceVersion, first.body.metadata.resourceVersion);
  const sooner = await api.delete(`${pods}/p?gracePeriodSeconds=10`);
  assert.deepEqual(
    [sooner.body.metadata.deletionTimestamp, sooner.body.metadata.deletionGracePeriodSeconds],
    ['2026-11-21T12:00:10Z', 10],
  );
  const now = await api.delete(`${pods}/p?gracePeriodSeconds=0`);
  assert.deepEqual([now.status, now.body.kind], [200, 'Pod']);
  assert.equal((await api.get(`${pods}/p`)).status, 404);
});

test('namespaces wait for their spec’s finalizers', async () => {
  const api = new TestApi({ definitions: [namespaces] });
  const url = '/api/v1/namespaces/n';
  const { body } = await api.post('/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'n' },
  });
  assert.deepEqual([body.spec, body.status], [{ finalizers: ['kubernetes'] }, { phase: 'Active' }]);
  const deleted = await api.delete(url);
  assert.deepEqual([deleted.status, deleted.body.status.phase], [200, 'Terminating']);
  assert.equal((await api.delete(url)).body.status.phase, 'Terminating');
  const finalized = await api.put(`${url}/finalize`, { ...deleted.body, spec: { finalizers: [] } });
  assert.equal(finalized.status, 200);
  assert.equal((await api.get(url)).status, 404);
});

test('deletecollection deletes what the selector selects, and answers with it', async () => {
  const api = new TestApi();
  for (const name of ['a', 'b', 'c']) {
    const labels = { keep: String(name === 'b') };
    await api.post(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels } });
  }
  const { status, body } = await api.delete(`${configMaps}?labelSelector=keep%3Dfalse`);
  assert.deepEqual(
    [status, body.kind, body.items.map((item: Loose) => item.metadata.name)],
    [200, 'ConfigMapList', ['a', 'c']],
  );
  const left = await api.get(configMaps);
  assert.deepEqual(
    left.body.items.map((item: Loose) => item.metadata.name),
    ['b'],
  );
});
