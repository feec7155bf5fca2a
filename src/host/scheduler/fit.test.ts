import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../api/object.ts';
import { preferred, unfitness, unfitnessText, type Candidate } from './fit.ts';
import { podSpec } from './pod-view.ts';
import { podRequests, resourcesOf } from './resources.ts';

function node(change: { labels?: Record<string, string>; spec?: object } = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'node-1', labels: { zone: 'a', size: '8', ...change.labels } },
    spec: { ...change.spec },
    status: { allocatable: { cpu: '2', memory: '4Gi', pods: '10' } },
  };
}

function pod(spec: object): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web' },
    spec: { containers: [{}], ...spec },
  };
}

const taint = { key: 'for', value: 'others', effect: 'NoSchedule' };
const affinity = (term: object) => ({
  affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } } },
});
const ports = [
  { port: 80, protocol: 'TCP', address: '10.0.0.1' },
  { port: 90, protocol: 'TCP', address: '0.0.0.0' },
];
const portReason = "node(s) didn't have free ports for the requested pod ports";
const withPort = (port: object): KubeObject => pod({ containers: [{ ports: [port] }] });
const selectorReason = "node(s) didn't match Pod's node affinity/selector";

const cases: readonly [
  title: string,
  pod: KubeObject,
  node: KubeObject,
  reason: string | undefined,
  further?: string,
][] = [
  ['a plain pod fits', pod({}), node(), undefined],
  [
    'requests within what is free fit',
    pod({ containers: [{ resources: { requests: { cpu: '1500m', memory: '1Gi' } } }] }),
    node(),
    undefined,
  ],
  [
    'requests beyond it do not',
    pod({ containers: [{ resources: { requests: { cpu: '1.5' } } }, { resources: { requests: { cpu: '600m' } } }] }),
    node(),
    'Insufficient cpu',
  ],
  [
    'an init container may ask for more than those that follow',
    pod({ initContainers: [{ resources: { requests: { memory: '5Gi' } } }] }),
    node(),
    'Insufficient memory',
  ],
  [
    'all that there is not enough of is told',
    pod({ containers: [{ resources: { requests: { cpu: '3', memory: '8Gi', 'example.com/gpu': '0' } } }] }),
    node(),
    'Insufficient cpu',
    'Insufficient memory',
  ],
  ['a node selector', pod({ nodeSelector: { zone: 'b' } }), node(), selectorReason],
  ['a matching node selector', pod({ nodeSelector: { zone: 'a' } }), node(), undefined],
  [
    'node affinity by expression',
    pod(affinity({ matchExpressions: [{ key: 'size', operator: 'Gt', values: ['4'] }] })),
    node(),
    undefined,
  ],
  [
    'node affinity by field',
    pod(affinity({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['node-2'] }] })),
    node(),
    selectorReason,
  ],
  ['an empty term matches nothing', pod(affinity({})), node(), selectorReason],
  ['a taint', pod({}), node({ spec: { taints: [taint] } }), 'node(s) had untolerated taint(s)'],
  [
    'a tolerated taint',
    pod({ tolerations: [{ key: 'for', operator: 'Equal', value: 'others' }] }),
    node({ spec: { taints: [taint] } }),
    undefined,
  ],
  [
    'everything tolerated',
    pod({ tolerations: [{ operator: 'Exists' }] }),
    node({ spec: { taints: [taint], unschedulable: true } }),
    undefined,
  ],
  ['a cordoned node', pod({}), node({ spec: { unschedulable: true } }), 'node(s) were unschedulable'],
  ['a port that is taken at one address', withPort({ hostPort: 80 }), node(), portReason],
  ['a port that is taken at all addresses', withPort({ hostPort: 90, hostIP: '10.0.0.2' }), node(), portReason],
  ['the same port of another address', withPort({ hostPort: 80, hostIP: '10.0.0.2' }), node(), undefined],
  ['the same port of another protocol', withPort({ hostPort: 90, protocol: 'UDP' }), node(), undefined],
  ['a port of the container only', withPort({ containerPort: 90 }), node(), undefined],
];

for (const [title, object, on, ...reasons] of cases) {
  test(title, () => {
    const free = resourcesOf({ cpu: '2', memory: '4Gi', pods: '10' });
    const found = unfitness(object, podRequests(podSpec(object)), { node: on, free, ports });
    assert.deepEqual(
      found,
      reasons.filter((reason) => reason !== undefined),
    );
  });
}

test('reasons are counted as the real scheduler counts them', () => {
  assert.equal(
    unfitnessText(3, ['Insufficient cpu', 'node(s) were unschedulable', 'Insufficient cpu']),
    '0/3 nodes are available: 1 node(s) were unschedulable, 2 Insufficient cpu.',
  );
  assert.equal(unfitnessText(0, []), '0/0 nodes are available: no nodes available to schedule pods.');
});

function candidate(name: string, of: KubeObject, cpu = '2'): Candidate {
  const free = resourcesOf({ cpu, memory: '4Gi', pods: '10' });
  return { node: { ...of, metadata: { ...of.metadata, name } }, free, ports: [] };
}

const shy = node({ spec: { taints: [{ key: 'for', effect: 'PreferNoSchedule' }] } });
const wishing = (key: string, weight = 1) =>
  pod({
    affinity: {
      nodeAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight, preference: { matchExpressions: [{ key, operator: 'Exists' }] } },
          { weight: 100, preference: {} },
        ],
      },
    },
  });

const preferences: readonly [
  title: string,
  pod: KubeObject,
  fitting: readonly Candidate[],
  best: string | undefined,
][] = [
  ['none fits', pod({}), [], undefined],
  ['the emptiest', pod({}), [candidate('full', node(), '1'), candidate('empty', node())], 'empty'],
  [
    'rather one that has what the pod likes',
    wishing('ssd'),
    [candidate('empty', node()), candidate('liked', node({ labels: { ssd: '' } }), '1')],
    'liked',
  ],
  ['rather not one with a taint', pod({}), [candidate('shy', shy), candidate('full', node(), '1')], 'full'],
  [
    'unless the pod tolerates it',
    pod({ tolerations: [{ key: 'for', operator: 'Exists' }] }),
    [candidate('full', node(), '1'), candidate('shy', shy)],
    'shy',
  ],
];

for (const [title, object, fitting, best] of preferences) {
  test(`chosen: ${title}`, () => assert.equal(preferred(object, fitting)?.node.metadata.name, best));
}
