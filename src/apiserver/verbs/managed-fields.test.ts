/** Who manages which fields after which requests, and when each last changed something. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { builtinResourceDefinitions } from '../registry/resources/builtin-resources.ts';
import { TestApi, type Answer, type Loose } from './api.test-double.ts';

const maps = '/api/v1/namespaces/default/configmaps';
const deployments = '/apis/apps/v1/namespaces/default/deployments';
const second = 1000;

const configMap = (data: object, metadata: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', ...metadata },
  data,
});

function deployment(replicas: number): object {
  const labels = { app: 'x' };
  const spec = { containers: [{ name: 'c', image: 'i' }] };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'a' },
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
}

const newApi = (): TestApi => new TestApi({ definitions: builtinResourceDefinitions });
const merge = (api: TestApi, url: string, body: unknown): Promise<Answer> =>
  api.call('PATCH', url, body, 'application/merge-patch+json');
const apply = (api: TestApi, url: string, body: unknown): Promise<Answer> =>
  api.call('PATCH', url, body, 'application/apply-patch+yaml');

/** `manager operation time (subresource)`. */
function managers({ body }: Answer): string[] {
  return (body.metadata.managedFields ?? []).map(
    ({ manager, operation, time, subresource }: Loose) =>
      `${manager} ${operation} ${time?.slice(11, 19) ?? 'never'}${subresource ? ` (${subresource})` : ''}`,
  );
}

function fieldsOf({ body }: Answer, manager: string, operation = 'Update'): Loose {
  const entries: Loose[] = body.metadata.managedFields ?? [];
  return entries.find((entry) => entry.manager === manager && entry.operation === operation)?.fieldsV1;
}

test('a manager is named by the option, or else by the user agent up to its slash', async () => {
  const api = newApi();
  assert.deepEqual(managers(await api.post(maps, configMap({ x: '1' }))), ['test Update 12:00:00']);
  assert.deepEqual(managers(await merge(api, `${maps}/a?fieldManager=me`, { data: { y: '1' } })), [
    'me Update 12:00:00',
    'test Update 12:00:00',
  ]);
});

test('only who changes something is remembered, with the time of the change; the eldest first', async () => {
  const api = newApi();
  const created = await api.post(`${maps}?fieldManager=one`, configMap({ x: '1' }));
  await api.clock.advance(5 * second);
  const same = await merge(api, `${maps}/a?fieldManager=two`, { data: { x: '1' } });
  assert.deepEqual(same.body, created.body);
  const changed = await merge(api, `${maps}/a?fieldManager=two`, { data: { y: '1' } });
  assert.deepEqual(managers(changed), ['one Update 12:00:00', 'two Update 12:00:05']);
  await api.clock.advance(5 * second);
  const again = await merge(api, `${maps}/a?fieldManager=one`, { data: { z: '1' } });
  assert.deepEqual(managers(again), ['two Update 12:00:05', 'one Update 12:00:10']);
});

test('an apply that changes nothing writes nothing, however late', async () => {
  const api = newApi();
  const applied = await apply(api, `${maps}/a?fieldManager=one`, configMap({ x: '1' }));
  await api.clock.advance(60 * second);
  const again = await apply(api, `${maps}/a?fieldManager=one`, configMap({ x: '1' }));
  assert.deepEqual([again.status, again.body], [200, applied.body]);
});

test('who applies what is there already shares it, and has no time', async () => {
  const api = newApi();
  await api.post(`${maps}?fieldManager=one`, configMap({ x: '1' }));
  const applied = await apply(api, `${maps}/a?fieldManager=two`, configMap({ x: '1' }));
  assert.deepEqual(managers(applied), ['two Apply never', 'one Update 12:00:00']);
});

test('those who apply stand before those who update', async () => {
  const api = newApi();
  await api.post(`${maps}?fieldManager=one`, configMap({ x: '1' }));
  await api.clock.advance(second);
  const applied = await apply(api, `${maps}/a?fieldManager=two`, configMap({ y: '1' }));
  assert.deepEqual(managers(applied), ['two Apply 12:00:01', 'one Update 12:00:00']);
});

test('metadata that is the system’s is nobody’s', async () => {
  const api = newApi();
  const created = await api.post(`${maps}?fieldManager=one`, configMap({}, { labels: { a: '1' }, generateName: 'x' }));
  assert.deepEqual(fieldsOf(created, 'one'), {
    'f:metadata': { 'f:generateName': {}, 'f:labels': { '.': {}, 'f:a': {} } },
  });
  const nothing = await api.post('/api/v1/namespaces', { metadata: { name: 'n' } });
  assert.deepEqual(fieldsOf(nothing, 'test'), {
    'f:metadata': { 'f:labels': { '.': {}, 'f:kubernetes.io/metadata.name': {} } },
  });
});

for (const [name, managedFields] of Object.entries({ 'an empty list': [], 'a list of one empty entry': [{}] })) {
  test(`managed fields are switched off by ${name}, and on again by the next apply`, async () => {
    const api = newApi();
    await api.post(maps, configMap({ x: '1' }));
    assert.deepEqual(managers(await merge(api, `${maps}/a`, { metadata: { managedFields } })), []);
    assert.deepEqual(managers(await merge(api, `${maps}/a`, { data: { y: '1' } })), []);
    await api.clock.advance(second);
    const applied = await apply(api, `${maps}/a?fieldManager=one`, configMap({ z: '1' }));
    assert.deepEqual(managers(applied), ['one Apply 12:00:01', 'before-first-apply Update 12:00:01']);
    assert.deepEqual(fieldsOf(applied, 'before-first-apply'), { 'f:data': { '.': {}, 'f:x': {}, 'f:y': {} } });
  });
}

test('a PUT may switch them off, too', async () => {
  const api = newApi();
  await api.post(maps, configMap({ x: '1' }));
  assert.deepEqual(managers(await api.put(`${maps}/a`, configMap({ x: '2' }, { managedFields: [] }))), []);
});

const ignored: Record<string, unknown> = {
  null: null,
  'an entry of no operation': [{ manager: 'x', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: {} }],
  'an entry without a version': [{ manager: 'x', operation: 'Update', fieldsType: 'FieldsV1', fieldsV1: {} }],
  'an entry of another type': [{ manager: 'x', operation: 'Update', apiVersion: 'v1', fieldsType: 'FieldsV2' }],
  'fields that are none': [
    { manager: 'x', operation: 'Update', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: { nothing: {} } },
  ],
};

for (const [name, managedFields] of Object.entries(ignored)) {
  test(`managed fields that make no sense are passed by: ${name}`, async () => {
    const api = newApi();
    const created = await api.post(maps, configMap({ x: '1' }));
    const patched = await merge(api, `${maps}/a`, { metadata: { managedFields } });
    assert.deepEqual([patched.status, patched.body], [200, created.body]);
  });
}

test('managed fields may be written, by the object but not by its parts', async () => {
  const api = newApi();
  const fieldsV1 = { 'f:spec': { 'f:replicas': {} } };
  const entry = { manager: 'x', operation: 'Apply', apiVersion: 'apps/v1', fieldsType: 'FieldsV1', fieldsV1 };
  await api.post(deployments, deployment(1));
  const patched = await merge(api, `${deployments}/a/status`, { metadata: { managedFields: [entry] } });
  assert.deepEqual(managers(patched), ['test Update 12:00:00']);
  assert.deepEqual(managers(await merge(api, `${deployments}/a`, { metadata: { managedFields: [entry] } })), [
    'x Apply never',
  ]);
});

test('of those who only update ten are remembered by name, and what was before by its version', async () => {
  const api = newApi();
  await api.post(`${maps}?fieldManager=m0`, configMap({ x0: '1' }));
  let answer: Answer | undefined;
  for (let index = 1; index <= 12; index++) {
    await api.clock.advance(second);
    answer = await merge(api, `${maps}/a?fieldManager=m${index}`, { data: { [`x${index}`]: '1' } });
  }
  assert.ok(answer);
  assert.deepEqual(managers(answer), [
    'ancient-changes Update 12:00:03',
    ...Array.from({ length: 9 }, (_, index) => `m${index + 4} Update 12:00:${String(index + 4).padStart(2, '0')}`),
  ]);
  assert.deepEqual(fieldsOf(answer, 'ancient-changes'), {
    'f:data': { '.': {}, 'f:x0': {}, 'f:x1': {}, 'f:x2': {}, 'f:x3': {} },
  });
});

test('the status has managers of its own; what a write of it throws away has none', async () => {
  const api = newApi();
  await api.post(`${deployments}?fieldManager=one`, deployment(1));
  const written = await merge(api, `${deployments}/a/status?fieldManager=two`, {
    metadata: { labels: { x: '1' } },
    spec: { replicas: 9 },
    status: { replicas: 1 },
  });
  assert.deepEqual(managers(written), ['one Update 12:00:00', 'two Update 12:00:00 (status)']);
  assert.deepEqual(fieldsOf(written, 'two'), { 'f:status': { 'f:replicas': {} } });
  const whole = await api.put(`${deployments}/a?fieldManager=three`, { ...deployment(1), status: { replicas: 5 } });
  assert.deepEqual(managers(whole), managers(written));
});

test('a scale takes the replicas from others, and gives nothing else away', async () => {
  const api = newApi();
  await apply(api, `${deployments}/a?fieldManager=one`, deployment(1));
  await merge(api, `${deployments}/a/scale?fieldManager=two`, { spec: { replicas: 3 } });
  const after = await api.get(`${deployments}/a`);
  assert.deepEqual(managers(after), ['one Apply 12:00:00', 'two Update never (scale)']);
  assert.equal(fieldsOf(after, 'one', 'Apply')['f:spec']['f:replicas'], undefined);
  assert.deepEqual(fieldsOf(after, 'two'), { 'f:spec': { 'f:replicas': {} } });
  const refused = await apply(api, `${deployments}/a?fieldManager=one`, deployment(1));
  const text =
    'Apply failed with 1 conflict: conflict with "two" with subresource "scale" using apps/v1: .spec.replicas';
  assert.deepEqual([refused.status, refused.body.message], [409, text]);
  const scale = { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'a' }, spec: { replicas: 5 } };
  const scaled = await apply(api, `${deployments}/a/scale?fieldManager=three&force=true`, scale);
  assert.deepEqual([scaled.status, scaled.body.spec.replicas, scaled.body.metadata.managedFields], [200, 5, undefined]);
  assert.deepEqual(managers(await api.get(`${deployments}/a`)), ['three Apply never (scale)', 'one Apply 12:00:00']);
});

test('in dry run they are told, and not stored', async () => {
  const api = newApi();
  const created = await api.post(`${maps}?dryRun=All&fieldManager=one`, configMap({ x: '1' }));
  assert.deepEqual(managers(created), ['one Update 12:00:00']);
  await api.post(`${maps}?fieldManager=one`, configMap({ x: '1' }));
  const applied = await apply(api, `${maps}/a?dryRun=All&fieldManager=two`, configMap({ y: '1' }));
  assert.deepEqual(managers(applied), ['two Apply 12:00:00', 'one Update 12:00:00']);
  assert.deepEqual(managers(await api.get(`${maps}/a`)), ['one Update 12:00:00']);
});

test('fields are those of the stored form: what is only written is nobody’s', async () => {
  const api = newApi();
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { x: '1' } };
  const created = await api.post('/api/v1/namespaces/default/secrets', secret);
  assert.deepEqual(fieldsOf(created, 'test'), { 'f:data': { '.': {}, 'f:x': {} }, 'f:type': {} });
});

test('a name of a manager that is too long, or can’t be printed, is refused', async () => {
  const api = newApi();
  const long = await api.post(`${maps}?fieldManager=${'x'.repeat(129)}`, configMap({}));
  assert.deepEqual([long.status, long.body.details.causes[0].field], [422, 'fieldManager']);
  const strange = await api.post(`${maps}?fieldManager=a%00b`, configMap({}));
  assert.match(strange.body.message, /invalid character U\+0000 \(at position 1\)/);
});
