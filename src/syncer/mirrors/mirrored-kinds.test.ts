import assert from 'node:assert/strict';
import { test } from 'node:test';
import { markOn } from '../../api/side.ts';
import { noteOf } from '../../translate/mirrors/note.ts';
import { planMirror } from '../mirror-plan.ts';
import { mirroredKinds } from './mirrored-kinds.ts';

const nothingHidden: ReadonlySet<string> = new Set();

function source(kind: string, group: string, name: string, fields: object) {
  const metadata = {
    name,
    uid: 'h1',
    resourceVersion: '9',
    labels: { tier: 'gold' },
    annotations: { 'storageclass.kubernetes.io/is-default-class': 'true', 'sublet.dev/own': 'x' },
    ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'n', uid: 'u' }],
    finalizers: ['host/finalizer'],
  };
  return markOn('host', { apiVersion: `${group}/v1`, kind, metadata, ...fields });
}

const cases: readonly [plural: string, kind: string, group: string, fields: object][] = [
  ['storageclasses', 'StorageClass', 'storage.k8s.io', { provisioner: 'x', parameters: { a: 'b' } }],
  ['csidrivers', 'CSIDriver', 'storage.k8s.io', { spec: { attachRequired: false } }],
  ['ingressclasses', 'IngressClass', 'networking.k8s.io', { spec: { controller: 'example.com/x' } }],
  ['runtimeclasses', 'RuntimeClass', 'node.k8s.io', { handler: 'kata', overhead: { podFixed: { cpu: '1' } } }],
  ['priorityclasses', 'PriorityClass', 'scheduling.k8s.io', { value: 7, preemptionPolicy: 'Never' }],
];

for (const [plural, kind, group, fields] of cases) {
  test(`${plural} are seen as the host has them, but for who owns and holds them there`, () => {
    const mirrored = mirroredKinds.find(({ gvr }) => gvr.resource === plural);
    assert.ok(mirrored);
    assert.deepEqual(mirrored.gvr, { group, version: 'v1', resource: plural });
    const image = mirrored.image(source(kind, group, 'gold', fields), nothingHidden);
    const [action] = planMirror(mirrored, undefined, image, 0).actions;
    assert.ok(action?.type === 'create-tenant');
    const { metadata, ...rest } = action.object;
    assert.deepEqual(rest, { apiVersion: `${group}/v1`, kind, ...fields });
    assert.deepEqual(Object.keys(metadata).toSorted(), ['annotations', 'labels', 'name']);
    assert.deepEqual(Object.keys(metadata.annotations ?? {}), [
      'storageclass.kubernetes.io/is-default-class',
      'sublet.dev/mirrored',
    ]);
    assert.equal(noteOf(action.object)?.uid, 'h1');
    assert.deepEqual(planMirror(mirrored, action.object, image, 0).actions, []);
  });
}

test('priority classes of the system are never seen', () => {
  const mirrored = mirroredKinds.find(({ gvr }) => gvr.resource === 'priorityclasses');
  const critical = source('PriorityClass', 'scheduling.k8s.io', 'system-node-critical', { value: 2e9 });
  assert.equal(mirrored?.image(critical, nothingHidden), undefined);
});
