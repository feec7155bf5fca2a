import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ObjectMeta } from '../../api/object.ts';
import { claimsOf } from './protection-controller.ts';

const volumes = [
  { name: 'data', persistentVolumeClaim: { claimName: 'claim' } },
  { name: 'scratch', ephemeral: { volumeClaimTemplate: {} } },
  { name: 'empty', emptyDir: {} },
];
const both = ['one/claim', 'one/web-scratch'];
const deletionTimestamp = '2030-01-01T00:00:00Z';

const cases: Readonly<
  Record<string, [metadata: ObjectMeta, status: string, nodeName: string, used: readonly string[]]>
> = {
  'a pod that runs': [{}, 'Running', 'node-1', both],
  'a pod without a node': [{}, 'Pending', '', []],
  'a pod that has ended, and is kept': [{}, 'Succeeded', 'node-1', both],
  'a pod that is being ended': [{ deletionTimestamp, deletionGracePeriodSeconds: 30 }, 'Running', 'node-1', both],
  'a pod that only waits for its finalizers': [
    { deletionTimestamp, deletionGracePeriodSeconds: 0 },
    'Failed',
    'node-1',
    [],
  ],
};

for (const [name, [metadata, phase, nodeName, used]] of Object.entries(cases)) {
  test(`claims in use: ${name}`, () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web', namespace: 'one', ...metadata },
      spec: { ...(nodeName === '' ? {} : { nodeName }), volumes },
      status: { phase },
    };
    assert.deepEqual(claimsOf(pod), used);
  });
}
