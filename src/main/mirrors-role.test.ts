import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mirrorsOf, parseFromHost } from './mirrors-role.ts';

test('kinds, with selectors, and what is hidden of them', () => {
  assert.deepEqual(parseFromHost([], []), {});
  assert.deepEqual(parseFromHost(['nodes'], []), { nodes: {} });
  assert.deepEqual(parseFromHost(['nodes:pool in (a,b),!spot'], ['nodes.taints', 'nodes.addresses']), {
    nodes: { selector: 'pool in (a,b),!spot', hide: ['taints', 'addresses'] },
  });
});

const refused: readonly [title: string, kinds: readonly string[], hidden: readonly string[], said: RegExp][] = [
  [
    'a kind that can’t be seen',
    ['secrets'],
    [],
    /"secrets" is not in the list of kinds that can be seen from the host: nodes/,
  ],
  ['a kind that every object has', ['__proto__'], [], /"__proto__" is not in the list/],
  ['a selector that can’t be read', ['nodes:pool in ('], [], /pool|found/],
  [
    'what can’t be hidden',
    ['nodes'],
    ['nodes.labels'],
    /of nodes, "labels" can't be hidden; what can be: taints, addresses/,
  ],
  ['what isn’t seen anyway', [], ['nodes.taints'], /nodes aren't seen from the host/],
];

for (const [title, kinds, hidden, said] of refused) {
  test(`refused: ${title}`, () => assert.throws(() => parseFromHost(kinds, hidden), said));
}

test('figures of pseudo nodes are written as API servers write them', () => {
  const { capacity, kubeletVersion } = mirrorsOf({
    pseudoNodes: { capacity: { cpu: '4000m', memory: '1024Mi' } },
  }).figures;
  assert.deepEqual(capacity, { cpu: '4', memory: '1Gi', 'ephemeral-storage': '100Gi', pods: '110' });
  assert.match(kubeletVersion, /^v1\.\d+/);
  assert.throws(() => mirrorsOf({ pseudoNodes: { capacity: { cpu: 'many' } } }), /can't have cpu many/);
});
