import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asReplicaSet, type ReplicaSet } from '../replicaset/replica-set.ts';
import { asDeployment } from './deployment.ts';
import { scaleDownOld } from './rolling.ts';

function set(name: string, replicas: number, availableReplicas: number): ReplicaSet {
  const metadata = { name, namespace: 'one', uid: name, creationTimestamp: '2030-01-01T00:00:00Z' };
  return asReplicaSet({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata,
    spec: { replicas, selector: { matchLabels: { app: 'web' } }, template: {} },
    status: { replicas: availableReplicas, availableReplicas },
  });
}

/** Of four pods at most one may be missing, and one may be more. */
const deployment = asDeployment({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'one', uid: 'd', generation: 1 },
  spec: {
    replicas: 4,
    selector: { matchLabels: { app: 'web' } },
    template: {},
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } },
  },
});

const cases: Readonly<
  Record<
    string,
    { readonly old: readonly ReplicaSet[]; readonly current: ReplicaSet; readonly sizes: readonly string[] }
  >
> = {
  'healthy ones as far as availability allows': {
    old: [set('old', 4, 4)],
    current: set('new', 1, 0),
    sizes: ['old 3'],
  },
  'unhealthy ones first': {
    old: [set('bad', 2, 0), set('old', 3, 3)],
    current: set('new', 0, 0),
    sizes: ['bad 0'],
  },
  'a new set that still reports pods which it has lost stands for no more than its size': {
    old: [set('old', 4, 0)],
    current: set('new', 1, 4),
    sizes: ['old 2'],
  },
  'an old set that still reports pods which it has lost, too': {
    old: [set('shrunk', 1, 4), set('old', 3, 3)],
    current: set('new', 1, 1),
    sizes: ['old 1'],
  },
};

for (const [name, { old, current, sizes }] of Object.entries(cases)) {
  test(`old sets shrink: ${name}`, () => {
    const scalings = scaleDownOld(deployment, old, current);
    assert.deepEqual(
      scalings.map(({ set: { metadata }, replicas }) => `${metadata.name} ${replicas}`),
      sizes,
    );
  });
}
