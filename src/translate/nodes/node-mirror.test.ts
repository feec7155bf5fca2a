import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { markOn, type On } from '../../api/side.ts';
import { mirrorOfNode, mustBeMadeAnew, nodeWithStatus } from './node-mirror.ts';
import { nodeSpec, nodeStatus, type NodeSpec } from './node-view.ts';
import { ownMarks } from './own-marks.ts';
import { pseudoNode } from './pseudo-node.ts';
import { realNode, withoutUnshown } from './real-node.ts';

const now = Date.parse('2026-01-01T00:00:00Z');
const later = now + 3_600_000;
const ready = { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' };
const at = (time: string, change: object = {}) => ({
  ...ready,
  lastHeartbeatTime: time,
  lastTransitionTime: '2025-12-31T00:00:00Z',
  ...change,
});

function hostNode(
  change: { labels?: Record<string, string>; spec?: NodeSpec; status?: JsonObject; uid?: string } = {},
) {
  return markOn('host', {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: 'n1',
      uid: change.uid ?? 'u1',
      resourceVersion: '7',
      labels: { zone: 'a', 'kubernetes.io/hostname': 'machine-7.secret.example', ...change.labels },
      annotations: { 'flannel/secret': 'network' },
    },
    spec: { podCIDR: '10.9.0.0/24', podCIDRs: ['10.9.0.0/24'], providerID: 'cloud://secret-1', ...change.spec },
    status: {
      capacity: { cpu: '4' },
      allocatable: { cpu: '3' },
      conditions: [at('2026-01-01T00:00:00Z')],
      addresses: [
        { type: 'InternalIP', address: '10.1.2.3' },
        { type: 'Hostname', address: 'machine-7.secret.example' },
      ],
      nodeInfo: { machineID: 'secret-machine', kubeletVersion: 'v1.36.3', osImage: 'Debian' },
      images: [{ names: ['other-tenants/secret'] }],
      volumesInUse: ['secret-volume'],
      ...change.status,
    },
  });
}

type HostChange = Parameters<typeof hostNode>[0];
const nothingHidden: ReadonlySet<string> = new Set();

/** What the tenant has after `changes` of the host and of its own, one after the other, each mirrored until nothing is left to do. */
function after(...steps: readonly (HostChange | ((node: KubeObject) => void))[]): On<'tenant', KubeObject> {
  let image = realNode(hostNode(), nothingHidden);
  let current = settled(undefined, image);
  for (const step of steps) {
    if (typeof step === 'function') {
      const changed = structuredClone<KubeObject>(current);
      step(changed);
      current = markOn('tenant', changed);
    } else image = realNode(hostNode(step), nothingHidden);
    current = settled(current, image);
  }
  return current;
}

function settled(
  current: On<'tenant', KubeObject> | undefined,
  image: Parameters<typeof mirrorOfNode>[1],
  at = now,
): On<'tenant', KubeObject> {
  let node = mirrorOfNode(current, image, at);
  for (let round = 0; ; round++) {
    assert.ok(round < 4, 'it never settles');
    const next = nodeWithStatus(mirrorOfNode(node, image, at), image, at);
    if (next === node) return node;
    node = next;
  }
}

const taint = (key: string, effect = 'NoSchedule') => ({ key, effect });

function taints(node: KubeObject): string[] {
  return (nodeSpec(node).taints ?? []).map(({ key }) => key);
}

test('a real node is seen with its labels, figures, addresses and state', () => {
  const node = after();
  assert.equal(node.metadata.labels?.['zone'], 'a');
  assert.equal(nodeSpec(node).providerID, 'cloud://secret-1');
  const { capacity, allocatable, addresses, conditions } = nodeStatus(node);
  assert.deepEqual([capacity, allocatable], [{ cpu: '4' }, { cpu: '3' }]);
  assert.deepEqual(addresses, hostNode()['status'] && nodeStatus(hostNode())['addresses']);
  assert.deepEqual(conditions, [at('2026-01-01T00:00:00Z')]);
});

test('images, volumes, pod ranges and annotations of a real node are never seen', () => {
  const text = JSON.stringify(after());
  for (const word of ['images', 'volumesInUse', '10.9.0.0', 'flannel']) assert.ok(!text.includes(word), word);
});

test('with addresses hidden, nothing tells which machine it is', () => {
  const node = settled(undefined, realNode(hostNode(), new Set(['addresses'])));
  assert.doesNotMatch(JSON.stringify(node), /secret|10\.1\.2\.3/);
  assert.equal(node.metadata.labels?.['kubernetes.io/hostname'], 'n1');
});

test('with taints hidden, only a cordon is seen', () => {
  const source = hostNode({ spec: { taints: [taint('operators')], unschedulable: true } });
  assert.deepEqual(nodeSpec(settled(undefined, realNode(source, new Set(['taints'])))), {
    providerID: 'cloud://secret-1',
    unschedulable: true,
  });
});

test('what is kept in memory shows the same', () => {
  const trimmed = structuredClone<KubeObject>(hostNode());
  withoutUnshown(trimmed);
  assert.deepEqual(realNode(markOn('host', trimmed), nothingHidden), realNode(hostNode(), nothingHidden));
  assert.ok(JSON.stringify(trimmed).length < JSON.stringify(hostNode()).length);
});

test('a heartbeat is no change', () => {
  const node = after();
  const image = realNode(hostNode({ status: { conditions: [at('2026-01-01T01:00:00Z')] } }), nothingHidden);
  assert.equal(nodeWithStatus(mirrorOfNode(node, image, later), image, later), node);
});

test('a change of state is', () => {
  const notReady = at('2026-01-01T01:00:00Z', { status: 'Unknown', lastTransitionTime: '2026-01-01T00:30:00Z' });
  assert.deepEqual(nodeStatus(after({ status: { conditions: [notReady] } })).conditions, [notReady]);
});

test('labels of the host come and go, those of the tenant stay', () => {
  const own = (node: KubeObject): void => void (node.metadata.labels = { ...node.metadata.labels, mine: '1' });
  const node = after({ labels: { pool: 'x' } }, own, {});
  assert.equal(node.metadata.labels?.['mine'], '1');
  assert.equal(node.metadata.labels?.['pool'], undefined);
});

test('a label of the host is mended', () => {
  const node = after((changed) => void (changed.metadata.labels = { zone: 'b' }));
  assert.deepEqual(node.metadata.labels, hostNode().metadata.labels);
});

test('taints of the host come and go, those of the tenant stay', () => {
  const own = (node: KubeObject): void => void (nodeSpec(node).taints ??= []).push(taint('mine'));
  assert.deepEqual(taints(after({ spec: { taints: [taint('host')] } }, own)), ['host', 'mine']);
  assert.deepEqual(taints(after({ spec: { taints: [taint('host')] } }, own, {})), ['mine']);
  assert.deepEqual(taints(after(own, { spec: { taints: [taint('mine')] } }, {})), []);
});

test('a taint of the host is mended', () => {
  const node = after({ spec: { taints: [taint('host')] } }, (changed) => void delete nodeSpec(changed).taints);
  assert.deepEqual(taints(node), ['host']);
});

test('what an API server taints new nodes with is not the tenant’s', () => {
  const node = after((changed) => void (nodeSpec(changed).taints = [taint('node.kubernetes.io/not-ready')]));
  assert.deepEqual(taints(node), []);
  assert.equal(ownMarks(node), undefined);
});

test('the host’s cordon is seen as long as it lasts, the tenant’s until the tenant ends it', () => {
  const cordon = (node: KubeObject): void => void (nodeSpec(node).unschedulable = true);
  const uncordon = (node: KubeObject): void => void delete nodeSpec(node).unschedulable;
  const byHost = { spec: { unschedulable: true } };
  assert.equal(nodeSpec(after(byHost)).unschedulable, true);
  assert.equal(nodeSpec(after(byHost, uncordon)).unschedulable, true);
  assert.equal(nodeSpec(after(byHost, {})).unschedulable, undefined);
  assert.equal(nodeSpec(after(cordon, {})).unschedulable, true);
  assert.equal(nodeSpec(after(cordon, uncordon)).unschedulable, undefined);
});

test('conditions of the host come and go, those of the tenant stay', () => {
  const problem = { type: 'KernelDeadlock', status: 'False' };
  const own = (node: KubeObject): void => void nodeStatus(node).conditions?.push({ type: 'Mine', status: 'True' });
  const node = after({ status: { conditions: [at('2026-01-01T00:00:00Z'), problem] } }, own, {});
  assert.deepEqual(
    nodeStatus(node).conditions?.map(({ type }) => type),
    ['Ready', 'Mine'],
  );
});

test('a crash between two writes makes nothing of the host’s the tenant’s', () => {
  const problem = { type: 'KernelDeadlock', status: 'False' };
  const withProblem = after({ status: { conditions: [at('2026-01-01T00:00:00Z'), problem] } });
  // The host has taken it back; only the first write was done.
  const image = realNode(hostNode(), nothingHidden);
  const halfway = mirrorOfNode(withProblem, image, now);
  assert.deepEqual(nodeStatus(settled(halfway, image)).conditions, [at('2026-01-01T00:00:00Z')]);
});

test('what the tenant has made of its node is told apart from what the host has', () => {
  const node = after({ spec: { taints: [taint('host')] } }, (changed) => {
    changed.metadata.labels = { ...changed.metadata.labels, mine: '1' };
    nodeSpec(changed).taints?.push(taint('mine'));
    nodeSpec(changed).unschedulable = true;
  });
  const marks = ownMarks(node);
  assert.deepEqual(marks?.hostLabels, hostNode().metadata.labels);
  assert.equal(marks?.labels['mine'], '1');
  assert.deepEqual(
    marks?.taints.map(({ key }) => key),
    ['mine', 'node.kubernetes.io/unschedulable'],
  );
  assert.equal(ownMarks(after({ spec: { taints: [taint('host')], unschedulable: true } })), undefined);
});

test('a node whose provider’s name for it is no longer to be seen is made anew: it can’t be changed', () => {
  assert.ok(mustBeMadeAnew(after(), realNode(hostNode(), new Set(['addresses']))));
  assert.ok(!mustBeMadeAnew(after(), realNode(hostNode(), nothingHidden)));
});

const figures = { capacity: { cpu: '4', pods: '110' }, kubeletVersion: 'v1.36.3', architecture: 'arm64' };

test('a pseudo node knows what pods tell of it', () => {
  const node = settled(undefined, pseudoNode({ name: 'n1', hostIps: ['10.1.2.3', 'fd00::1'] }, figures));
  assert.deepEqual(nodeStatus(node)['addresses'], [
    { type: 'InternalIP', address: '10.1.2.3' },
    { type: 'InternalIP', address: 'fd00::1' },
    { type: 'Hostname', address: 'n1' },
  ]);
  assert.equal(nodeStatus(node).conditions?.find(({ type }) => type === 'Ready')?.status, 'True');
  assert.deepEqual(nodeStatus(node)['allocatable'], figures.capacity);
});

test('a pseudo node is never written again, whatever the time', () => {
  const image = pseudoNode({ name: 'n1', hostIps: ['10.1.2.3'] }, figures);
  const node = settled(undefined, image);
  assert.equal(settled(node, image, later), node);
});

test('the address of a pseudo node comes with the first pod that has one, and stays', () => {
  const silent = pseudoNode({ name: 'n1', hostIps: [] }, figures);
  const node = settled(undefined, silent);
  assert.deepEqual(nodeStatus(node)['addresses'], [{ type: 'Hostname', address: 'n1' }]);
  const known = settled(node, pseudoNode({ name: 'n1', hostIps: ['10.1.2.3'] }, figures));
  assert.equal(settled(known, silent), known);
});

test('a node that is no longer among the selected, but still in use, becomes a pseudo node, and back', () => {
  const image = pseudoNode({ name: 'n1', hostIps: ['10.1.2.3'] }, figures);
  const real = after();
  const pseudo = settled(real, image);
  assert.equal(pseudo.metadata.labels?.['zone'], undefined);
  assert.equal(pseudo.metadata.uid, real.metadata.uid);
  const back = settled(pseudo, realNode(hostNode(), nothingHidden));
  assert.equal(back.metadata.labels?.['zone'], 'a');
});
