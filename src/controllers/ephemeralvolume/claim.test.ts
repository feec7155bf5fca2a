import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { claimOf, conflictOf, ephemeralVolumes } from './claim.ts';

const spec: JsonObject = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };

function podWith(volumes: JsonObject[]): KubeObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'demo', uid: 'u' }, spec: { volumes } };
}

const owner = {
  apiVersion: 'v1',
  kind: 'Pod',
  name: 'web',
  uid: 'u',
  controller: true,
  blockOwnerDeletion: true,
};

const cases: readonly (readonly [string, JsonObject[], JsonObject[]])[] = [
  ['no volumes, no claims', [], []],
  [
    'other volumes, no claims',
    [
      { name: 'a', emptyDir: {} },
      { name: 'b', persistentVolumeClaim: { claimName: 'x' } },
    ],
    [],
  ],
  [
    'named after pod and volume, owned by the pod',
    [{ name: 'scratch', ephemeral: { volumeClaimTemplate: { spec } } }],
    [{ metadata: { name: 'web-scratch', ownerReferences: [owner] }, spec }],
  ],
  [
    'with the template’s labels and annotations, and nothing else of its metadata',
    [
      {
        name: 'scratch',
        ephemeral: {
          volumeClaimTemplate: { metadata: { labels: { a: 'b' }, annotations: { c: 'd' }, name: 'no' }, spec },
        },
      },
    ],
    [
      {
        metadata: { name: 'web-scratch', ownerReferences: [owner], annotations: { c: 'd' }, labels: { a: 'b' } },
        spec,
      },
    ],
  ],
];
for (const [name, volumes, expected] of cases)
  test(name, () => {
    const pod = podWith(volumes);
    const claims = ephemeralVolumes(pod).map((volume) => claimOf(pod, volume));
    assert.deepEqual(
      claims,
      expected.map((claim) => ({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', ...claim })),
    );
  });

test('a claim is the pod’s when the pod controls it, whatever its name', () => {
  const pod = podWith([]);
  const claim = (ownerReferences: JsonObject[]): KubeObject => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    // References as they are in the test's own table.
    metadata: { name: 'web-scratch', namespace: 'demo', ownerReferences: ownerReferences as (typeof owner)[] },
  });
  const message = 'PVC demo/web-scratch was not created for pod demo/web (pod is not owner)';
  assert.equal(conflictOf(pod, claim([owner])), undefined);
  assert.equal(conflictOf(pod, claim([])), message);
  assert.equal(conflictOf(pod, claim([{ ...owner, controller: false }])), message);
  assert.equal(conflictOf(pod, claim([{ ...owner, uid: 'an earlier one' }])), message);
});
