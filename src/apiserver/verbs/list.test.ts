import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defineResource } from '../registry/resource-definition.ts';
import { TestApi, type Loose } from './api.test-double.ts';

const configMaps = '/api/v1/namespaces/default/configmaps';
const names = (body: Loose): string[] => body.items.map((item: Loose) => item.metadata.name);

async function withConfigMaps(count: number): Promise<TestApi> {
  const api = new TestApi({
    definitions: [
      defineResource({
        group: '',
        resource: 'secrets',
        selectableFields: (object) => ({ type: typeof object['type'] === 'string' ? object['type'] : '' }),
      }),
    ],
  });
  for (let index = 0; index < count; index++) {
    const labels = { odd: String(index % 2 === 1) };
    await api.post(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `m${index}`, labels } });
  }
  return api;
}

test('a list has kind, revision and items', async () => {
  const api = await withConfigMaps(2);
  const { status, body } = await api.get(configMaps);
  assert.deepEqual(
    [status, body.kind, body.apiVersion, body.metadata],
    [200, 'ConfigMapList', 'v1', { resourceVersion: '3' }],
  );
  assert.deepEqual(names(body), ['m0', 'm1']);
  assert.equal(body.items[0].metadata.resourceVersion, '2');
});

test('a list over all namespaces, and of another one', async () => {
  const api = await withConfigMaps(1);
  await api.post('/api/v1/namespaces/default2/configmaps', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'x' },
  });
  assert.deepEqual(names((await api.get('/api/v1/configmaps')).body), ['m0', 'x']);
  assert.deepEqual(names((await api.get(configMaps)).body), ['m0']);
  assert.deepEqual((await api.get('/api/v1/namespaces/nowhere/configmaps')).body.items, []);
});

test('chunks show one revision, whatever happens meanwhile', async () => {
  const api = await withConfigMaps(5);
  const first = (await api.get(`${configMaps}?limit=2`)).body;
  assert.deepEqual([names(first), first.metadata.remainingItemCount], [['m0', 'm1'], 3]);
  const token = JSON.parse(Buffer.from(first.metadata.continue, 'base64url').toString());
  assert.deepEqual(token, { v: 'meta.k8s.io/v1', rv: 6, start: 'm1\u0000' });
  await api.delete(`${configMaps}/m3`);
  const second = (await api.get(`${configMaps}?limit=2&continue=${first.metadata.continue}`)).body;
  assert.deepEqual([names(second), second.metadata.resourceVersion], [['m2', 'm3'], '6']);
  const third = (await api.get(`${configMaps}?limit=2&continue=${second.metadata.continue}`)).body;
  assert.deepEqual([names(third), third.metadata.continue], [['m4'], undefined]);
});

test('a token that is too old offers another one', async () => {
  const api = await withConfigMaps(3);
  const first = (await api.get(`${configMaps}?limit=1`)).body;
  await api.delete(`${configMaps}/m1`);
  await api.memory.compact(5);
  const expired = (await api.get(`${configMaps}?limit=1&continue=${first.metadata.continue}`)).body;
  assert.deepEqual([expired.code, expired.reason], [410, 'Expired']);
  assert.match(expired.message, /^The provided continue parameter is too old to display a consistent list result\./);
  const rest = (await api.get(`${configMaps}?continue=${expired.metadata.continue}`)).body;
  assert.deepEqual(names(rest), ['m2']);
});

test('selectors', async (t) => {
  const api = await withConfigMaps(4);
  await api.post('/api/v1/namespaces/default/secrets', {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's' },
    type: 'x',
  });
  const cases: Record<string, { url: string; expected: string[] }> = {
    'by label': { url: `${configMaps}?labelSelector=odd%3Dtrue`, expected: ['m1', 'm3'] },
    'by set': { url: `${configMaps}?labelSelector=odd+notin+(true)`, expected: ['m0', 'm2'] },
    'by name': { url: `${configMaps}?fieldSelector=metadata.name%3Dm2`, expected: ['m2'] },
    'by name, of what is not there': { url: `${configMaps}?fieldSelector=metadata.name%3Dmissing`, expected: [] },
    'not by name': { url: `${configMaps}?fieldSelector=metadata.name!%3Dm2`, expected: ['m0', 'm1', 'm3'] },
    'by name over all namespaces': { url: '/api/v1/configmaps?fieldSelector=metadata.name%3Dm2', expected: ['m2'] },
    'by namespace': {
      url: '/api/v1/configmaps?fieldSelector=metadata.namespace%3Ddefault,metadata.name%3Dm1',
      expected: ['m1'],
    },
    'by a field of the kind': { url: '/api/v1/secrets?fieldSelector=type%3Dx', expected: ['s'] },
    'with a limit': { url: `${configMaps}?labelSelector=odd%3Dtrue&limit=1`, expected: ['m1'] },
  };
  for (const [name, { url, expected }] of Object.entries(cases)) {
    await t.test(name, async () => {
      const { body } = await api.get(url);
      assert.deepEqual(names(body), expected);
      assert.equal(body.metadata.remainingItemCount, undefined);
    });
  }
});

test('list: what is refused', async (t) => {
  const api = await withConfigMaps(1);
  const cases: Record<string, { query: string; code: number; message: string }> = {
    'a match without a version': {
      query: 'resourceVersionMatch=Exact',
      code: 422,
      message:
        'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
    },
    'an unknown match': {
      query: 'resourceVersionMatch=Some&resourceVersion=1',
      code: 422,
      message:
        'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Unsupported value: "Some": supported values: "Exact", "NotOlderThan", ""',
    },
    'exactly nothing': {
      query: 'resourceVersionMatch=Exact&resourceVersion=0',
      code: 422,
      message:
        'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
    },
    'a version that is none': {
      query: 'resourceVersion=x',
      code: 400,
      message:
        'invalid resource version: resourceVersion: Invalid value: "x": strconv.ParseUint: parsing "x": invalid syntax',
    },
    'the future': {
      query: 'resourceVersion=99',
      code: 504,
      message: 'Timeout: Too large resource version: 99, current: 2',
    },
    'a version with a token': {
      query: `resourceVersion=1&continue=${Buffer.from('{"v":"meta.k8s.io/v1","rv":2,"start":"m0\\u0000"}').toString('base64url')}`,
      code: 400,
      message: 'specifying resource version is not allowed when using continue',
    },
    'a token that is none': {
      query: 'continue=abc!',
      code: 400,
      message: 'invalid continue token: continue key is not valid: illegal base64 data at input byte 3',
    },
    'a token that climbs': {
      query: `continue=${Buffer.from('{"v":"meta.k8s.io/v1","rv":2,"start":"../x\\u0000"}').toString('base64url')}`,
      code: 400,
      message: 'invalid continue token: continue key is not valid: ../x\u0000',
    },
    'an unknown field': {
      query: 'fieldSelector=a.b%3Dc',
      code: 400,
      message: '"a.b" is not a known field selector: only "metadata.name", "metadata.namespace"',
    },
    'a selector that is none': {
      query: 'labelSelector=a,,b',
      code: 400,
      message: "found ',', expected: identifier after ','",
    },
    'a limit that is none': { query: 'limit=x', code: 400, message: 'strconv.ParseInt: parsing "x": invalid syntax' },
  };
  for (const [name, { query, code, message }] of Object.entries(cases)) {
    await t.test(name, async () => {
      const { body } = await api.get(`${configMaps}?${query}`);
      assert.deepEqual([body.code, body.message], [code, message]);
    });
  }
  const secrets = await api.get('/api/v1/secrets?fieldSelector=a.b%3Dc');
  assert.equal(secrets.body.message, 'field label not supported: a.b');
});

test('an exact version shows the past, until it is compacted', async () => {
  const api = await withConfigMaps(2);
  const past = await api.get(`${configMaps}?resourceVersion=2&resourceVersionMatch=Exact`);
  assert.deepEqual([names(past.body), past.body.metadata.resourceVersion], [['m0'], '2']);
  await api.memory.compact(3);
  const { body } = await api.get(`${configMaps}?resourceVersion=2&resourceVersionMatch=Exact`);
  assert.deepEqual(
    [body.code, body.reason, body.message],
    [410, 'Expired', 'The resourceVersion for the provided list is too old.'],
  );
});
