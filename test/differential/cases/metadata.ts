/** Labels, annotations, finalizers, owners; and sizes that are too much. */
import { each, one, post, put, type Family, type Json } from '../case.ts';

const configMaps = '/api/v1/namespaces/{ns}/configmaps';
const of = (metadata: { readonly [key: string]: Json }): Json => ({ metadata: { name: 'a', ...metadata } });
const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'o', uid: 'u' };
const many = (count: number, make: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => make(index)).join(',');

export const metadata: Family = {
  name: 'metadata',
  cases: [
    ...each<Json>(
      'labels',
      {
        'with an empty key': { '': 'x' },
        'with a space in the key': { 'a b': 'x' },
        'with two slashes in the key': { 'a/b/c': 'x' },
        'with an empty prefix': { '/a': 'x' },
        'with an empty name': { 'a/': 'x' },
        'with a bad prefix': { 'A_/a': 'x' },
        'with a long prefix': { [`${'x'.repeat(254)}/a`]: 'x' },
        'with a long key': { ['x'.repeat(64)]: 'x' },
        'with a long value': { a: 'x'.repeat(64) },
        'with a space in the value': { a: 'x y' },
        'with a slash in the value': { a: 'x/y' },
        'with a value that begins with a dash': { a: '-x' },
        'with a value in another alphabet': { a: 'ä' },
        'with a bad key and a bad value at once': { 'a b': 'x y', f: 'ok' },
        'with an empty value': { a: '' },
      },
      (labels) => post(configMaps, of({ labels })),
    ),
    ...each<Json>(
      'annotations',
      {
        'with an empty key': { '': 'x' },
        'with a bad key': { 'a b': 'x' },
        'with a key in upper case': { 'Example.com/Key': 'x' },
        'of 256 KiB': { a: 'x'.repeat(256 * 1024) },
        'just small enough': { a: 'x'.repeat(256 * 1024 - 1) },
        'with any value': { a: '\u0001 ä\n' },
      },
      (annotations) => post(configMaps, of({ annotations })),
    ),
    ...each<Json>(
      'finalizers',
      {
        'without a domain': ['mine'],
        'with an empty name': [''],
        'with a space': ['example.com/a b'],
        'orphan and foregroundDeletion at once': ['orphan', 'foregroundDeletion'],
        'twice the same': ['example.com/a', 'example.com/a'],
        'that are good': ['example.com/a'],
      },
      (finalizers) => post(configMaps, of({ finalizers })),
    ),
    ...each<Json>(
      'owner references',
      {
        'that are empty': [{}],
        'without a uid': [{ ...owner, uid: '' }],
        'without a name': [{ ...owner, name: '' }],
        'without a kind': [{ ...owner, kind: '' }],
        'without a version': [{ ...owner, apiVersion: '' }],
        'with a bad version': [{ ...owner, apiVersion: 'a/b/c' }],
        'to an Event': [{ ...owner, kind: 'Event' }],
        'with two controllers': [
          { ...owner, controller: true },
          { ...owner, uid: 'v', controller: true },
        ],
        'twice the same': [owner, owner],
        'that are good': [{ ...owner, controller: true, blockOwnerDeletion: false }],
      },
      (ownerReferences) => post(configMaps, of({ ownerReferences })),
    ),
    one('a negative generation', post(configMaps, of({ generation: -1 }))),
    one(
      'a deletion timestamp in a create',
      post(configMaps, of({ deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: 5 })),
    ),
    one('a creation timestamp in a create', post(configMaps, of({ creationTimestamp: '2001-01-01T00:00:00Z' }))),
    one('a selfLink in a create', post(configMaps, of({ selfLink: '/x' }))),
    one('managed fields of no manager', post(configMaps, of({ managedFields: [{}] }))),
    one(
      'managed fields of an unknown operation',
      post(configMaps, of({ managedFields: [{ operation: 'Wish', apiVersion: 'v1', fieldsType: 'FieldsV1' }] })),
    ),
    one(
      'an update that adds a deletion timestamp',
      put(`${configMaps}/a`, of({ deletionTimestamp: '2026-01-01T00:00:00Z' })),
      [post(configMaps, of({}))],
    ),
    one(
      'an update that changes the creation timestamp',
      put(`${configMaps}/a`, of({ creationTimestamp: '2001-01-01T00:00:00Z' })),
      [post(configMaps, of({}))],
    ),
    one('an update with a label that is wrong', put(`${configMaps}/a`, of({ labels: { a: 'x y' } })), [
      post(configMaps, of({})),
    ]),
    one('a ConfigMap with a bad key', post(configMaps, { metadata: { name: 'a' }, data: { 'a b': 'c' } })),
    one(
      'a ConfigMap with the same key twice',
      post(configMaps, { metadata: { name: 'a' }, data: { a: 'c' }, binaryData: { a: 'YQ==' } }),
    ),
    one(
      'a ConfigMap of more than 1 MiB',
      post(configMaps, () => JSON.stringify({ metadata: { name: 'a' }, data: { a: 'x'.repeat(1024 * 1024 + 1) } })),
    ),
    one(
      'a Secret of more than 1 MiB',
      post('/api/v1/namespaces/{ns}/secrets', () =>
        JSON.stringify({ metadata: { name: 'a' }, stringData: { a: 'x'.repeat(1024 * 1024 + 1) } }),
      ),
    ),
  ],
};

const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

export const sizes: Family = {
  name: 'sizes',
  cases: [
    one(
      'a body of 10 MB',
      post(configMaps, () => JSON.stringify({ metadata: { name: 'a' }, data: { a: 'x'.repeat(10_000_000) } })),
    ),
    one(
      'a body of 10 MB that is no JSON',
      post(configMaps, () => 'x'.repeat(10_000_000)),
    ),
    one(
      'a patch of 10 MB',
      {
        method: 'PATCH',
        path: `${configMaps}/a`,
        type: 'application/merge-patch+json',
        body: () => `{"data":{"a":"${'x'.repeat(10_000_000)}"}}`,
      },
      [post(configMaps, of({}))],
    ),
    one(
      'delete options of 10 MB',
      {
        method: 'DELETE',
        path: `${configMaps}/a`,
        type: 'application/json',
        body: () => `{"preconditions":{"uid":"${'x'.repeat(10_000_000)}"}}`,
      },
      [post(configMaps, of({}))],
    ),
    one(
      '30,000 labels',
      post(configMaps, () => `{"metadata":{"name":"a","labels":{${many(30_000, (index) => `"l${index}":"v"`)}}}}`),
    ),
    one(
      '100,000 annotations',
      post(
        configMaps,
        () => `{"metadata":{"name":"a","annotations":{${many(100_000, (index) => `"l${index}":"v"`)}}}}`,
      ),
    ),
    one(
      '500 wrong finalizers',
      post(configMaps, () => `{"metadata":{"name":"a","finalizers":[${many(500, (index) => `"f ${index}"`)}]}}`),
    ),
    one(
      'an unknown field nested 10,000 deep',
      post(configMaps, () => `{"metadata":{"name":"a"},"x":${nested(10_000)}}`),
    ),
    one(
      'an unknown field nested 9,990 deep',
      post(configMaps, () => `{"metadata":{"name":"a"},"x":${nested(9_990)}}`),
    ),
    one(
      '100,000 opening brackets',
      post(configMaps, () => '['.repeat(100_000)),
    ),
    one(
      '100,000 opening braces of an object',
      post(configMaps, () => '{"a":'.repeat(100_000)),
    ),
    one(
      '10,000 opening brackets of YAML',
      post(configMaps, () => '['.repeat(10_001), { type: 'application/yaml' }),
    ),
    one(
      'aliases of aliases of YAML',
      post(
        configMaps,
        () =>
          `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghij'
            .split('')
            .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghij'[index]}`).join(',')}]\n`)
            .join('')}`,
        { type: 'application/yaml' },
      ),
    ),
    one(
      '100,000 unknown fields',
      post(configMaps, () => `{"metadata":{"name":"a"},${many(100_000, (index) => `"f${index}":1`)}}`),
    ),
    one(
      '100,000 times the same field',
      post(configMaps, () => `{"metadata":{"name":"a"},${many(100_000, () => '"immutable":false')}}`),
    ),
    one(
      'a key of 1 MB',
      post(configMaps, () => `{"metadata":{"name":"a"},"${'k'.repeat(1_000_000)}":1}`),
    ),
    one(
      'a number of 100,000 digits',
      post(configMaps, () => `{"metadata":{"name":"a","generation":${'9'.repeat(100_000)}}}`),
    ),
    one(
      'a name of 1 MB',
      post(configMaps, () => `{"metadata":{"name":"${'n'.repeat(1_000_000)}"}}`),
    ),
    one('a header of 20 KB', {
      method: 'GET',
      path: '/api/v1/namespaces/default',
      headers: { 'user-agent': 'x'.repeat(20_000) },
    }),
  ],
};
