import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { JsonObject } from '../api/json.ts';
import { markOn, nameOn } from '../api/side.ts';
import { clusterHostName, clusterMetadata, originOfClusterCopy } from './cluster-copies.ts';
import { placeOf, type Place } from './marks.ts';
import { copyPriorityClass } from './priorityclasses.ts';
import { copyStorageClass, namedByStorageClass, storageClassObstacle } from './storageclasses.ts';

const demo = placeOf({ tenant: 'demo', hostNamespace: 'sublet-demo' });
const others: readonly Place[] = [
  placeOf({ tenant: 'other', hostNamespace: 'sublet-demo' }),
  // Another tenant of that name.
  placeOf({ tenant: 'demo', hostNamespace: 'elsewhere' }),
];

function of(metadata: JsonObject, more: JsonObject = {}) {
  return markOn('tenant', {
    apiVersion: 'v1',
    kind: 'Any',
    metadata: { name: 'gold', uid: 'u1', ...metadata },
    ...more,
  });
}

const part = fc.stringMatching(/^[a-z]([-a-z0-9x]{0,20}[a-z0-9])?$/);

test('no two objects of any tenants have one name', () => {
  fc.assert(
    fc.property(fc.tuple(part, part, part), fc.tuple(part, part, part), (one, two) => {
      const name = ([tenant, hostNamespace, own]: readonly [string, string, string]): string =>
        clusterHostName(placeOf({ tenant, hostNamespace }), nameOn('tenant', own));
      assert.equal(name(one) === name(two), one.join('/') === two.join('/'));
      assert.ok(name(one).length <= 63);
    }),
    { numRuns: 2000 },
  );
});

test('the way back leads to whose copy it is, and for others nowhere', () => {
  const copy = { apiVersion: 'v1', kind: 'Any', metadata: clusterMetadata(demo, of({})) };
  assert.deepEqual(originOfClusterCopy(demo, copy), { namespace: '', name: 'gold', uid: 'u1' });
  for (const place of others) assert.equal(originOfClusterCopy(place, copy), undefined);
  const { metadata } = copy;
  for (const forged of [
    { ...metadata, name: 'gold' },
    { ...metadata, namespace: 'sublet-demo' },
    { ...metadata, labels: { 'sublet.dev/tenant': 'demo' } },
    { ...metadata, annotations: { 'sublet.dev/name': 'gold' } },
    { ...metadata, annotations: { ...metadata.annotations, 'sublet.dev/name': 'silver' } },
  ])
    assert.equal(originOfClusterCopy(demo, { ...copy, metadata: forged }), undefined);
});

test('nothing by which a host or an operator chooses goes along', () => {
  const labels = { tier: 'gold', 'sublet.dev/tenant': 'other' };
  const annotations = { 'storageclass.kubernetes.io/is-default-class': 'true' };
  assert.deepEqual(clusterMetadata(demo, of({ labels, annotations })), clusterMetadata(demo, of({})));
});

test('a priority class is nobody’s default on the host, and drives nobody out', () => {
  const { metadata: _, ...copy } = copyPriorityClass(
    demo,
    of({}, { value: 5, globalDefault: true, preemptionPolicy: 'PreemptLowerPriority', description: 'd' }),
  );
  assert.deepEqual(copy, {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    value: 5,
    description: 'd',
    preemptionPolicy: 'Never',
  });
});

const prefix = 'csi.storage.k8s.io/provisioner-secret';

test('Secrets that a storage class names are the tenant’s own', () => {
  const storageClass = of(
    {},
    { parameters: { type: 'ssd', [`${prefix}-name`]: 'key', [`${prefix}-namespace`]: 'disks' } },
  );
  assert.equal(storageClassObstacle(storageClass), undefined);
  assert.deepEqual(namedByStorageClass(storageClass), [{ kind: 'secrets', key: 'disks/key' }]);
  assert.deepEqual(copyStorageClass(demo, storageClass)['parameters'], {
    type: 'ssd',
    [`${prefix}-name`]: 'key-x-disks-x-demo',
    [`${prefix}-namespace`]: 'sublet-demo',
  });
});

const refused: readonly (readonly [title: string, parameters: JsonObject])[] = [
  ['a Secret’s name alone', { [`${prefix}-name`]: 'key' }],
  ['a Secret’s namespace alone', { [`${prefix}-namespace`]: 'kube-system' }],
  ['a name made from the claim’s', { [`${prefix}-name`]: '${pvc.name}', [`${prefix}-namespace`]: 'disks' }],
  ['a driver’s own way to name a Secret', { adminSecretName: 'ceph', adminSecretNamespace: 'kube-system' }],
  ['a namespace', { pvcNamespace: 'kube-system' }],
];

for (const [title, parameters] of refused)
  test(`a storage class with ${title} is not carried`, () =>
    assert.match(storageClassObstacle(of({}, { parameters })) ?? '', /^its parameter /));
