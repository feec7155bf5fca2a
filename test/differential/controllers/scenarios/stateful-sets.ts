import type { JsonObject } from '../../../../src/api/json.ts';
import { image, object, pod, richPodSpec, scripted, statefulSet } from '../objects.ts';
import { fieldOf, type Scenario, type Stage } from '../scenario.ts';

const rolledOut = async (stage: Stage, replicas: number): Promise<void> => {
  await stage.until('it is rolled out', () => {
    const { status = {}, metadata } = (stage.find('StatefulSet', 'set') ?? { metadata: {} }) as unknown as {
      status?: Readonly<Record<string, unknown>>;
      metadata: { generation?: number };
    };
    return (
      status['observedGeneration'] === metadata.generation &&
      status['availableReplicas'] === replicas &&
      status['replicas'] === replicas &&
      status['updateRevision'] === status['currentRevision']
    );
  });
  await stage.untilPods(replicas);
};

const claims = (...names: readonly string[]): JsonObject => ({
  volumeClaimTemplates: names.map((name) => ({
    metadata: { name },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  })),
});

const retention = (whenDeleted: string, whenScaled: string): JsonObject => ({
  persistentVolumeClaimRetentionPolicy: { whenDeleted, whenScaled },
});

const rolling = (rollingUpdate: JsonObject): JsonObject => ({
  updateStrategy: { type: 'RollingUpdate', rollingUpdate },
});

export const statefulSets: readonly Scenario[] = [
  {
    name: 'stateful set: is created in order',
    async run(stage) {
      await stage.create(statefulSet('set', { replicas: 3 }));
      await rolledOut(stage, 3);
    },
  },
  {
    name: 'stateful set: of a pod with much to it',
    async run(stage) {
      await stage.create(statefulSet('set', { replicas: 1 }, { podSpec: richPodSpec }));
      await rolledOut(stage, 1);
    },
  },
  {
    name: 'stateful set: waits for the first pod',
    async run(stage) {
      await stage.create(statefulSet('set', { replicas: 3 }, { script: { 'ready-delay': '1h' } }));
      await stage.untilPods(1, 'Running');
      await stage.untilField('StatefulSet', 'set', 'status.replicas', 1);
    },
  },
  {
    name: 'stateful set: is created all at once',
    async run(stage) {
      await stage.create(
        statefulSet('set', { replicas: 3, podManagementPolicy: 'Parallel' }, { script: { 'ready-delay': '1h' } }),
      );
      await stage.untilPods(3, 'Running');
      await stage.untilField('StatefulSet', 'set', 'status.replicas', 3);
    },
  },
  {
    name: 'stateful set: grows and shrinks',
    async run(stage) {
      await stage.create(statefulSet('set', { replicas: 1 }));
      await rolledOut(stage, 1);
      await stage.patch('StatefulSet', 'set', { spec: { replicas: 3 } });
      await rolledOut(stage, 3);
      await stage.patch('StatefulSet', 'set', { spec: { replicas: 2 } });
      await rolledOut(stage, 2);
    },
  },
  {
    name: 'stateful set: its ordinals begin at five',
    async run(stage) {
      await stage.create(statefulSet('set', { replicas: 2, ordinals: { start: 5 } }));
      await rolledOut(stage, 2);
    },
  },
  {
    name: 'stateful set: its ordinals begin later than before',
    async run(stage) {
      await stage.create(statefulSet('set', { replicas: 2 }));
      await rolledOut(stage, 2);
      await stage.patch('StatefulSet', 'set', { spec: { ordinals: { start: 1 } } });
      await rolledOut(stage, 2);
      await stage.untilGone('Pod', 'set-0');
    },
  },
  {
    name: 'stateful set: rolls over to another template',
    async run(stage) {
      await stage.create(statefulSet('set', { replicas: 3 }));
      await rolledOut(stage, 3);
      await stage.patch('StatefulSet', 'set', image('main:2'));
      await rolledOut(stage, 3);
    },
  },
  {
    name: 'stateful set: rolls over down to a partition',
    async run(stage) {
      await stage.create(statefulSet('set', { replicas: 3, ...rolling({ partition: 2 }) }));
      await rolledOut(stage, 3);
      await stage.patch('StatefulSet', 'set', image('main:2'));
      await stage.untilField('StatefulSet', 'set', 'status.updatedReplicas', 1);
      await stage.untilPods(3);
      // A pod below the partition comes back as it was.
      await stage.remove('Pod', 'set-0');
      await stage.untilField('StatefulSet', 'set', 'status.availableReplicas', 3);
      await stage.untilPods(3);
    },
  },
  {
    name: 'stateful set: a partition is taken away',
    async run(stage) {
      await stage.create(statefulSet('set', { replicas: 2, ...rolling({ partition: 2 }) }));
      await rolledOut(stage, 2);
      await stage.patch('StatefulSet', 'set', image('main:2'));
      await stage.untilField('StatefulSet', 'set', 'status.observedGeneration', 2);
      await stage.patch('StatefulSet', 'set', { spec: rolling({ partition: 0 }) });
      await rolledOut(stage, 2);
    },
  },
  {
    name: 'stateful set: a rollout is stuck, and is taken back',
    async run(stage) {
      await stage.create(statefulSet('set', { replicas: 2 }));
      await rolledOut(stage, 2);
      await stage.patch('StatefulSet', 'set', {
        spec: { template: { metadata: { annotations: scripted({ 'ready-delay': '1h' }) } } },
      });
      await stage.untilField('StatefulSet', 'set', 'status.updatedReplicas', 1);
      await stage.untilField('StatefulSet', 'set', 'status.readyReplicas', 1);
      await stage.patch('StatefulSet', 'set', {
        spec: { template: { metadata: { annotations: { 'simulation.sublet.dev/ready-delay': null } } } },
      });
      await stage.untilField('StatefulSet', 'set', 'status.observedGeneration', 3);
    },
  },
  {
    name: 'stateful set: several pods may be unavailable',
    async run(stage) {
      await stage.create(statefulSet('set', { replicas: 4, ...rolling({ maxUnavailable: 2 }) }));
      await rolledOut(stage, 4);
      await stage.patch('StatefulSet', 'set', {
        spec: { template: { metadata: { annotations: scripted({ 'ready-delay': '1h' }) } } },
      });
      await stage.untilPods(4, 'Running');
      await stage.until(
        'some are not ready',
        () => Number(fieldOf(stage.find('StatefulSet', 'set'), 'status.readyReplicas')) < 4,
      );
    },
  },
  {
    name: 'stateful set: pods are replaced when they are deleted',
    async run(stage) {
      await stage.create(statefulSet('set', { replicas: 2, updateStrategy: { type: 'OnDelete' } }));
      await rolledOut(stage, 2);
      await stage.patch('StatefulSet', 'set', image('main:2'));
      await stage.untilField('StatefulSet', 'set', 'status.observedGeneration', 2);
      await stage.remove('Pod', 'set-0');
      await stage.untilField('StatefulSet', 'set', 'status.updatedReplicas', 1);
      await stage.untilField('StatefulSet', 'set', 'status.availableReplicas', 2);
    },
  },
  {
    name: 'stateful set: goes back to an earlier template',
    async run(stage) {
      await stage.create(statefulSet('set', { replicas: 1 }));
      await rolledOut(stage, 1);
      for (const next of ['main:2', 'main:1']) {
        await stage.patch('StatefulSet', 'set', image(next));
        await rolledOut(stage, 1);
      }
    },
  },
  {
    name: 'stateful set: keeps a history of one',
    // Upstream deletes a pod twice when its cache is late.
    countsVary: true,
    async run(stage) {
      await stage.create(statefulSet('set', { replicas: 1, revisionHistoryLimit: 1 }));
      await rolledOut(stage, 1);
      for (const next of ['main:2', 'main:3', 'main:4']) {
        await stage.patch('StatefulSet', 'set', image(next));
        await rolledOut(stage, 1);
      }
      await stage.until('two revisions', () => stage.list('ControllerRevision').length === 2);
    },
  },
  {
    name: 'stateful set: has claims',
    async run(stage) {
      await stage.create(statefulSet('set', { replicas: 2, ...claims('data', 'logs') }));
      await rolledOut(stage, 2);
    },
  },
  {
    name: 'stateful set: keeps its claims when it shrinks',
    async run(stage) {
      await stage.create(statefulSet('set', { replicas: 2, ...claims('data') }));
      await rolledOut(stage, 2);
      await stage.patch('StatefulSet', 'set', { spec: { replicas: 0 } });
      await stage.untilField('StatefulSet', 'set', 'status.replicas', 0);
    },
  },
  {
    name: 'stateful set: deletes its claims when it shrinks',
    async run(stage) {
      await stage.create(statefulSet('set', { replicas: 3, ...claims('data'), ...retention('Retain', 'Delete') }));
      await rolledOut(stage, 3);
      await stage.patch('StatefulSet', 'set', { spec: { replicas: 1 } });
      await rolledOut(stage, 1);
      await stage.until('one claim', () => stage.list('PersistentVolumeClaim').length === 1);
    },
  },
  {
    name: 'stateful set: its claims go with it',
    async run(stage) {
      await stage.create(statefulSet('set', { replicas: 2, ...claims('data'), ...retention('Delete', 'Retain') }));
      await rolledOut(stage, 2);
      await stage.pause(500);
      await stage.remove('StatefulSet', 'set', { propagationPolicy: 'Background' });
      await stage.until('no claims', () => stage.list('PersistentVolumeClaim').length === 0);
    },
  },
  {
    name: 'stateful set: its claims go either way',
    async run(stage) {
      await stage.create(statefulSet('set', { replicas: 2, ...claims('data'), ...retention('Delete', 'Delete') }));
      await rolledOut(stage, 2);
      await stage.patch('StatefulSet', 'set', { spec: { replicas: 1 } });
      await rolledOut(stage, 1);
      await stage.until('one claim', () => stage.list('PersistentVolumeClaim').length === 1);
    },
  },
  {
    name: 'stateful set: its claims are to stay after all',
    async run(stage) {
      await stage.create(statefulSet('set', { replicas: 1, ...claims('data'), ...retention('Delete', 'Delete') }));
      await rolledOut(stage, 1);
      await stage.until('it owns them', () =>
        stage.list('PersistentVolumeClaim').every(({ metadata }) => metadata.ownerReferences),
      );
      await stage.patch('StatefulSet', 'set', { spec: retention('Retain', 'Retain') });
      await stage.until('they are free', () =>
        stage.list('PersistentVolumeClaim').every(({ metadata }) => !metadata.ownerReferences),
      );
    },
  },
  {
    name: 'stateful set: replaces a pod that has failed',
    async run(stage) {
      await stage.create(statefulSet('set', { replicas: 2 }));
      await rolledOut(stage, 2);
      await stage.patch('Pod', 'set-0', { status: { phase: 'Failed' } }, { subresource: 'status' });
      await stage.untilEvent('SuccessfulDelete');
      await stage.untilPods(2);
    },
  },
  {
    name: 'stateful set: adopts a pod of its name',
    async run(stage) {
      await stage.create(pod('set-0', { app: 'set' }));
      await stage.untilPods(1);
      await stage.create(statefulSet('set', { replicas: 2 }));
      await rolledOut(stage, 2);
    },
  },
  {
    name: 'stateful set: a pod of its name is in the way',
    countsVary: true,
    async run(stage) {
      await stage.create(pod('set-0', { app: 'other' }));
      await stage.untilPods(1);
      await stage.create(statefulSet('set', { replicas: 1 }));
      await stage.until('it has a revision', () => stage.list('ControllerRevision').length === 1);
    },
  },
  {
    name: 'stateful set: a quota leaves it short of pods',
    countsVary: true,
    async run(stage) {
      await stage.create(object('v1', 'ResourceQuota', 'few', { spec: { hard: { pods: '1' } } }));
      await stage.untilField('ResourceQuota', 'few', 'status.hard.pods', '1');
      await stage.create(statefulSet('set', { replicas: 2 }));
      await stage.untilEvent('FailedCreate');
    },
  },
  {
    name: 'stateful set: is available after a while',
    async run(stage) {
      await stage.create(statefulSet('set', { replicas: 2, minReadySeconds: 1 }));
      await rolledOut(stage, 2);
    },
  },
  {
    name: 'stateful set: is deleted in the foreground',
    async run(stage) {
      await stage.create(statefulSet('set', { replicas: 2 }));
      await rolledOut(stage, 2);
      await stage.remove('StatefulSet', 'set', { propagationPolicy: 'Foreground' });
      await stage.untilGone('StatefulSet', 'set');
    },
  },
  {
    name: 'stateful set: is deleted alone',
    async run(stage) {
      await stage.create(statefulSet('set', { replicas: 2 }));
      await rolledOut(stage, 2);
      await stage.remove('StatefulSet', 'set', { propagationPolicy: 'Orphan' });
      await stage.untilGone('StatefulSet', 'set');
      await stage.until('pods are free', () => stage.list('Pod').every(({ metadata }) => !metadata.ownerReferences));
    },
  },
  {
    name: 'stateful set: is available no more when a pod stops being ready',
    async run(stage) {
      await stage.create(statefulSet('set', { replicas: 2 }));
      await rolledOut(stage, 2);
      await stage.patch('Pod', 'set-1', { metadata: { annotations: scripted({ conditions: 'Ready=False' }) } });
      await stage.untilField('StatefulSet', 'set', 'status.readyReplicas', 1);
    },
  },
  {
    name: 'stateful set: all at once: rolls over one by one',
    async run(stage) {
      await stage.create(statefulSet('set', { replicas: 3, podManagementPolicy: 'Parallel' }));
      await rolledOut(stage, 3);
      await stage.patch('StatefulSet', 'set', image('main:2'));
      await rolledOut(stage, 3);
    },
  },
  {
    name: 'stateful set: shrinks to nothing all at once',
    async run(stage) {
      await stage.create(statefulSet('set', { replicas: 3, podManagementPolicy: 'Parallel' }));
      await rolledOut(stage, 3);
      await stage.patch('StatefulSet', 'set', { spec: { replicas: 0 } });
      await stage.untilField('StatefulSet', 'set', 'status.replicas', 0);
      await stage.until('no pods', () => stage.list('Pod').length === 0);
    },
  },
  {
    name: 'stateful set: waits to shrink while a pod is not ready',
    async run(stage) {
      await stage.create(statefulSet('set', { replicas: 3 }));
      await rolledOut(stage, 3);
      await stage.patch('Pod', 'set-0', { metadata: { annotations: scripted({ conditions: 'Ready=False' }) } });
      await stage.untilField('StatefulSet', 'set', 'status.readyReplicas', 2);
      await stage.patch('StatefulSet', 'set', { spec: { replicas: 1 } });
      await stage.untilField('StatefulSet', 'set', 'status.observedGeneration', 2);
      await stage.pause(500);
    },
  },
  {
    name: 'stateful set: a rollout waits for pods that are to be available',
    async run(stage) {
      await stage.create(statefulSet('set', { replicas: 2 }));
      await rolledOut(stage, 2);
      await stage.patch('StatefulSet', 'set', { spec: { minReadySeconds: 1000 } });
      await stage.patch('StatefulSet', 'set', image('main:2'));
      await stage.untilField('StatefulSet', 'set', 'status.observedGeneration', 3);
      await stage.untilField('StatefulSet', 'set', 'status.availableReplicas', 0);
      await stage.pause(500);
    },
  },
  {
    name: 'stateful set: a claim that is being deleted is waited for',
    countsVary: true,
    async run(stage) {
      await stage.create(statefulSet('set', { replicas: 1, ...claims('data') }));
      await rolledOut(stage, 1);
      await stage.patch('PersistentVolumeClaim', 'data-set-0', { metadata: { finalizers: ['example.com/held'] } });
      await stage.remove('PersistentVolumeClaim', 'data-set-0');
      await stage.remove('Pod', 'set-0');
      await stage.untilEvent('FailedCreate');
    },
  },
];
