import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject, ObjectMeta } from '../../api/object.ts';
import { markOn, type On } from '../../api/side.ts';
import { originOfCopy, placeOf } from '../../translate/marks.ts';
import type { OwnMarks } from '../../translate/nodes/own-marks.ts';
import { copyPod } from '../../translate/pods/pod.ts';
import { tokenSecret } from '../../translate/pods/tokens.ts';
import type { Action } from '../action.ts';
import type { Observed, View } from '../synced-kind.ts';
import { viewOf as view } from '../view.test-double.ts';
import { pods } from './pods.ts';

const now = Date.UTC(2030, 0, 1);
const place = placeOf({ tenant: 'demo', hostNamespace: 'sublet-demo' });

type Change = { readonly metadata?: ObjectMeta; readonly spec?: JsonObject; readonly status?: JsonObject };

function tenantPod({ metadata, spec, status }: Change = {}): On<'tenant', KubeObject> {
  return markOn('tenant', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'default', uid: 'u1', resourceVersion: '7', ...metadata },
    spec: { containers: [{ name: 'web', image: 'web:1' }], ...spec },
    status: { phase: 'Pending', ...status },
  });
}

function hostPod(of: On<'tenant', KubeObject>, { metadata, spec, status }: Change = {}): On<'host', KubeObject> {
  const copy = copyPod(view(), of);
  return markOn('host', {
    ...copy,
    metadata: { ...copy.metadata, uid: 'h1', resourceVersion: '3', ...metadata },
    spec: { ...(copy['spec'] as JsonObject), ...spec },
    status: { phase: 'Pending', ...status },
  });
}

function plan(tenant: On<'tenant', KubeObject> | undefined, host?: On<'host', KubeObject>, change?: Partial<View>) {
  const observed: Observed = { tenant, host, origin: host && originOfCopy(place, host) };
  return pods.plan('default/web', observed, view(change));
}

/** What matters of an action, in a few words. */
function brief(action: Action): string {
  switch (action.type) {
    case 'create-host':
    case 'create-tenant':
    case 'update-host':
      return `${action.type} ${action.object.metadata.name}`;
    case 'patch-host':
      return `patch-host ${action.subresource} ${JSON.stringify(action.patch)}`;
    case 'delete-host':
      return `delete-host ${action.gvr.resource} ${action.name} ${action.uid} grace=${action.gracePeriodSeconds}`;
    case 'delete-tenant':
      return `delete-tenant ${action.uid} grace=${action.gracePeriodSeconds}`;
    case 'bind-tenant-pod':
      return `bind ${action.uid} to ${action.node}`;
    case 'write-tokens':
      return `write-tokens ${action.tokens.map(({ key }) => key).join()}`;
    case 'update-tenant':
    case 'update-tenant-status':
      return `${action.type} ${JSON.stringify(action.object['status'])}`;
  }
}

const running = { phase: 'Running', startTime: '2030-01-01T00:00:00Z' };
const deletion = { deletionTimestamp: '2030-01-01T00:00:30Z', deletionGracePeriodSeconds: 30 };
const bound = { spec: { nodeName: 'node-1' } };
const pod = tenantPod();
const boundPod = tenantPod({ ...bound, status: running });
const hostName = 'web-x-default-x-demo';

const unschedulable = (message: string): Change => ({
  status: { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }] },
});
const noPort =
  "0/3 nodes are available: 1 node(s) didn't have free ports for the requested pod ports, 2 node(s) didn't match Pod's node affinity/selector.";

const cases: readonly [
  title: string,
  tenant: On<'tenant', KubeObject> | undefined,
  host: On<'host', KubeObject> | undefined,
  actions: readonly string[],
][] = [
  ['a new pod is created on the host', pod, undefined, [`create-host ${hostName}`]],
  ['one that waits for its gates is not', tenantPod({ spec: { schedulingGates: [{ name: 'wait' }] } }), undefined, []],
  ['in sync, nothing is done', pod, hostPod(pod), []],
  ['the host’s choice of a node is told to the tenant', pod, hostPod(pod, bound), ['bind u1 to node-1']],
  [
    'status comes back',
    tenantPod(bound),
    hostPod(tenantPod(), { ...bound, status: running }),
    [`update-tenant-status ${JSON.stringify(running)}`],
  ],
  [
    'a copy that goes before it had a node is waited for',
    pod,
    hostPod(pod, { metadata: { ...deletion, deletionGracePeriodSeconds: 0 } }),
    [],
  ],
  [
    'a new label goes to the host',
    tenantPod({ metadata: { labels: { a: 'b' } } }),
    hostPod(pod),
    [`update-host ${hostName}`],
  ],
  [
    'a copy of an earlier pod of that name goes first',
    tenantPod({ metadata: { uid: 'u2' } }),
    hostPod(pod),
    [`delete-host pods ${hostName} h1 grace=undefined`],
  ],
  [
    'a pod that was scheduled and whose copy is gone has lived',
    tenantPod({ ...bound, status: { conditions: [{ type: 'PodScheduled', status: 'True' }] } }),
    undefined,
    ['delete-tenant u1 grace=0'],
  ],
  [
    'one that has ended but for its finalizers is left to them',
    tenantPod({
      ...bound,
      metadata: { ...deletion, deletionGracePeriodSeconds: 0, finalizers: ['hold'] },
      status: { phase: 'Failed' },
    }),
    undefined,
    [],
  ],
  [
    'and they are told that it has ended, should nobody have said so',
    tenantPod({
      ...bound,
      metadata: { ...deletion, deletionGracePeriodSeconds: 0, finalizers: ['hold'] },
      status: { ...running, containerStatuses: [{ name: 'web', state: { running: {} } }] },
    }),
    undefined,
    [
      `update-tenant-status ${JSON.stringify({
        ...running,
        phase: 'Failed',
        containerStatuses: [
          {
            name: 'web',
            state: {
              terminated: {
                reason: 'ContainerStatusUnknown',
                message: 'The container could not be located when the pod was terminated',
                exitCode: 137,
              },
            },
            ready: false,
          },
        ],
      })}`,
    ],
  ],
  [
    'an end that a crash interrupted is finished',
    tenantPod({ ...bound, metadata: { ...deletion, deletionGracePeriodSeconds: 0 } }),
    undefined,
    ['delete-tenant u1 grace=0'],
  ],
  [
    'one whose owner chose a node that has no room is refused, as the node itself would',
    tenantPod(bound),
    hostPod(tenantPod(bound), unschedulable(noPort)),
    [
      `update-tenant-status ${JSON.stringify({
        phase: 'Failed',
        ...unschedulable(noPort).status,
        reason: 'NodePorts',
        message: `Pod was rejected: Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports`,
      })}`,
    ],
  ],
  [
    'it waits where a node of its own choice is merely not open to it',
    tenantPod({ ...bound, ...unschedulable('0/3 nodes are available: 3 node(s) were unschedulable.') }),
    hostPod(tenantPod(bound), unschedulable('0/3 nodes are available: 3 node(s) were unschedulable.')),
    [],
  ],
  [
    'what has ended in the tenant does not run on',
    tenantPod({ ...bound, status: { phase: 'Failed' } }),
    hostPod(pod, { ...bound, status: running }),
    [`delete-host pods ${hostName} h1 grace=undefined`],
  ],
  [
    'nor is it told twice to end',
    tenantPod({ ...bound, status: { phase: 'Failed' } }),
    hostPod(pod, { ...bound, metadata: deletion, status: running }),
    [],
  ],
  ['one whose owner chose the node is still to be started', tenantPod(bound), undefined, [`create-host ${hostName}`]],
  [
    'a second copy of a pod that was on another node goes, and the pod',
    boundPod,
    hostPod(pod, { spec: { nodeName: 'node-2' } }),
    [`delete-host pods ${hostName} h1 grace=undefined`, 'delete-tenant u1 grace=0'],
  ],
  ['a copy without an original goes', undefined, hostPod(pod), [`delete-host pods ${hostName} h1 grace=undefined`]],
  [
    'a deletion in the tenant goes to the host with its grace period',
    tenantPod({ ...bound, metadata: deletion }),
    hostPod(pod, bound),
    [`delete-host pods ${hostName} h1 grace=30`],
  ],
  [
    'a shorter grace period is passed on',
    tenantPod({ ...bound, metadata: { ...deletion, deletionGracePeriodSeconds: 5 } }),
    hostPod(pod, { ...bound, metadata: deletion }),
    [`delete-host pods ${hostName} h1 grace=5`],
  ],
  [
    'a deletion on the host goes to the tenant',
    boundPod,
    hostPod(pod, { ...bound, metadata: deletion, status: running }),
    ['delete-tenant u1 grace=30'],
  ],
  [
    'both know: the host’s kubelet takes its time',
    tenantPod({ ...bound, metadata: deletion }),
    hostPod(pod, { ...bound, metadata: deletion }),
    [],
  ],
  [
    'the copy is gone after a deletion: so is the pod',
    tenantPod({ ...bound, metadata: deletion }),
    undefined,
    ['delete-tenant u1 grace=0'],
  ],
  ['a pod that ran and whose copy is gone is not started again', boundPod, undefined, ['delete-tenant u1 grace=0']],
  [
    'a finished pod stays when its copy is cleaned away',
    tenantPod({ ...bound, status: { phase: 'Succeeded', startTime: '2030-01-01T00:00:00Z' } }),
    undefined,
    [],
  ],
];

for (const [title, tenant, host, actions] of cases) {
  test(title, () => assert.deepEqual(plan(tenant, host).actions.map(brief), actions));
}

const withToken = tenantPod({
  spec: {
    volumes: [
      { name: 'token', projected: { sources: [{ serviceAccountToken: { path: 'token', expirationSeconds: 600 } }] } },
    ],
  },
});

function secret(renewAt: number, uid = 'u1'): On<'host', KubeObject> {
  const of = markOn('tenant', { ...withToken, metadata: { ...withToken.metadata, uid } });
  const made = tokenSecret(place, of, { 'token.0': 'jwt' }, renewAt);
  return markOn('host', { ...made, metadata: { ...made.metadata, uid: 's1' } });
}

test('tokens are on the host before the pod', () => {
  assert.deepEqual(plan(withToken).actions.map(brief), ['write-tokens token.0', `create-host ${hostName}`]);
});

test('tokens that are fresh are left alone, and looked at again in time', () => {
  const { actions, requeueAfterMs } = plan(withToken, undefined, { tokenSecret: () => secret(now + 60_000) });
  assert.deepEqual(actions.map(brief), [`create-host ${hostName}`]);
  const later = plan(withToken, hostPod(withToken), { tokenSecret: () => secret(now + 60_000) });
  assert.deepEqual(later, { actions: [], requeueAfterMs: 60_000 });
  assert.equal(requeueAfterMs, undefined);
});

test('tokens that are due, or of an earlier pod of that name, are renewed', () => {
  for (const stale of [secret(now - 1), secret(now + 60_000, 'u0')]) {
    const { actions } = plan(withToken, hostPod(withToken), { tokenSecret: () => stale });
    assert.deepEqual(actions.map(brief), ['write-tokens token.0']);
  }
});

test('tokens that somebody took out of their Secret are put back', () => {
  const emptied = markOn('host', { ...secret(now + 60_000), data: {} });
  const { actions } = plan(withToken, hostPod(withToken), { tokenSecret: () => emptied });
  assert.deepEqual(actions.map(brief), ['write-tokens token.0']);
});

test('a Secret of somebody’s under that name is neither written nor deleted', () => {
  const { metadata } = secret(now);
  const foreign = markOn('host', { ...secret(now), metadata: { ...metadata, annotations: {} } });
  const [action] = plan(withToken, hostPod(withToken), { tokenSecret: () => foreign }).actions;
  assert.ok(action?.type === 'write-tokens');
  // As one that is not there: to create it fails.
  assert.equal(action.secret, undefined);
  assert.deepEqual(plan(undefined, undefined, { tokenSecret: () => foreign }).actions, []);
});

test('a pod that asks for what the host can’t give is not started without it, and its owner is told', () => {
  const claims = tenantPod({ spec: { resourceClaims: [{ name: 'gpu', resourceClaimName: 'gpu' }] } });
  const { actions, refusal } = plan(claims);
  assert.deepEqual(actions, []);
  assert.match(refusal ?? '', /resource claims/);
});

test('tokens of an earlier pod of that name go where this one has none, or waits', () => {
  const gated = tenantPod({ spec: { schedulingGates: [{ name: 'wait' }] } });
  const deletion = `delete-host secrets ${secret(now).metadata.name} s1 grace=undefined`;
  const before = secret(now + 60_000, 'u0');
  assert.deepEqual(plan(gated, undefined, { tokenSecret: () => before }).actions.map(brief), [deletion]);
  assert.deepEqual(plan(pod, hostPod(pod), { tokenSecret: () => before }).actions.map(brief), [deletion]);
  assert.deepEqual(plan(pod, hostPod(pod), { tokenSecret: () => secret(now) }).actions, []);
});

test('when the pod is gone on both sides, its tokens go', () => {
  const { actions } = plan(undefined, undefined, { tokenSecret: () => secret(now) });
  assert.deepEqual(actions.map(brief), [`delete-host secrets ${secret(now).metadata.name} s1 grace=undefined`]);
});

test('what a plan says is done, another plan finds done', () => {
  const [create] = plan(pod).actions;
  assert.ok(create?.type === 'create-host');
  const made = markOn('host', {
    ...create.object,
    metadata: { ...create.object.metadata, uid: 'h1' },
    status: { phase: 'Pending' },
  });
  assert.deepEqual(plan(pod, made).actions, []);
});

test('a pod whose copy was seen on a node and then gone is over, though the tenant has heard nothing of it', () => {
  const hasEnded = () => true;
  assert.deepEqual(plan(pod, undefined, { hasEnded }).actions.map(brief), ['delete-tenant u1 grace=0']);
  assert.deepEqual(plan(pod, hostPod(pod), { hasEnded }).actions.map(brief), [
    `delete-host pods ${hostName} h1 grace=undefined`,
    'delete-tenant u1 grace=0',
  ]);
  const finished = tenantPod({ ...bound, status: { ...running, phase: 'Succeeded' } });
  assert.deepEqual(plan(finished, undefined, { hasEnded }).actions, []);
});

test('who holds a pod is told how its copy ended, as far as it was seen', () => {
  const held = tenantPod({
    ...bound,
    metadata: { ...deletion, deletionGracePeriodSeconds: 0, finalizers: ['hold'] },
    status: running,
  });
  const ended = hostPod(pod, { ...bound, status: { ...running, phase: 'Succeeded' } });
  const [action] = plan(held, undefined, { hasEnded: () => true, lastCopy: () => ended }).actions;
  assert.equal(action && brief(action), `update-tenant-status ${JSON.stringify({ ...running, phase: 'Succeeded' })}`);
});

test('a pod whose copy was made a moment ago is waited for, not made again', () => {
  const isOnItsWay = () => true;
  assert.deepEqual(plan(pod, undefined, { isOnItsWay }).actions, []);
  assert.ok(plan(pod, undefined, { isOnItsWay }).requeueAfterMs);
  assert.deepEqual(plan(pod, hostPod(pod, bound), { isOnItsWay }).actions.map(brief), ['bind u1 to node-1']);
});

test('a pod is bound when the tenant sees the node, not before', () => {
  const copy = hostPod(pod, bound);
  assert.deepEqual(plan(pod, copy, { isShown: () => false }).actions.map(brief), []);
  assert.deepEqual(plan(pod, copy, { isShown: (node) => node === 'node-1' }).actions.map(brief), ['bind u1 to node-1']);
});

const tainted: OwnMarks = {
  name: 'node-2',
  labels: {},
  hostLabels: {},
  taints: [{ key: 'mine', effect: 'NoSchedule' }],
};
const nodeTerms = { marked: [tainted], within: [] };

test('a copy without a node is made anew when the tenant has made something else of its nodes, unless it just got one', () => {
  const [action] = plan(pod, hostPod(pod), { nodeTerms }).actions;
  assert.deepEqual(action, {
    type: 'delete-host',
    gvr: { group: '', version: 'v1', resource: 'pods' },
    name: hostName,
    uid: 'h1',
    resourceVersion: '3',
  });
  const asked = copyPod(view({ nodeTerms }), pod);
  const waiting = { metadata: { ...asked.metadata, uid: 'h1' } };
  assert.deepEqual(plan(pod, hostPod(pod, waiting), { nodeTerms }).actions, []);
  assert.equal(plan(pod, hostPod(pod, waiting)).actions[0]?.type, 'delete-host');
});

test('a copy that has a node, or that somebody on the host holds, stays as it is', () => {
  assert.deepEqual(plan(tenantPod(bound), hostPod(tenantPod(), bound), { nodeTerms }).actions, []);
  const held = hostPod(pod, { metadata: { finalizers: ['host/holds'] } });
  assert.ok(plan(pod, held, { nodeTerms }).actions.every(({ type }) => type !== 'delete-host'));
});
