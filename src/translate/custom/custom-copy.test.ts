import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { markOn, type On } from '../../api/side.ts';
import { originOfCopy, placeOf } from '../marks.ts';
import { copyCustom, tenantView, updatedCustomCopy, type CustomTarget } from './custom-copy.ts';
import { parseFieldPath, PathError } from './field-path.ts';
import { checkPatchPath } from './patches.ts';
import { namedBy } from './references.ts';
import { noRules, PatchError, type CustomRules, type PatchOperation } from './rules.ts';

const place = placeOf({ tenant: 'demo', hostNamespace: 'sublet-demo' });

function target(rules: Partial<CustomRules> = {}): CustomTarget {
  return { place, rules: { ...noRules, ...rules } };
}

function backup(spec: JsonValue, more: JsonObject = {}, metadata: JsonObject = {}): On<'tenant', KubeObject> {
  return markOn('tenant', {
    apiVersion: 'backups.example/v1',
    kind: 'Backup',
    metadata: { name: 'nightly', namespace: 'shop', uid: 'u1', ...metadata },
    spec,
    ...more,
  });
}

const patch = (path: string, operation: PatchOperation) => ({ path: parseFieldPath(path), operation });
const reference = (path: string, more: object = {}) => ({ path: parseFieldPath(path), kind: 'secrets', ...more });

test('without rules it goes as it is, but for its status', () => {
  const copy = copyCustom(target(), backup({ a: [1] }, { status: { phase: 'Done' }, extra: 1 }), undefined);
  const { metadata, ...rest } = copy;
  assert.deepEqual(rest, { apiVersion: 'backups.example/v1', kind: 'Backup', spec: { a: [1] }, extra: 1 });
  assert.equal(metadata.namespace, 'sublet-demo');
  assert.equal(originOfCopy(place, { ...copy })?.uid, 'u1');
});

test('names in it become those of the copies, of any namespace that it may name', () => {
  const rules = target({
    references: [
      reference('spec.keys[*].name'),
      reference('spec.list[*]'),
      reference('spec.other.name', { namespaceField: 'namespace', acrossNamespaces: true }),
      reference('spec.target.name', { kind: 'services', when: [{ field: 'kind', values: ['', 'Service'] }] }),
    ],
  });
  const object = backup({
    keys: [{ name: 'a' }, {}, { name: '' }],
    list: ['b'],
    other: { name: 'c', namespace: 'vault' },
    target: { name: 'd', kind: 'Bucket' },
  });
  assert.deepEqual(copyCustom(rules, object, undefined)['spec'], {
    keys: [{ name: 'a-x-shop-x-demo' }, {}, { name: '' }],
    list: ['b-x-shop-x-demo'],
    other: { name: 'c-x-vault-x-demo', namespace: 'sublet-demo' },
    target: { name: 'd', kind: 'Bucket' },
  });
  assert.deepEqual(
    namedBy(object, rules.rules.references).map(({ namespace, name }) => `${namespace}/${name}`),
    ['shop/a', 'shop/b', 'vault/c'],
  );
});

const hostileNames: readonly JsonValue[] = [
  'other-tenant/key',
  '../key',
  'Key',
  1,
  ['key'],
  { name: 'key' },
  'a'.repeat(300),
  'ключ',
];
for (const name of hostileNames)
  test(`${JSON.stringify(name).slice(0, 30)} names nothing`, () => {
    const rules = target({ references: [reference('spec.name')] });
    assert.throws(() => copyCustom(rules, backup({ name }), undefined), PatchError);
  });

test('another namespace is named only where that is allowed', () => {
  const rules = target({ references: [reference('spec.key.name', { namespaceField: 'namespace' })] });
  const naming = (namespace: JsonValue) => copyCustom(rules, backup({ key: { name: 'a', namespace } }), undefined);
  assert.deepEqual(naming('shop')['spec'], { key: { name: 'a-x-shop-x-demo', namespace: 'sublet-demo' } });
  assert.throws(() => naming('vault'), /of its own namespace only/);
  assert.throws(() => naming(['shop']), PatchError);
});

test('selectors find the tenant’s own only, and what is made from the copy is found', () => {
  const rules = target({
    selections: [
      { path: parseFieldPath('spec.pods'), type: 'selector' },
      { path: parseFieldPath('spec.match'), type: 'map' },
      { path: parseFieldPath('spec.template.labels'), type: 'labels' },
      { path: parseFieldPath('spec.none'), type: 'selector' },
    ],
  });
  const marks = { 'sublet.dev/tenant': 'demo', 'sublet.dev/namespace': 'shop' };
  const foreign = { 'sublet.dev/tenant': 'other' };
  const copy = copyCustom(
    rules,
    backup({ pods: { matchLabels: { app: 'a', ...foreign } }, match: { app: 'b' } }),
    undefined,
  );
  assert.deepEqual(copy['spec'], {
    pods: { matchLabels: { app: 'a', ...marks } },
    match: { app: 'b', ...marks },
    template: { labels: marks },
  });
  for (const pods of ['x', { matchExpressions: 'x' }, { matchExpressions: [1] }, { matchLabels: [] }])
    assert.throws(() => copyCustom(rules, backup({ pods }), undefined), PatchError);
  assert.throws(() => copyCustom(rules, backup({ match: { app: 1 } }), undefined), PatchError);
});

test('patches have the last word, see both sides, and may take away', () => {
  const seen: JsonValue[] = [];
  const rules = target({
    references: [reference('spec.key')],
    toHost: [
      patch('spec.class', { type: 'value', value: 'shared' }),
      patch('spec.secret', { type: 'remove' }),
      patch('spec.url', { type: 'replace', replace: (text) => text.replace('tenant', 'host') }),
      patch('spec.size', {
        type: 'expression',
        evaluate: ({ value, tenant, host, context }) => {
          seen.push(value, tenant['kind'] ?? null, host, context);
          return 5;
        },
      }),
      patch("metadata.annotations['example.com/pool']", { type: 'value', value: 'tenants' }),
      patch("metadata.labels['drop']", { type: 'remove' }),
    ],
  });
  const copy = copyCustom(
    rules,
    backup({ key: 'a', secret: 'x', url: 'tenant.example', size: 9 }, {}, { labels: { drop: '1', keep: '2' } }),
    undefined,
  );
  assert.deepEqual(copy['spec'], { key: 'a-x-shop-x-demo', url: 'host.example', size: 5, class: 'shared' });
  assert.equal(copy.metadata.annotations?.['example.com/pool'], 'tenants');
  assert.deepEqual(Object.keys(copy.metadata.labels ?? {}).toSorted(), [
    'keep',
    'sublet.dev/namespace',
    'sublet.dev/tenant',
  ]);
  const context = { tenant: 'demo', hostNamespace: 'sublet-demo', hostName: 'nightly-x-shop-x-demo' };
  assert.deepEqual(seen, [9, 'Backup', null, context]);
});

for (const path of [
  'metadata',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'metadata.labels',
  'metadata.labels[*]',
  'metadata.finalizers',
  'metadata.ownerReferences[*].uid',
  "metadata.labels['sublet.dev/tenant']",
  "metadata.annotations['sublet.dev/uid']",
  'apiVersion',
  'kind',
])
  test(`no patch touches ${path}`, () => assert.throws(() => checkPatchPath(parseFieldPath(path)), /can't be patched/));

test('a label that a patch makes no text is refused, and so is a value that is too long', () => {
  const number = patch("metadata.labels['a']", { type: 'value', value: 1 });
  assert.throws(() => copyCustom(target({ toHost: [number] }), backup({}), undefined), PatchError);
  const long = patch('spec.a', { type: 'expression', evaluate: () => 'x'.repeat(300_000) });
  assert.throws(() => copyCustom(target({ toHost: [long] }), backup({}), undefined), /too long/);
  const text = patch('spec.a', { type: 'replace', replace: (one) => one });
  assert.throws(() => copyCustom(target({ toHost: [text] }), backup({ a: 'x'.repeat(20_000) }), undefined), /too long/);
  const many = patch('spec.a[*]', { type: 'remove' });
  const a = Array.from({ length: 2_000 }, () => 1);
  assert.throws(() => copyCustom(target({ toHost: [many] }), backup({ a }), undefined), PathError);
});

function stored(copy: On<'host', KubeObject>, more: JsonObject = {}): On<'host', KubeObject> {
  return markOn('host', {
    ...structuredClone(copy),
    ...more,
    metadata: { ...copy.metadata, uid: 'h1', resourceVersion: '7' },
  });
}

test('what the host fills in is left alone, what it changes is put back', () => {
  const wanted = copyCustom(target(), backup({ a: 1, list: [{ name: 'x' }] }), undefined);
  const filled = stored(wanted, { spec: { a: 1, b: 2, list: [{ name: 'x', more: true }] }, status: { phase: 'Done' } });
  assert.equal(updatedCustomCopy(filled, wanted), filled);
  const changed = updatedCustomCopy(stored(wanted, { spec: { a: 9 }, status: { phase: 'Done' } }), wanted);
  assert.deepEqual(changed['spec'], { a: 1, list: [{ name: 'x' }] });
  assert.deepEqual(changed['status'], { phase: 'Done' });
  assert.equal(changed.metadata.resourceVersion, '7');
  const settled = stored(changed);
  assert.equal(updatedCustomCopy(settled, wanted), settled);
});

test('what the tenant takes away goes', () => {
  const before = stored(copyCustom(target(), backup({ a: 1, b: 2 }), undefined));
  const wanted = copyCustom(target(), backup({ a: 1 }), undefined);
  assert.deepEqual(updatedCustomCopy(before, wanted)['spec'], { a: 1 });
});

test('the status comes back in the tenant’s words, with what patches bring', () => {
  const rules = target({
    references: [reference('spec.key')],
    fromHost: [
      patch('status.internal', { type: 'remove' }),
      patch('spec.address', { type: 'replace', replace: (text) => `${text}!` }),
      patch('spec.gone', { type: 'replace', replace: (text) => text }),
    ],
  });
  const key = 'a-very-long-name-of-a-secret-that-does-not-fit-into-a-plain-name';
  const object = backup({ key, gone: 'x' });
  const copy = copyCustom(rules, object, undefined);
  const { key: hostKey = '' } = copy['spec'] as JsonObject;
  const said = stored(copy, {
    spec: { key: hostKey, address: 'nightly-x-shop-x-demo.sublet-demo.svc' },
    status: { internal: 'x', used: [hostKey], message: 'sublet-demo/nightly-x-shop-x-demo is done' },
  });
  const { fields, status } = tenantView(rules, object, said);
  assert.deepEqual(status, { used: [key], message: 'shop/nightly is done' });
  assert.deepEqual(fields['spec'], { key, address: 'nightly.shop.svc!' });
  const { fields: again } = tenantView(rules, fields, said);
  assert.equal(again, fields);
});
