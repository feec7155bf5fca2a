import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject, ObjectMeta } from '../api/object.ts';
import { markOn, type On } from '../api/side.ts';
import type { Image } from '../translate/mirrors/image.ts';
import { plainImage } from '../translate/mirrors/image.ts';
import { mirrorOf } from '../translate/mirrors/mirror.ts';
import { mirrorOfNode } from '../translate/nodes/node-mirror.ts';
import { pseudoNode } from '../translate/nodes/pseudo-node.ts';
import type { Action } from './action.ts';
import { planMirror } from './mirror-plan.ts';
import { nodes } from './mirrors/nodes.ts';
import { defineMirroredKind, type MirrorView } from './mirrored-kind.ts';

const now = Date.parse('2026-01-01T00:00:00Z');
const figures = { capacity: { cpu: '4' }, kubeletVersion: 'v1.36.3', architecture: 'amd64' };

const classes = defineMirroredKind({
  gvr: { group: 'example.com', version: 'v1', resource: 'classes' },
  kind: 'Class',
  image: plainImage,
});

function image(change: { labels?: Record<string, string>; uid?: string; speed?: string } = {}): Image {
  const { labels = { tier: 'gold' }, uid = 'h1', speed = 'fast' } = change;
  const source = { apiVersion: 'example.com/v1', kind: 'Class', metadata: { name: 'a', uid, labels }, speed };
  return plainImage(markOn('host', source));
}

/** As the tenant's API server has stored it. */
function stored(of: Image | undefined, metadata: ObjectMeta = {}): On<'tenant', KubeObject> {
  const object = of
    ? mirrorOf(undefined, of)
    : { apiVersion: 'example.com/v1', kind: 'Class', metadata: { name: 'a' } };
  const meta = { ...object.metadata, uid: 't1', resourceVersion: '5', ...metadata };
  return markOn('tenant', { ...object, metadata: meta });
}

function brief(action: Action): string {
  switch (action.type) {
    case 'create-tenant':
    case 'update-tenant':
      return `${action.type} ${JSON.stringify(action.object['speed'])} ${JSON.stringify(action.object.metadata.labels)}`;
    case 'delete-tenant':
      return `${action.type} ${action.ref.name} ${action.uid}`;
    case 'create-host':
    case 'update-host':
    case 'patch-host':
    case 'delete-host':
    case 'update-tenant-status':
    case 'bind-tenant-pod':
    case 'write-tokens':
      return action.type;
  }
}

const gold = '{"tier":"gold"}';
const others = stored(image(), { labels: { tier: 'gold', mine: '1' } });
const renamed = stored(image(), { name: 'b' });

const cases: readonly [
  title: string,
  current: On<'tenant', KubeObject> | undefined,
  image: Image | undefined,
  actions: readonly string[],
][] = [
  ['what is to be seen is made', undefined, image(), [`create-tenant "fast" ${gold}`]],
  ['what is as it should be is left alone', stored(image()), image(), []],
  [
    'what has changed on the host is brought up to date',
    stored(image()),
    image({ speed: 'slow' }),
    [`update-tenant "slow" ${gold}`],
  ],
  [
    'so are labels, without those that the tenant added',
    others,
    image({ labels: {} }),
    ['update-tenant "fast" {"mine":"1"}'],
  ],
  ['a label of the tenant’s own is no reason to write', others, image(), []],
  ['what is no longer to be seen goes', stored(image()), undefined, ['delete-tenant a t1']],
  ['what was made anew on the host is made anew', stored(image()), image({ uid: 'h2' }), ['delete-tenant a t1']],
  ['what somebody made himself stays', stored(undefined), image(), []],
  ['even when the host has nothing of the name', stored(undefined), undefined, []],
  ['a copy of it under another name is somebody’s own', renamed, undefined, []],
  [
    'a note that can’t be read is none',
    stored(image(), { annotations: { 'sublet.dev/mirrored': '{' } }),
    undefined,
    [],
  ],
  [
    'what is being deleted is left to its finalizers',
    stored(image(), { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['x'] }),
    image({ speed: 'slow' }),
    [],
  ],
  ['nothing on either side', undefined, undefined, []],
];

for (const [title, current, wanted, actions] of cases) {
  test(title, () => assert.deepEqual(planMirror(classes, current, wanted, now).actions.map(brief), actions));
}

test('who made something of the name that the host has is told, and keeps it', () => {
  const { actions, refusal } = planMirror(classes, stored(undefined), image(), now);
  assert.deepEqual(actions, []);
  assert.match(refusal ?? '', /this object is in its place/);
  assert.equal(planMirror(classes, stored(undefined), undefined, now).refusal, undefined);
});

test('a note with hostile keys is read as what it is', () => {
  const note = '{"name":"a","keys":{"__proto__":["polluted"],"labels":[1,"tier"],"annotations":"x"}}';
  const current = stored(image(), { annotations: { 'sublet.dev/mirrored': note } });
  const [action] = planMirror(classes, current, image({ labels: {} }), now).actions;
  assert.deepEqual(action && brief(action), 'update-tenant "fast" undefined');
  assert.equal(Reflect.get({}, 'polluted'), undefined);
});

test('a node of the host that is in use but can’t be seen has a stand-in', () => {
  assert.equal(nodes.standIn?.('n1', viewOf()), undefined);
  const [action] = planMirror(nodes, undefined, nodes.standIn?.('n1', viewOf(pod('web'))), now).actions;
  assert.equal(action?.type, 'create-tenant');
  assert.match(JSON.stringify(action), /10\.0\.0\.1/);
});

test('pods of DaemonSets don’t hold a node; they go after it', () => {
  const daemons = [pod('agent', daemonSet), pod('gone', daemonSet, '2026-01-01T00:00:00Z')];
  assert.ok(nodes.standIn?.('n1', viewOf(...daemons, pod('web'))));
  const view = viewOf(...daemons);
  assert.equal(nodes.standIn?.('n1', view), undefined);
  const along = nodes.goesAlong?.('n1', view);
  const node = markOn('tenant', {
    ...mirrorOfNode(undefined, pseudoNode({ name: 'n1', hostIps: [] }, figures), now),
  });
  node.metadata.uid = 't1';
  const agent = 'delete-tenant agent agent-uid';
  assert.deepEqual(planMirror(nodes, node, undefined, now, along).actions.map(brief), ['delete-tenant n1 t1', agent]);
  // A crash between the two is made good.
  assert.deepEqual(planMirror(nodes, undefined, undefined, now, along).actions.map(brief), [agent]);
});

const daemonSet = { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'agent', uid: 'd1', controller: true };

function pod(name: string, owner?: typeof daemonSet, deletionTimestamp?: string): On<'tenant', KubeObject> {
  const metadata: ObjectMeta = {
    name,
    namespace: 'default',
    uid: `${name}-uid`,
    ...(owner ? { ownerReferences: [owner] } : {}),
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
  };
  return markOn('tenant', { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [], nodeName: 'n1' } });
}

function viewOf(...there: readonly On<'tenant', KubeObject>[]): MirrorView {
  return { now, figures, hasNamespace: () => true, podsOn: () => ({ pods: () => there, hostIps: () => ['10.0.0.1'] }) };
}
