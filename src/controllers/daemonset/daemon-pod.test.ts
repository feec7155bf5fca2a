/** What a DaemonSet's pods look like, and where they may be. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { asPod } from '../../controller/pod.ts';
import { daemonPod, daemonTolerations, isUpdated, targetNode } from './daemon-pod.ts';
import { asDaemonSet, type DaemonSet } from './daemon-set.ts';
import { eligibilityOf, isConcerned, type NodeChange } from './eligibility.ts';

function agent(podSpec: JsonObject = {}, annotations: Record<string, string> = {}, status: JsonObject = {}): DaemonSet {
  return asDaemonSet({
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent', namespace: 'demo', uid: 'set', annotations },
    spec: { template: { metadata: { labels: { app: 'agent' } }, spec: podSpec } },
    status,
  });
}

function node(taints: readonly JsonObject[] = [], labels: Record<string, string> = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1', labels }, spec: { taints: [...taints] } };
}

const required = (term: JsonObject): JsonObject => ({
  affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } } },
});
const named = (...values: string[]): JsonObject =>
  required({ matchFields: [{ key: 'metadata.name', operator: 'In', values }] });
const system = (key: string, effect: string): JsonObject => ({ key: `node.kubernetes.io/${key}`, effect });

const eligibility: readonly (readonly [name: string, podSpec: JsonObject, node: KubeObject, answer: string])[] = [
  ['any node', {}, node(), 'run'],
  ['the node that the template names', { nodeName: 'n1' }, node(), 'run'],
  ['another than the template names', { nodeName: 'n2' }, node(), 'never'],
  ['a node of the wanted labels', { nodeSelector: { disk: 'ssd' } }, node([], { disk: 'ssd' }), 'run'],
  ['a node of other labels', { nodeSelector: { disk: 'ssd' } }, node([], { disk: 'hdd' }), 'never'],
  ['a node that is wanted by name', named('n1'), node(), 'run'],
  ['a node that is not', named('n2'), node(), 'never'],
  ['a taint that keeps pods away', {}, node([{ key: 'full', effect: 'NoSchedule' }]), 'stay'],
  ['a taint that drives pods away', {}, node([{ key: 'full', effect: 'NoExecute' }]), 'never'],
  ['a taint that only advises', {}, node([{ key: 'full', effect: 'PreferNoSchedule' }]), 'run'],
  [
    'a taint that is tolerated',
    { tolerations: [{ operator: 'Exists' }] },
    node([{ key: 'full', effect: 'NoExecute' }]),
    'run',
  ],
  ['a cordoned node', {}, node([system('unschedulable', 'NoSchedule')]), 'run'],
  ['a node that is not ready', {}, node([system('not-ready', 'NoExecute')]), 'run'],
  ['a node that is not ready for new pods', {}, node([system('not-ready', 'NoSchedule')]), 'stay'],
  ['a node without network', {}, node([system('network-unavailable', 'NoSchedule')]), 'stay'],
  [
    'a node without network, for pods of its own',
    { hostNetwork: true },
    node([system('network-unavailable', 'NoSchedule')]),
    'run',
  ],
];

for (const [name, podSpec, on, answer] of eligibility) {
  test(name, () => {
    const { shouldRun, shouldContinue } = eligibilityOf(agent(podSpec))(on);
    assert.equal(shouldRun ? 'run' : shouldContinue ? 'stay' : 'never', answer);
  });
}

const ssd = node([], { disk: 'ssd' });
const full = node([{ key: 'full', effect: 'NoSchedule' }], { disk: 'ssd' });
const changes: readonly (readonly [name: string, change: NodeChange, hasPod: boolean, concerned: boolean])[] = [
  ['a node that is wanted comes', { after: ssd }, false, true],
  ['a node that is not wanted comes', { after: node() }, false, false],
  ['a node comes for which there is a pod', { after: node() }, true, true],
  ['a node becomes one that is wanted', { before: node(), after: ssd }, false, true],
  ['a node is as wanted as before', { before: ssd, after: node([], { disk: 'ssd', zone: 'a' }) }, true, false],
  ['a pod may only stay now', { before: ssd, after: full }, true, true],
  ['a pod must go now', { before: ssd, after: node() }, true, true],
  ['a node that was wanted goes', { before: ssd }, false, true],
  ['a node goes where a pod was left', { before: node() }, true, true],
  ['another node goes', { before: node() }, false, false],
];

for (const [name, change, hasPod, concerned] of changes) {
  test(`a change of a node: ${name}`, () => {
    assert.equal(
      isConcerned(agent({ nodeSelector: { disk: 'ssd' } }), change, () => hasPod),
      concerned,
    );
  });
}

test('a toleration that ends is replaced by one that does not', () => {
  const key = 'node.kubernetes.io/not-ready';
  const own = { key: 'mine', operator: 'Exists' };
  const short = { key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 };
  const [first, second, ...others] = daemonTolerations({ tolerations: [own, short] });
  assert.deepEqual([first, second], [own, { key, operator: 'Exists', effect: 'NoExecute' }]);
  assert.equal(others.length, 5);
  assert.ok(!others.some((one) => one.key === key));
});

test('a pod keeps what its template says of nodes, but for what is required', () => {
  const affinity = {
    podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [] },
    nodeAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference: {} }],
      ...(named('n1', 'n2')['affinity'] as { nodeAffinity: JsonObject }).nodeAffinity,
    },
  };
  const { metadata, spec } = daemonPod(
    agent({ affinity }, { 'deprecated.daemonset.template.generation': '+7' }),
    'n1',
    'hash',
  );
  assert.deepEqual((spec as JsonObject)['affinity'], {
    ...affinity,
    nodeAffinity: {
      ...affinity.nodeAffinity,
      ...(named('n1')['affinity'] as { nodeAffinity: JsonObject }).nodeAffinity,
    },
  });
  assert.deepEqual(metadata.labels, {
    app: 'agent',
    'pod-template-generation': '7',
    'controller-revision-hash': 'hash',
  });
  assert.equal(metadata.generateName, 'agent-');
});

function pod(spec: JsonObject, labels: Record<string, string> = {}) {
  return asPod({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', labels }, spec });
}

test('a pod is where it runs, or where it must', () => {
  assert.equal(targetNode(pod({ nodeName: 'n3', ...named('n1') })), 'n3');
  assert.equal(targetNode(pod(named('n1'))), 'n1');
  assert.equal(targetNode(pod(named('n1', 'n2'))), undefined);
  assert.equal(targetNode(pod(required({ matchExpressions: [] }))), undefined);
  assert.equal(targetNode(pod({})), undefined);
});

test('a pod is up to date by its hash, or by the older label', () => {
  const numbered = agent({}, { 'deprecated.daemonset.template.generation': '2' });
  assert.equal(isUpdated(pod({}, { 'controller-revision-hash': 'new' }), agent(), 'new'), true);
  assert.equal(isUpdated(pod({}, { 'controller-revision-hash': 'old' }), agent(), 'new'), false);
  assert.equal(isUpdated(pod({}, { 'pod-template-generation': '2' }), numbered, 'new'), true);
  assert.equal(isUpdated(pod({}, { 'pod-template-generation': '1' }), numbered, 'new'), false);
  const unreadable = agent({}, { 'deprecated.daemonset.template.generation': 'many' });
  assert.equal(isUpdated(pod({}, { 'pod-template-generation': 'many' }), unreadable, 'new'), false);
});
