import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../api/object.ts';
import { portRefusal } from './port-refusal.ts';

function pod(uid: string, nodeName: string, status: object): KubeObject {
  const containers = [{ name: 'c', image: 'i', ports: [{ hostPort: 8080 }] }];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: uid, uid },
    spec: { nodeName, containers },
    status,
  } as KubeObject;
}

const started = { phase: 'Running', startTime: '2030-01-01T00:00:00Z' };
const cases: readonly [title: string, other: KubeObject, refused: boolean][] = [
  ['a port that a pod of the node has is not had twice', pod('b', 'node-1', started), true],
  ['a pod of another node takes nothing', pod('b', 'node-2', started), false],
  ['nor does one that has ended', pod('b', 'node-1', { ...started, phase: 'Failed' }), false],
  ['nor one that the node has not taken on yet', pod('b', 'node-1', {}), false],
  ['nor the pod itself', pod('a', 'node-1', started), false],
];
for (const [title, other, refused] of cases) {
  test(title, () => {
    assert.equal(portRefusal(pod('a', 'node-1', {}), () => [other])?.reason, refused ? 'NodePorts' : undefined);
  });
}

test('a pod that has been taken on stays', () => {
  assert.equal(
    portRefusal(pod('a', 'node-1', started), () => [pod('b', 'node-1', started)]),
    undefined,
  );
});
