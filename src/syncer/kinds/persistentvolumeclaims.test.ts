import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject, ObjectMeta } from '../../api/object.ts';
import { markOn, type On } from '../../api/side.ts';
import { copyClaim } from '../../translate/claims.ts';
import { originOfCopy } from '../../translate/marks.ts';
import type { View } from '../synced-kind.ts';
import { viewOf } from '../view.test-double.ts';
import { persistentvolumeclaims } from './persistentvolumeclaims.ts';

const { place } = viewOf();

type Change = { readonly metadata?: ObjectMeta; readonly spec?: JsonObject; readonly status?: JsonObject };

function claim({ metadata, spec, status }: Change = {}): On<'tenant', KubeObject> {
  return markOn('tenant', {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data', namespace: 'shop', uid: 'u1', ...metadata },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
    status: { phase: 'Pending', ...status },
  });
}

function copyOf(of: On<'tenant', KubeObject>, { metadata, spec, status }: Change = {}): On<'host', KubeObject> {
  const copy = copyClaim(place, of);
  return markOn('host', {
    ...copy,
    metadata: { ...copy.metadata, uid: 'h1', resourceVersion: '3', ...metadata },
    spec: { ...(copy['spec'] as JsonObject), ...spec },
    status: { phase: 'Pending', ...status },
  });
}

function plan(tenant: On<'tenant', KubeObject> | undefined, host?: On<'host', KubeObject>, change?: Partial<View>) {
  const observed = { tenant, host, origin: host && originOfCopy(place, host) };
  return persistentvolumeclaims.plan('shop/data', observed, viewOf(change));
}

/** What is done, and what is told. */
function brief(...args: Parameters<typeof plan>): readonly string[] {
  const { actions, refusal } = plan(...args);
  const done = actions.map((action) => {
    if (action.type === 'delete-host') return `delete-host ${action.name} ${action.uid}`;
    if (!('object' in action)) return action.type;
    const { spec, status } = action.object;
    return `${action.type} ${JSON.stringify(action.type === 'update-tenant-status' ? status : spec)}`;
  });
  return refusal === undefined ? done : [...done, refusal];
}

const spec = '{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}';
const grown = { resources: { requests: { storage: '2Gi' } } };
const bound = {
  metadata: { annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } },
  spec: { volumeName: 'pvc-1' },
};
const given = { phase: 'Bound', accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' } };
const terminating = { deletionTimestamp: '2030-01-01T00:00:00Z', finalizers: ['kubernetes.io/pvc-protection'] };
const condition = (type: string, message = ''): JsonObject => ({ type, status: 'True', message });

const cases: readonly [title: string, done: readonly string[], ...args: Parameters<typeof plan>][] = [
  ['a claim goes to the host, whether or not a pod names it', [`create-host ${spec}`], claim()],
  ['in sync, nothing is done', [], claim(), copyOf(claim())],
  [
    'the volume that the host gave comes back first',
    [`update-tenant ${spec.slice(0, -1)},"volumeName":"pvc-1"}`],
    claim(),
    copyOf(claim(), { spec: { volumeName: 'pvc-1' }, status: given }),
  ],
  [
    'then what the host says of it',
    [`update-tenant-status ${JSON.stringify(given)}`],
    claim(bound),
    copyOf(claim(), { spec: { volumeName: 'pvc-1' }, status: given }),
  ],
  [
    'growth goes to the host, and only that',
    ['update-host {"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"2Gi"}},"volumeName":"pvc-1"}'],
    claim({ ...bound, spec: { ...bound.spec, ...grown }, status: given }),
    copyOf(claim(), { spec: { volumeName: 'pvc-1' }, status: given }),
  ],
  [
    'what the host’s people made larger stays',
    [],
    claim({ ...bound, status: given }),
    copyOf(claim(), { spec: { ...grown, volumeName: 'pvc-1' }, status: given }),
  ],
  [
    'conditions of the host come and go, in the tenant’s words; those of the tenant’s own stay',
    [
      `update-tenant-status ${JSON.stringify({ ...given, conditions: [condition('example.com/kept'), condition('Resizing', 'data waits')] })}`,
    ],
    claim({
      ...bound,
      status: { ...given, conditions: [condition('example.com/kept'), condition('FileSystemResizePending')] },
    }),
    copyOf(claim(), {
      spec: { volumeName: 'pvc-1' },
      status: { ...given, conditions: [condition('Resizing', 'data-x-shop-x-demo waits')] },
    }),
  ],
  [
    'one that had a volume and has no copy any more is lost, not begun anew',
    ['update-tenant-status {"phase":"Lost"}'],
    claim({ ...bound, status: given }),
  ],
  ['a lost one stays lost', [], claim({ ...bound, status: { phase: 'Lost' } })],
  ['one that waits for its pods to end keeps its copy', [], claim({ metadata: terminating }), copyOf(claim())],
  ['one that is being deleted is not begun', [], claim({ metadata: terminating })],
  ['one that is gone takes its copy with it', ['delete-host data-x-shop-x-demo h1'], undefined, copyOf(claim())],
  [
    'a copy of an earlier claim of that name goes first',
    ['delete-host data-x-shop-x-demo h1'],
    claim({ metadata: { uid: 'u2' } }),
    copyOf(claim()),
  ],
  [
    'a volume of the host can’t be chosen',
    ["the volume pv-1 is none of the host's; leave volumeName out and the host gives one"],
    claim({ spec: { volumeName: 'pv-1' } }),
  ],
  [
    'a class of the host that the tenant doesn’t see is not for it',
    ['the host has no storage class lead for this tenant'],
    claim({ spec: { storageClassName: 'lead' } }),
    undefined,
    { seenFromHost: () => false },
  ],
  [
    'one that it sees is',
    [`create-host ${spec.slice(0, -1)},"storageClassName":"gold"}`],
    claim({ spec: { storageClassName: 'gold' } }),
    undefined,
    { seenFromHost: () => true },
  ],
  [
    'no class at all is no class that one could see',
    [`create-host ${spec.slice(0, -1)},"storageClassName":""}`],
    claim({ spec: { storageClassName: '' } }),
    undefined,
    { seenFromHost: () => false },
  ],
  [
    'another namespace’s content is not to be had',
    ["a volume can't be filled from another namespace, other"],
    claim({ spec: { dataSourceRef: { kind: 'PersistentVolumeClaim', name: 'data', namespace: 'other' } } }),
  ],
];

for (const [title, done, ...args] of cases) test(title, () => assert.deepEqual(brief(...args), done));

test('a new label goes to the host, the size that it was asked for again doesn’t', () => {
  const host = copyOf(claim(), { spec: grown });
  const [action] = plan(claim({ metadata: { labels: { a: 'b' } } }), host).actions;
  assert.ok(action?.type === 'update-host');
  assert.deepEqual(action.object['spec'], host['spec']);
  assert.equal(action.object.metadata.labels?.['a'], 'b');
  assert.equal(action.object.metadata.resourceVersion, '3');
});

test('a claim looks at the class that it names', () => {
  const [classes] = persistentvolumeclaims.follows ?? [];
  assert.deepEqual(classes?.namedBy(claim({ spec: { storageClassName: 'gold' } })), ['gold']);
});
