import { deployment, image, scripted } from '../objects.ts';
import { fieldOf, type Scenario } from '../scenario.ts';
import { rolledOut, rolling, stuck } from './rollout.ts';

export const deploymentTroubles: readonly Scenario[] = [
  {
    name: 'deployment: is deleted while it rolls over',
    async run(stage) {
      await stage.create(deployment('web', { replicas: 2 }));
      await rolledOut(stage);
      await stage.patch('Deployment', 'web', stuck('main:2'));
      await stage.untilField('Deployment', 'web', 'status.updatedReplicas', 1);
      await stage.remove('Deployment', 'web', { propagationPolicy: 'Background' });
      await stage.until('all is gone', () => stage.list('ReplicaSet').length + stage.list('Pod').length === 0);
    },
  },
  {
    name: 'deployment: shrinks to nothing and grows again',
    async run(stage) {
      await stage.create(deployment('web', { replicas: 2 }));
      await rolledOut(stage);
      await stage.patch('Deployment', 'web', { spec: { replicas: 0 } });
      await rolledOut(stage);
      await stage.patch('Deployment', 'web', { spec: { replicas: 1 } });
      await rolledOut(stage);
    },
  },
  {
    name: 'deployment: rolls over while it has no replicas',
    async run(stage) {
      await stage.create(deployment('web', { replicas: 0 }));
      await rolledOut(stage);
      await stage.patch('Deployment', 'web', image('main:2'));
      await stage.until('two replica sets', () => stage.list('ReplicaSet').length === 2);
      await stage.untilField('Deployment', 'web', 'status.observedGeneration', 2);
    },
  },
  {
    name: 'deployment: a rollout that is stuck is taken back',
    async run(stage) {
      await stage.create(deployment('web', { replicas: 4, progressDeadlineSeconds: 1, strategy: rolling(1, 1) }));
      await rolledOut(stage);
      await stage.patch('Deployment', 'web', stuck('main:2'));
      await stage.untilField(
        'Deployment',
        'web',
        'status.conditions[type=Progressing].reason',
        'ProgressDeadlineExceeded',
      );
      await stage.patch('Deployment', 'web', {
        spec: {
          template: {
            metadata: { annotations: { 'simulation.sublet.dev/ready-delay': null } },
            spec: { containers: [{ name: 'main', image: 'main:1' }] },
          },
        },
      });
      await rolledOut(stage);
    },
  },
  {
    name: 'deployment: waits for more, though it has what it needs',
    async run(stage) {
      await stage.create(deployment('web', { replicas: 2, minReadySeconds: 1 }));
      await rolledOut(stage);
      await stage.patch('Deployment', 'web', { spec: { minReadySeconds: 2 } });
      await stage.until(
        'its replica set has it',
        () => fieldOf(stage.list('ReplicaSet')[0], 'spec.minReadySeconds') === 2,
      );
    },
  },
  {
    name: 'deployment: one that is no longer available says so',
    async run(stage) {
      await stage.create(deployment('web', { replicas: 2 }));
      await rolledOut(stage);
      for (const { metadata } of stage.list('Pod')) {
        await stage.patch('Pod', metadata.name ?? '', {
          metadata: { annotations: scripted({ conditions: 'Ready=False' }) },
        });
      }
      await stage.untilField('Deployment', 'web', 'status.conditions[type=Available].status', 'False');
      await stage.untilField('Deployment', 'web', 'status.unavailableReplicas', 2);
    },
  },
];
