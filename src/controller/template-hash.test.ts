import fc from 'fast-check';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../api/json.ts';
import { revisionHash, sameTemplate, templateHash } from './template-hash.ts';

const template: JsonObject = {
  metadata: { labels: { app: 'web' } },
  spec: { containers: [{ name: 'c', image: 'one', args: ['a', 'b'] }], volumes: [{ name: 'v', emptyDir: {} }] },
};

const cases: readonly [name: string, other: JsonObject, same: boolean][] = [
  ['itself', template, true],
  ['keys in another order', { spec: template['spec'] ?? null, metadata: { labels: { app: 'web' } } }, true],
  ['with the label of the hash', { ...template, metadata: { labels: { app: 'web', 'pod-template-hash': 'x' } } }, true],
  [
    'with nulls and empty lists',
    { ...template, metadata: { labels: { app: 'web' }, creationTimestamp: null, annotations: {}, finalizers: [] } },
    true,
  ],
  ['another image', { ...template, spec: { containers: [{ name: 'c', image: 'two', args: ['a', 'b'] }] } }, false],
  ['another label', { ...template, metadata: { labels: { app: 'api' } } }, false],
  [
    'an annotation (kubectl rollout restart)',
    { ...template, metadata: { labels: { app: 'web' }, annotations: { at: 'now' } } },
    false,
  ],
  [
    'an empty object where none was',
    { ...template, spec: { ...(template['spec'] as JsonObject), securityContext: {} } },
    false,
  ],
  [
    'args in another order',
    {
      ...template,
      spec: { containers: [{ name: 'c', image: 'one', args: ['b', 'a'] }], volumes: [{ name: 'v', emptyDir: {} }] },
    },
    false,
  ],
];

for (const [name, other, same] of cases) {
  test(`the same template? ${name}: ${same}`, () => assert.equal(sameTemplate(template, other), same));
}

test('the hash is of the safe alphabet, and changes with the template and with collisions', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (one, two) => {
      const hash = (image: string, collisions?: number): string =>
        templateHash({ spec: { containers: [{ name: 'c', image }] } }, collisions);
      assert.match(hash(one), /^[bcdfghjklmnpqrstvwxz2456789]{1,10}$/);
      assert.equal(hash(one), hash(one));
      if (one !== two) assert.notEqual(hash(one), hash(two));
      assert.notEqual(hash(one), hash(one, 0));
      assert.notEqual(hash(one, 0), hash(one, 1));
    }),
  );
});

const limits = (...quantities: readonly string[]): JsonObject => ({
  spec: {
    containers: [
      { name: 'c', resources: { limits: Object.fromEntries(quantities.map((text, index) => [`q${index}`, text])) } },
    ],
  },
});

// What upstream's ComputeHash says of them, without collisions and with none so far.
const hashes: readonly [name: string, template: JsonObject, hash: string, afterNone: string][] = [
  ['nothing', {}, '85748b7f68', '777dfcd544'],
  [
    'quantities of all sizes',
    limits(
      '100Ti',
      '1Pi',
      '1.5',
      '0',
      '1500m',
      '1Gi',
      '128Mi',
      '1e3',
      '100Gi',
      '12345678901234567890',
      '0.5Gi',
      '5n',
      '10Ei',
      '1000',
      '3k',
      '-1',
    ),
    '7fddbd94bf',
    '85778955d5',
  ],
];

for (const [name, given, hash, afterNone] of hashes) {
  test(`a hash is upstream's: ${name}`, () => {
    assert.equal(templateHash(given, undefined), hash);
    assert.equal(templateHash(given, 0), afterNone);
  });
}

test('the hash of a revision is of its data in any order of keys, and of the collisions', () => {
  const hash = revisionHash({ spec: { template: { a: 1, b: '<' } } }, 0);
  assert.equal(revisionHash({ spec: { template: { b: '<', a: 1 } } }, 0), hash);
  assert.notEqual(revisionHash({ spec: { template: { a: 1, b: '<' } } }, 1), hash);
});
