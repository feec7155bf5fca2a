/** Which pods a StatefulSet makes and deletes, and what it waits for. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { asPod, type Pod } from '../../controller/pod.ts';
import { planPods, type Action } from './plan.ts';
import { asStatefulSet } from './stateful-set.ts';

const now = Date.parse('2030-01-01T00:10:00Z');

type State = 'ready' | 'starting' | 'failed' | 'ending';

/** `2:ready:old` */
function pod(text: string): Pod {
  const [ordinal, state = 'ready', revision = 'new'] = text.split(':');
  const known = (state || 'ready') as State;
  const phase = { ready: 'Running', starting: 'Pending', failed: 'Failed', ending: 'Running' }[known];
  const ready = known === 'ready' || known === 'ending';
  const name = `db-${ordinal}`;
  return asPod({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'demo',
      uid: name,
      labels: {
        'statefulset.kubernetes.io/pod-name': name,
        'apps.kubernetes.io/pod-index': ordinal ?? '',
        'controller-revision-hash': revision,
      },
      ...(known === 'ending' ? { deletionTimestamp: '2030-01-01T00:00:00Z' } : {}),
    },
    spec: { containers: [] },
    status: {
      phase,
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: '2030-01-01T00:00:00Z' }],
    },
  });
}

function planned(spec: JsonObject, pods: string): string {
  const set = asStatefulSet({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db', namespace: 'demo', uid: 'set' },
    spec: { replicas: 3, selector: { matchLabels: {} }, ...rolling({}), ...spec },
    status: { currentReplicas: 3 },
  });
  const actions = planPods({
    set,
    pods: pods === '' ? [] : pods.split(' ').map(pod),
    claimNamed: () => undefined,
    current: { name: 'old', template: {} },
    update: { name: 'new', template: {} },
    now,
  });
  return actions.map(shown).join(' ');
}

function shown(action: Action): string {
  if (action.kind === 'createPod' || action.kind === 'deletePod' || action.kind === 'updatePod') {
    const { metadata } = action.pod as KubeObject;
    const revision = action.kind === 'createPod' ? `:${metadata.labels?.['controller-revision-hash']}` : '';
    return `${action.kind}(${metadata.name}${revision})`;
  }
  return action.kind;
}

const parallel = { podManagementPolicy: 'Parallel' };
const rolling = (rollingUpdate: JsonObject): JsonObject => ({
  updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0, ...rollingUpdate } },
});

const cases: readonly (readonly [name: string, spec: JsonObject, pods: string, actions: string])[] = [
  ['the first pod comes first', {}, '', 'createPod(db-0:new)'],
  ['the next one waits for it', {}, '0:starting', ''],
  ['and comes when it is ready', {}, '0', 'createPod(db-1:new)'],
  ['a hole is filled first', {}, '0 2', 'createPod(db-1:new)'],
  ['ready is not enough where pods must have been so for a while', { minReadySeconds: 3600 }, '0', ''],
  ['a failed pod makes room for a new one', {}, '0 1:failed 2', 'deletePod(db-1)'],
  ['an ending one is waited for', {}, '0 1:ending', ''],
  ['nothing is to be done', {}, '0 1 2', ''],
  ['too many: the highest goes', {}, '0 1 2 3 4', 'deletePod(db-4)'],
  ['too many: an ending one is waited for', {}, '0 1 2 3 4:ending', ''],
  ['too many: not before those that stay are well', {}, '0 1:starting 2 3', ''],
  ['too many: the one that is ill goes, when it is the only one', {}, '0 1 2 3:starting', 'deletePod(db-3)'],
  ['too many: the lowest that is ill is waited for', {}, '0 1 2 3:starting 4:starting', ''],
  ['too many: one that has ended goes before the others', {}, '0 1 2 3:starting 4:failed', 'deletePod(db-4)'],
  ['ordinals may begin elsewhere', { ordinals: { start: 5 } }, '4 5', 'createPod(db-6:new)'],
  ['parallel: all at once', parallel, '1:starting', 'createPod(db-0:new) createPod(db-2:new)'],
  ['parallel: all that are too many at once', parallel, '0 1 2 3 4', 'deletePod(db-4) deletePod(db-3)'],
  ['an update begins at the top', {}, '0::old 1::old 2::old', 'deletePod(db-2)'],
  ['an update goes on below', {}, '0::old 1::old 2', 'deletePod(db-1)'],
  ['an update waits', {}, '0::old 1::old 2:starting', ''],
  ['an update stops at the partition', rolling({ partition: 2 }), '0::old 1::old 2', ''],
  [
    'below the partition, what is missing is made as it was',
    rolling({ partition: 2 }),
    '1::old 2',
    'createPod(db-0:old)',
  ],
  ['nobody updates but who deletes', { updateStrategy: { type: 'OnDelete' } }, '0::old 1::old 2::old', ''],
  ['two may be unavailable', rolling({ maxUnavailable: 2 }), '0::old 1::old 2::old', 'deletePod(db-2) deletePod(db-1)'],
  [
    'a share of them may be',
    rolling({ maxUnavailable: '70%' }),
    '0::old 1::old 2::old',
    'deletePod(db-2) deletePod(db-1)',
  ],
  [
    'one is so already',
    { ...parallel, ...rolling({ maxUnavailable: 2 }) },
    '0::old 1::old 2:starting',
    'deletePod(db-1)',
  ],
];

for (const [name, spec, pods, actions] of cases) {
  test(name, () => assert.equal(planned(spec, pods), actions));
}
