import { deployment, image, replicaSet, richPodSpec, scripted, template } from '../objects.ts';
import type { Scenario } from '../scenario.ts';
import { rolledOut, rolling, running, stuck } from './rollout.ts';

export const deployments: readonly Scenario[] = [
  {
    name: 'deployment: is created',
    async run(stage) {
      await stage.create(deployment('web', { replicas: 3 }));
      await rolledOut(stage);
    },
  },
  {
    name: 'deployment: of a pod with much to it',
    async run(stage) {
      await stage.create(deployment('web', { replicas: 1 }, { podSpec: richPodSpec }));
      await rolledOut(stage);
    },
  },
  {
    name: 'deployment: of no replicas',
    async run(stage) {
      await stage.create(deployment('web', { replicas: 0 }));
      await stage.untilField(
        'Deployment',
        'web',
        'status.conditions[type=Progressing].reason',
        'NewReplicaSetAvailable',
      );
    },
  },
  {
    name: 'deployment: rolls over to another template',
    async run(stage) {
      await stage.create(deployment('web', { replicas: 3 }));
      await rolledOut(stage);
      await stage.patch('Deployment', 'web', image('main:2'));
      await rolledOut(stage);
    },
  },
  {
    name: 'deployment: rolls over in the middle of rolling over',
    async run(stage) {
      await stage.create(deployment('web', { replicas: 3 }));
      await rolledOut(stage);
      await stage.patch('Deployment', 'web', stuck('main:2'));
      await stage.untilField('Deployment', 'web', 'status.updatedReplicas', 1);
      await stage.untilField('Deployment', 'web', 'status.unavailableReplicas', 1);
      await stage.patch('Deployment', 'web', running('main:3'));
      await rolledOut(stage);
    },
  },
  {
    name: 'deployment: goes back to an earlier template',
    async run(stage) {
      await stage.create(deployment('web', { replicas: 2 }));
      await rolledOut(stage);
      for (const next of ['main:2', 'main:3', 'main:1']) {
        await stage.patch('Deployment', 'web', image(next));
        await rolledOut(stage);
      }
    },
  },
  {
    name: 'deployment: goes back by the annotation of old',
    async run(stage) {
      await stage.create(deployment('web', { replicas: 1 }));
      await rolledOut(stage);
      await stage.patch('Deployment', 'web', image('main:2'));
      await rolledOut(stage);
      await stage.patch('Deployment', 'web', {
        metadata: { annotations: { 'deprecated.deployment.rollback.to': '1' } },
      });
      await stage.untilEvent('DeploymentRollback');
      await stage.until('one replica', () => stage.list('Pod').length === 1);
      await rolledOut(stage);
    },
  },
  {
    name: 'deployment: goes back by the annotation of old, to the one before',
    async run(stage) {
      await stage.create(deployment('web', { replicas: 1 }));
      await rolledOut(stage);
      await stage.patch('Deployment', 'web', image('main:2'));
      await rolledOut(stage);
      await stage.patch('Deployment', 'web', {
        metadata: { annotations: { 'deprecated.deployment.rollback.to': '0' } },
      });
      await stage.untilEvent('DeploymentRollback');
      await rolledOut(stage);
    },
  },
  {
    name: 'deployment: goes back by the annotation of old, to none that there is',
    async run(stage) {
      await stage.create(deployment('web', { replicas: 1 }));
      await rolledOut(stage);
      await stage.patch('Deployment', 'web', {
        metadata: { annotations: { 'deprecated.deployment.rollback.to': '7' } },
      });
      await stage.untilEvent('DeploymentRollbackRevisionNotFound');
    },
  },
  {
    name: 'deployment: goes back by the annotation of old, to what it is',
    async run(stage) {
      await stage.create(deployment('web', { replicas: 1 }));
      await rolledOut(stage);
      await stage.patch('Deployment', 'web', {
        metadata: { annotations: { 'deprecated.deployment.rollback.to': '1' } },
      });
      await stage.untilEvent('DeploymentRollbackTemplateUnchanged');
    },
  },
  {
    name: 'deployment: is paused',
    async run(stage) {
      await stage.create(deployment('web', { replicas: 2 }));
      await rolledOut(stage);
      await stage.patch('Deployment', 'web', { spec: { paused: true } });
      await stage.untilField('Deployment', 'web', 'status.conditions[type=Progressing].reason', 'DeploymentPaused');
      await stage.patch('Deployment', 'web', { ...image('main:2') });
      await stage.patch('Deployment', 'web', { spec: { replicas: 4 } });
      await stage.untilPods(4);
      await stage.untilField('Deployment', 'web', 'status.availableReplicas', 4);
    },
  },
  {
    name: 'deployment: is paused and resumed',
    async run(stage) {
      await stage.create(deployment('web', { replicas: 2 }));
      await rolledOut(stage);
      await stage.patch('Deployment', 'web', { spec: { paused: true } });
      await stage.untilField('Deployment', 'web', 'status.conditions[type=Progressing].reason', 'DeploymentPaused');
      await stage.patch('Deployment', 'web', { ...image('main:2') });
      await stage.untilField('Deployment', 'web', 'status.observedGeneration', 3);
      await stage.patch('Deployment', 'web', { spec: { paused: false } });
      await rolledOut(stage);
    },
  },
  {
    name: 'deployment: is created paused',
    async run(stage) {
      await stage.create(deployment('web', { replicas: 2, paused: true }));
      await stage.untilField('Deployment', 'web', 'status.observedGeneration', 1);
    },
  },
  {
    name: 'deployment: Recreate',
    async run(stage) {
      await stage.create(deployment('web', { replicas: 3, strategy: { type: 'Recreate' } }));
      await rolledOut(stage);
      await stage.patch('Deployment', 'web', image('main:2'));
      await rolledOut(stage);
    },
  },
  {
    name: 'deployment: Recreate waits for the last pod of before',
    async run(stage) {
      await stage.create(
        deployment(
          'web',
          { replicas: 2, strategy: { type: 'Recreate' } },
          {
            script: { 'stop-delay': '60s' },
            podSpec: { terminationGracePeriodSeconds: 300 },
          },
        ),
      );
      await rolledOut(stage);
      await stage.patch('Deployment', 'web', image('main:2'));
      await stage.until('two are being deleted', () =>
        stage.list('Pod').every(({ metadata }) => metadata.deletionTimestamp),
      );
      await stage.untilField('Deployment', 'web', 'status.terminatingReplicas', 2);
    },
  },
  {
    name: 'deployment: takes longer than its deadline',
    async run(stage) {
      await stage.create(
        deployment('web', { replicas: 2, progressDeadlineSeconds: 1 }, { script: { 'ready-delay': '1h' } }),
      );
      await stage.untilField(
        'Deployment',
        'web',
        'status.conditions[type=Progressing].reason',
        'ProgressDeadlineExceeded',
      );
    },
  },
  {
    name: 'deployment: takes longer than its deadline, and comes about all the same',
    async run(stage) {
      await stage.create(
        deployment('web', { replicas: 2, progressDeadlineSeconds: 1 }, { script: { 'ready-delay': '1h' } }),
      );
      await stage.untilField(
        'Deployment',
        'web',
        'status.conditions[type=Progressing].reason',
        'ProgressDeadlineExceeded',
      );
      await stage.until('two pods', () => stage.list('Pod').length === 2);
      for (const { metadata } of stage.list('Pod')) {
        await stage.patch('Pod', metadata.name ?? '', { metadata: { annotations: scripted({ 'ready-delay': '0s' }) } });
      }
      await rolledOut(stage);
    },
  },
  {
    name: 'deployment: is scaled in the middle of rolling over',
    async run(stage) {
      await stage.create(deployment('web', { replicas: 10, strategy: rolling(3, 2) }));
      await rolledOut(stage);
      await stage.patch('Deployment', 'web', stuck('main:2'));
      await stage.untilField('Deployment', 'web', 'status.updatedReplicas', 5);
      await stage.untilField('Deployment', 'web', 'status.replicas', 13);
      await stage.untilField('Deployment', 'web', 'status.availableReplicas', 8);
      await stage.patch('Deployment', 'web', { spec: { replicas: 30 } });
      await stage.untilField('Deployment', 'web', 'status.replicas', 33);
    },
  },
  {
    name: 'deployment: is scaled down in the middle of rolling over',
    async run(stage) {
      await stage.create(deployment('web', { replicas: 10, strategy: rolling(3, 2) }));
      await rolledOut(stage);
      await stage.patch('Deployment', 'web', stuck('main:2'));
      await stage.untilField('Deployment', 'web', 'status.replicas', 13);
      await stage.untilField('Deployment', 'web', 'status.availableReplicas', 8);
      await stage.patch('Deployment', 'web', { spec: { replicas: 5 } });
      await stage.untilField('Deployment', 'web', 'status.replicas', 8);
    },
  },
  {
    name: 'deployment: keeps a history of two',
    async run(stage) {
      await stage.create(deployment('web', { replicas: 1, revisionHistoryLimit: 2 }));
      await rolledOut(stage);
      for (const next of ['main:2', 'main:3', 'main:4', 'main:5']) {
        await stage.patch('Deployment', 'web', image(next));
        await rolledOut(stage);
      }
      await stage.until('three replica sets', () => stage.list('ReplicaSet').length === 3);
    },
  },
  {
    name: 'deployment: keeps no history',
    async run(stage) {
      await stage.create(deployment('web', { replicas: 1, revisionHistoryLimit: 0 }));
      await rolledOut(stage);
      await stage.patch('Deployment', 'web', image('main:2'));
      await rolledOut(stage);
      await stage.until('one replica set', () => stage.list('ReplicaSet').length === 1);
    },
  },
  {
    name: 'deployment: surge and unavailability as shares',
    async run(stage) {
      await stage.create(deployment('web', { replicas: 7, strategy: rolling('30%', '40%') }));
      await rolledOut(stage);
      await stage.patch('Deployment', 'web', stuck('main:2'));
      await stage.untilField('Deployment', 'web', 'status.replicas', 10);
      await stage.untilField('Deployment', 'web', 'status.availableReplicas', 5);
    },
  },
  {
    name: 'deployment: no surge',
    async run(stage) {
      await stage.create(deployment('web', { replicas: 3, strategy: rolling(0, 1) }));
      await rolledOut(stage);
      await stage.patch('Deployment', 'web', stuck('main:2'));
      await stage.untilField('Deployment', 'web', 'status.updatedReplicas', 1);
      await stage.untilField('Deployment', 'web', 'status.availableReplicas', 2);
    },
  },
  {
    name: 'deployment: shares that round to nothing',
    async run(stage) {
      await stage.create(deployment('web', { replicas: 1, strategy: rolling('0%', '1%') }));
      await rolledOut(stage);
      await stage.patch('Deployment', 'web', stuck('main:2'));
      await stage.untilField('Deployment', 'web', 'status.updatedReplicas', 1);
    },
  },
  {
    name: 'deployment: is available some seconds after its pods are ready',
    async run(stage) {
      await stage.create(deployment('web', { replicas: 2, minReadySeconds: 2 }));
      await stage.untilField('Deployment', 'web', 'status.readyReplicas', 2);
      await rolledOut(stage);
    },
  },
  {
    name: 'deployment: is not available before its time',
    async run(stage) {
      await stage.create(deployment('web', { replicas: 2, minReadySeconds: 1000, progressDeadlineSeconds: 2000 }));
      await stage.untilField('Deployment', 'web', 'status.readyReplicas', 2);
    },
  },
  {
    name: 'deployment: adopts a replica set',
    async run(stage) {
      await stage.create(replicaSet('web', { replicas: 2 }));
      await stage.untilField('ReplicaSet', 'web', 'status.availableReplicas', 2);
      await stage.create(deployment('web', { replicas: 2 }));
      await rolledOut(stage);
    },
  },
  {
    name: 'deployment: adopts a replica set of another template',
    async run(stage) {
      await stage.create(replicaSet('web', { replicas: 2 }, { image: 'main:0' }));
      await stage.untilField('ReplicaSet', 'web', 'status.availableReplicas', 2);
      await stage.create(deployment('web', { replicas: 2 }));
      await rolledOut(stage);
    },
  },
  {
    name: 'deployment: releases a replica set whose labels have changed',
    async run(stage) {
      await stage.create(deployment('web', { replicas: 1 }));
      await rolledOut(stage);
      const [old] = stage.list('ReplicaSet');
      await stage.patch('ReplicaSet', old?.metadata.name ?? '', { metadata: { labels: { app: 'other' } } });
      await stage.untilField('ReplicaSet', old?.metadata.name ?? '', 'metadata.ownerReferences', undefined);
    },
    // It makes names anew until one is free.
    countsVary: true,
  },
  {
    name: 'deployment: a replica set has its name already',
    async run(stage) {
      await stage.create(deployment('web', { replicas: 1 }));
      await rolledOut(stage);
      const name = stage.list('ReplicaSet')[0]?.metadata.name ?? '';
      await stage.remove('Deployment', 'web');
      await stage.untilGone('ReplicaSet', name);
      await stage.until('no pods', () => stage.list('Pod').length === 0);
      await stage.create({
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        metadata: { name },
        spec: { replicas: 0, selector: { matchLabels: { app: 'other' } }, template: template('other') },
      });
      await stage.create(deployment('web', { replicas: 1 }));
      await rolledOut(stage);
      await stage.untilField('Deployment', 'web', 'status.collisionCount', 1);
    },
  },
  {
    name: 'deployment: is deleted in the background',
    async run(stage) {
      await stage.create(deployment('web', { replicas: 2 }));
      await rolledOut(stage);
      await stage.remove('Deployment', 'web', { propagationPolicy: 'Background' });
      await stage.until('all is gone', () => stage.list('ReplicaSet').length + stage.list('Pod').length === 0);
    },
  },
  {
    name: 'deployment: is deleted in the foreground, and waits',
    async run(stage) {
      await stage.create(
        deployment(
          'web',
          { replicas: 2 },
          { script: { 'stop-delay': '300s' }, podSpec: { terminationGracePeriodSeconds: 300 } },
        ),
      );
      await rolledOut(stage);
      await stage.remove('Deployment', 'web', { propagationPolicy: 'Foreground' });
      await stage.until('pods are being deleted', () =>
        stage.list('Pod').every(({ metadata }) => metadata.deletionTimestamp),
      );
      await stage.untilField('Deployment', 'web', 'status.terminatingReplicas', 2);
    },
  },
  {
    name: 'deployment: is deleted in the foreground',
    async run(stage) {
      await stage.create(deployment('web', { replicas: 2 }));
      await rolledOut(stage);
      await stage.remove('Deployment', 'web', { propagationPolicy: 'Foreground' });
      await stage.untilGone('Deployment', 'web');
    },
  },
  {
    name: 'deployment: is deleted alone',
    async run(stage) {
      await stage.create(deployment('web', { replicas: 2 }));
      await rolledOut(stage);
      await stage.remove('Deployment', 'web', { propagationPolicy: 'Orphan' });
      await stage.untilGone('Deployment', 'web');
      await stage.until('the replica set is free', () =>
        stage.list('ReplicaSet').every(({ metadata }) => !metadata.ownerReferences),
      );
    },
  },
  {
    name: 'deployment: a selector of everything',
    async run(stage) {
      await stage.create(deployment('web', { replicas: 1, selector: {} })).catch(() => undefined);
      await stage.create(
        deployment('other', { replicas: 1, selector: { matchExpressions: [{ key: 'app', operator: 'Exists' }] } }),
      );
      await rolledOut(stage, 'other');
    },
  },
  {
    name: 'deployment: two with selectors that overlap',
    async run(stage) {
      const selector = { matchLabels: { app: 'web' } };
      await stage.create(deployment('web', { replicas: 1 }));
      await stage.create(deployment('also', { replicas: 1, selector, template: template('web', {}, {}, 'main:2') }));
      await stage.untilField('Deployment', 'web', 'status.availableReplicas', 1);
      await stage.untilField('Deployment', 'also', 'status.availableReplicas', 1);
    },
  },
  {
    name: 'deployment: annotations go to its replica sets',
    async run(stage) {
      await stage.create({
        ...deployment('web', { replicas: 1 }),
        metadata: { name: 'web', annotations: { 'kubernetes.io/change-cause': 'first', a: '1' } },
      });
      await rolledOut(stage);
      await stage.patch('Deployment', 'web', {
        metadata: { annotations: { 'kubernetes.io/change-cause': 'second', a: '2' } },
        ...image('main:2'),
      });
      await rolledOut(stage);
      await stage.patch('Deployment', 'web', { metadata: { annotations: { a: '3', b: '4' } } });
      await stage.until('it has them', () =>
        stage.list('ReplicaSet').some(({ metadata }) => metadata.annotations?.['b'] === '4'),
      );
    },
  },
  {
    name: 'deployment: its pods may not be created',
    countsVary: true,
    async run(stage) {
      await stage.create({
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { name: 'few' },
        spec: { hard: { pods: '2' } },
      });
      await stage.untilField('ResourceQuota', 'few', 'status.hard.pods', '2');
      await stage.create(deployment('web', { replicas: 4 }));
      await stage.untilField('Deployment', 'web', 'status.conditions[type=ReplicaFailure].status', 'True');
      await stage.untilField('Deployment', 'web', 'status.availableReplicas', 2);
    },
    // Which pods are refused first is told with names of each.
  },
];
