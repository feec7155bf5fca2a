import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../api/object.ts';
import { asReplicaSet } from '../replicaset/replica-set.ts';
import { asDeployment } from './deployment.ts';
import { planDeployment } from './plan.ts';

const now = Date.UTC(2030, 0, 1);

function template(image: string) {
  return { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image }] } };
}

function deployment(image: string): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'one', uid: 'd', generation: 2 },
    spec: {
      replicas: 5,
      selector: { matchLabels: { app: 'web' } },
      template: template(image),
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    },
    status: { observedGeneration: 2 },
  };
}

function set(image: string, desired: string): KubeObject {
  const controller = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'd', controller: true };
  const annotations = {
    'deployment.kubernetes.io/desired-replicas': desired,
    'deployment.kubernetes.io/max-replicas': '6',
    'deployment.kubernetes.io/revision': '1',
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: 'web-1',
      namespace: 'one',
      uid: 's',
      labels: { app: 'web' },
      annotations,
      ownerReferences: [controller],
    },
    spec: { replicas: 5, selector: { matchLabels: { app: 'web' } }, template: template(image) },
    status: { replicas: 5, availableReplicas: 5 },
  };
}

function planned(desired: string): string[] {
  const { actions } = planDeployment({
    deployment: asDeployment(deployment('new')),
    sets: [asReplicaSet(set('old', desired))],
    podsOf: () => [],
    now,
  });
  return actions.map((action) => (action.kind === 'update' ? `update ${JSON.stringify(action.spec)}` : action.kind));
}

test('a new size that the only ReplicaSet has already is written down in it', () => {
  assert.equal(planned('6')[0], 'update {}');
});

test('and then the rollout goes on', () => {
  assert.equal(planned('5')[0], 'create');
});
