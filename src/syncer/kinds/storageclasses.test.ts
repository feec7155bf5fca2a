import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { markOn, nameOn, type On } from '../../api/side.ts';
import { clusterHostName, originOfClusterCopy } from '../../translate/cluster-copies.ts';
import { viewOf } from '../view.test-double.ts';
import { persistentvolumeclaims } from './persistentvolumeclaims.ts';
import { priorityclasses } from './priorityclasses.ts';
import { storageclasses } from './storageclasses.ts';

const view = viewOf();
const fast = { provisioner: 'disks.example', reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' };

function own(kind: string, more: JsonObject, metadata: JsonObject = {}) {
  return markOn('tenant', { apiVersion: 'v1', kind, metadata: { name: 'gold', uid: 'u1', ...metadata }, ...more });
}

function planned(
  kind: typeof storageclasses,
  tenant: On<'tenant', KubeObject> | undefined,
  host?: On<'host', KubeObject>,
): readonly string[] {
  const origin = host && originOfClusterCopy(view.place, host);
  const { actions, refusal } = kind.plan('gold', { tenant, host, origin }, view);
  const done = actions.map((action) =>
    action.type === 'delete-host' ? `${action.type} ${action.name} ${action.clusterScoped}` : action.type,
  );
  return refusal === undefined ? done : [...done, refusal];
}

function copyOf(kind: typeof storageclasses, tenant: On<'tenant', KubeObject>, more: JsonObject = {}) {
  const [made] = kind.plan('gold', { tenant, host: undefined, origin: undefined }, view).actions;
  assert.equal(made?.type, 'create-host');
  return markOn('host', { ...made.object, metadata: { ...made.object.metadata, uid: 'h1' }, ...more });
}

const mirrored = { annotations: { 'sublet.dev/mirrored': '{"name":"gold","uid":"h9"}' } };
const storage = own('StorageClass', fast);
const priority = own('PriorityClass', { value: 5, description: 'd' });
const removed = 'delete-host gold-x-sublet-demo-x-demo true';

const cases: readonly [title: string, expected: readonly string[], ...args: Parameters<typeof planned>][] = [
  ['a storage class goes to the host', ['create-host'], storageclasses, storage],
  ['in sync, nothing is done', [], storageclasses, storage, copyOf(storageclasses, storage)],
  [
    'what may change is changed',
    ['update-host'],
    storageclasses,
    own('StorageClass', { ...fast, allowVolumeExpansion: true }),
    copyOf(storageclasses, storage),
  ],
  [
    'what may not is made anew',
    [removed],
    storageclasses,
    storage,
    copyOf(storageclasses, storage, { provisioner: 'other.example' }),
  ],
  ['its copy goes with it', [removed], storageclasses, undefined, copyOf(storageclasses, storage)],
  ['what the tenant sees of its host is not carried back', [], storageclasses, own('StorageClass', fast, mirrored)],
  [
    'one that names a Secret of a driver’s own is refused',
    ["its parameter secretNamespace can't be carried there"],
    storageclasses,
    own('StorageClass', { ...fast, parameters: { secretNamespace: 'kube-system' } }),
  ],
  ['a priority class goes to the host', ['create-host'], priorityclasses, priority],
  ['and is left alone there', [], priorityclasses, priority, copyOf(priorityclasses, priority)],
  ['one of the system does not', [], priorityclasses, own('PriorityClass', { value: 1 }, { name: 'system-x' })],
];

for (const [title, expected, ...args] of cases) test(title, () => assert.deepEqual(planned(...args), expected));

const claim = markOn('tenant', {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data', namespace: 'shop', uid: 'u2' },
  spec: { storageClassName: 'gold' },
});
const ownName = clusterHostName(view.place, nameOn('tenant', 'gold'));

const claims = [
  ['of the tenant’s own class asks for its copy', ownName, undefined, ownName],
  ['of a class that the tenant sees of its host asks for that', false, true, 'gold'],
  ['of no class that there is waits, and is told so', false, undefined, undefined],
  ['of one that is hidden waits, too', undefined, false, undefined],
  ['where no classes are carried and none are hidden, the host decides', undefined, undefined, 'gold'],
] as const;

for (const [title, ownOnHost, seen, expected] of claims)
  test(`a claim ${title}`, () => {
    const { actions, refusal } = persistentvolumeclaims.plan(
      'shop/data',
      { tenant: claim, host: undefined, origin: undefined },
      viewOf({ ownOnHost: () => ownOnHost, seenFromHost: () => seen }),
    );
    const [made] = actions;
    if (expected === undefined) assert.match(refusal ?? '', /no storage class gold/);
    else assert.ok(made?.type === 'create-host' && JSON.stringify(made.object['spec']).includes(`"${expected}"`));
  });
