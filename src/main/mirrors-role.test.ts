import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kindsSeen, mirrorsOf, parseFromHost } from './mirrors-role.ts';

test('kinds, with selectors, and what is hidden of them', () => {
  assert.deepEqual(parseFromHost([], []), {});
  assert.deepEqual(parseFromHost(['nodes'], []), { nodes: {} });
  assert.deepEqual(parseFromHost(['nodes:pool in (a,b),!spot'], ['nodes.taints', 'nodes.addresses']), {
    nodes: { selector: 'pool in (a,b),!spot', hide: ['taints', 'addresses'] },
  });
});

test('what is mapped, each with a selector of its own, and custom resources', () => {
  const typed = [
    'configmaps@a/*=b/*:tier=gold',
    'configmaps@a/x=c/y',
    'secrets@a/*=b/*:tier=gold',
    'issuers.certs.example',
  ];
  const fromHost = parseFromHost(typed, []);
  assert.deepEqual(fromHost, {
    configmaps: {
      mappings: [
        { from: 'a/*', to: 'b/*', selector: 'tier=gold' },
        { from: 'a/x', to: 'c/y' },
      ],
    },
    secrets: { mappings: [{ from: 'a/*', to: 'b/*', selector: 'tier=gold' }] },
    'issuers.certs.example': {},
  });
  const custom = kindsSeen(fromHost).filter(({ isCustom }) => isCustom);
  assert.deepEqual(
    custom.map(({ gvr, scope }) => [gvr, scope]),
    [[{ group: 'certs.example', version: '', resource: 'issuers' }, undefined]],
  );
});

const refused: readonly [title: string, kinds: readonly string[], hidden: readonly string[], said: RegExp][] = [
  [
    'a kind that can’t be seen',
    ['pods'],
    [],
    /"pods" is not in the list of kinds that can be seen from the host: nodes/,
  ],
  ['all of a kind that has namespaces', ['configmaps'], [], /of configmaps it is said which are seen where/],
  ['one of them by a selector alone', ['configmaps:a=b'], [], /of configmaps it is said which are seen where/],
  ['a place that can’t be read', ['configmaps@shared'], [], /"shared" is no place of objects/],
  ['every namespace', ['configmaps@*/*=shared/*'], [], /no place of objects/],
  ['all under one name', ['configmaps@shared/*=shared/one'], [], /can't be seen as/],
  ['two under one name', ['configmaps@a/x=c/x', 'configmaps@b/x=c/x'], [], /two of configmaps can't be seen as c\/x/],
  ['all secrets of a namespace', ['secrets@shared/*=shared/*'], [], /secrets are seen only by their names/],
  ['a namespace of what has none', ['storageclasses@a/b=c/d'], [], /storageclasses have no namespaces/],
  ['a custom resource that is none', ['clusterroles.rbac.authorization.k8s.io'], [], /no custom resource/],
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
