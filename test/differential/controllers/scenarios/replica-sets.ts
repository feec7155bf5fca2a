import type { JsonObject } from '../../../../src/api/json.ts';
import { object, pod, replicaSet, replicationController, scripted } from '../objects.ts';
import type { Scenario } from '../scenario.ts';

const quota = (hard: JsonObject) => object('v1', 'ResourceQuota', 'few', { spec: { hard } });
const cost = (value: string) => ({
  metadata: { annotations: { 'controller.kubernetes.io/pod-deletion-cost': value } },
});

export const replicaSets: readonly Scenario[] = [
  {
    name: 'replica set: grows and shrinks',
    async run(stage) {
      await stage.create(replicaSet('web', { replicas: 2 }));
      await stage.untilField('ReplicaSet', 'web', 'status.availableReplicas', 2);
      await stage.patch('ReplicaSet', 'web', { spec: { replicas: 5 } });
      await stage.untilField('ReplicaSet', 'web', 'status.availableReplicas', 5);
      await stage.patch('ReplicaSet', 'web', { spec: { replicas: 1 } });
      await stage.untilField('ReplicaSet', 'web', 'status.replicas', 1);
    },
  },
  {
    name: 'replica set: has more Events than are told one by one',
    async run(stage) {
      await stage.create(replicaSet('web', { replicas: 14 }));
      await stage.untilField('ReplicaSet', 'web', 'status.availableReplicas', 14);
    },
  },
  {
    name: 'replica set: adopts a pod',
    async run(stage) {
      await stage.create(pod('mine', { app: 'web' }));
      await stage.untilPods(1);
      await stage.create(replicaSet('web', { replicas: 2 }));
      await stage.untilField('ReplicaSet', 'web', 'status.availableReplicas', 2);
    },
  },
  {
    name: 'replica set: adopts more pods than it wants',
    async run(stage) {
      for (const name of ['a', 'b', 'c']) await stage.create(pod(name, { app: 'web' }));
      await stage.untilPods(3);
      await stage.patch('Pod', 'b', cost('100'));
      await stage.create(replicaSet('web', { replicas: 1 }));
      await stage.untilField('ReplicaSet', 'web', 'status.availableReplicas', 1);
      await stage.untilPods(1);
    },
  },
  {
    name: 'replica set: releases a pod whose label has changed',
    async run(stage) {
      await stage.create(replicaSet('web', { replicas: 1 }));
      await stage.untilField('ReplicaSet', 'web', 'status.availableReplicas', 1);
      const name = stage.list('Pod')[0]?.metadata.name ?? '';
      await stage.patch('Pod', name, { metadata: { labels: { app: 'other' } } });
      await stage.untilPods(2);
      await stage.untilField('Pod', name, 'metadata.ownerReferences', undefined);
    },
  },
  {
    name: 'replica set: pods that cost less go first',
    async run(stage) {
      await stage.create(replicaSet('web', { replicas: 4 }));
      await stage.untilField('ReplicaSet', 'web', 'status.availableReplicas', 4);
      const names = stage.list('Pod').map(({ metadata }) => metadata.name ?? '');
      for (const [index, name] of names.entries()) await stage.patch('Pod', name, cost(String(10 - index)));
      await stage.pause(300);
      await stage.patch('ReplicaSet', 'web', { spec: { replicas: 2 } });
      await stage.untilField('ReplicaSet', 'web', 'status.replicas', 2);
      await stage.untilPods(2);
    },
  },
  {
    name: 'replica set: pods that are not ready go first',
    async run(stage) {
      await stage.create(replicaSet('web', { replicas: 3 }));
      await stage.untilField('ReplicaSet', 'web', 'status.availableReplicas', 3);
      await stage.patch('ReplicaSet', 'web', {
        spec: { replicas: 5, template: { metadata: { annotations: scripted({ 'ready-delay': '1h' }) } } },
      });
      await stage.untilField('ReplicaSet', 'web', 'status.replicas', 5);
      await stage.patch('ReplicaSet', 'web', { spec: { replicas: 3 } });
      await stage.untilField('ReplicaSet', 'web', 'status.replicas', 3);
    },
  },
  {
    name: 'replica set: replaces a pod that was deleted',
    async run(stage) {
      await stage.create(replicaSet('web', { replicas: 2 }));
      await stage.untilField('ReplicaSet', 'web', 'status.availableReplicas', 2);
      const name = stage.list('Pod')[0]?.metadata.name ?? '';
      await stage.remove('Pod', name);
      await stage.untilGone('Pod', name);
      await stage.untilPods(2);
    },
  },
  {
    name: 'replica set: replaces pods that have failed, and leaves them',
    async run(stage) {
      await stage.create(replicaSet('web', { replicas: 1 }));
      await stage.untilField('ReplicaSet', 'web', 'status.availableReplicas', 1);
      const name = stage.list('Pod')[0]?.metadata.name ?? '';
      await stage.patch('Pod', name, { status: { phase: 'Failed', reason: 'Evicted' } }, { subresource: 'status' });
      await stage.untilPods(1);
    },
  },
  {
    name: 'replica set: a quota leaves it short of pods',
    countsVary: true,
    async run(stage) {
      await stage.create(quota({ pods: '1' }));
      await stage.untilField('ResourceQuota', 'few', 'status.hard.pods', '1');
      await stage.create(replicaSet('web', { replicas: 3 }));
      await stage.untilField('ReplicaSet', 'web', 'status.conditions[type=ReplicaFailure].status', 'True');
      await stage.untilField('ReplicaSet', 'web', 'status.availableReplicas', 1);
    },
  },
  {
    name: 'replica set: a quota leaves it short of pods, until there is more',
    countsVary: true,
    async run(stage) {
      await stage.create(quota({ pods: '1' }));
      await stage.untilField('ResourceQuota', 'few', 'status.hard.pods', '1');
      await stage.create(replicaSet('web', { replicas: 2 }));
      await stage.untilField('ReplicaSet', 'web', 'status.conditions[type=ReplicaFailure].status', 'True');
      await stage.patch('ResourceQuota', 'few', { spec: { hard: { pods: '5' } } });
      await stage.patch('ReplicaSet', 'web', { spec: { replicas: 3 } });
      await stage.untilField('ReplicaSet', 'web', 'status.availableReplicas', 3);
      await stage.untilField('ReplicaSet', 'web', 'status.conditions', undefined);
    },
  },
  {
    name: 'replica set: its account is not there',
    countsVary: true,
    async run(stage) {
      await stage.create(replicaSet('web', { replicas: 2 }, { podSpec: { serviceAccountName: 'nobody' } }));
      await stage.untilField('ReplicaSet', 'web', 'status.conditions[type=ReplicaFailure].status', 'True');
    },
  },
  {
    name: 'replica set: is available after a while',
    async run(stage) {
      await stage.create(replicaSet('web', { replicas: 2, minReadySeconds: 1 }));
      await stage.untilField('ReplicaSet', 'web', 'status.availableReplicas', 2);
    },
  },
  {
    name: 'replica set: is deleted alone, and its pods are adopted by another',
    async run(stage) {
      await stage.create(replicaSet('web', { replicas: 2 }));
      await stage.untilField('ReplicaSet', 'web', 'status.availableReplicas', 2);
      await stage.remove('ReplicaSet', 'web', { propagationPolicy: 'Orphan' });
      await stage.untilGone('ReplicaSet', 'web');
      await stage.create(
        replicaSet('also', {
          replicas: 2,
          selector: { matchLabels: { app: 'web' } },
          template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image: 'main:2' }] } },
        }),
      );
      await stage.untilField('ReplicaSet', 'also', 'status.availableReplicas', 2);
    },
  },
  {
    name: 'replication controller: grows and shrinks',
    async run(stage) {
      await stage.create(replicationController('web', { replicas: 2 }));
      await stage.untilField('ReplicationController', 'web', 'status.availableReplicas', 2);
      await stage.patch('ReplicationController', 'web', { spec: { replicas: 0 } });
      await stage.untilField('ReplicationController', 'web', 'status.replicas', 0);
    },
  },
  {
    name: 'replication controller: a quota leaves it short of pods',
    countsVary: true,
    async run(stage) {
      await stage.create(quota({ pods: '1' }));
      await stage.untilField('ResourceQuota', 'few', 'status.hard.pods', '1');
      await stage.create(replicationController('web', { replicas: 2 }));
      await stage.untilField('ReplicationController', 'web', 'status.conditions[type=ReplicaFailure].status', 'True');
      await stage.untilField('ReplicationController', 'web', 'status.availableReplicas', 1);
    },
  },
  {
    name: 'replication controller: adopts and releases',
    async run(stage) {
      await stage.create(pod('mine', { app: 'web' }));
      await stage.untilPods(1);
      await stage.create(replicationController('web', { replicas: 1 }));
      await stage.untilField('ReplicationController', 'web', 'status.availableReplicas', 1);
      await stage.patch('Pod', 'mine', { metadata: { labels: { app: 'other' } } });
      await stage.untilPods(2);
      await stage.untilField('Pod', 'mine', 'metadata.ownerReferences', undefined);
    },
  },
  {
    name: 'replication controller: is deleted with its pods, by default not',
    async run(stage) {
      await stage.create(replicationController('web', { replicas: 1 }));
      await stage.untilField('ReplicationController', 'web', 'status.availableReplicas', 1);
      await stage.remove('ReplicationController', 'web');
      await stage.untilGone('ReplicationController', 'web');
      await stage.until('its pod is free', () => stage.list('Pod').every(({ metadata }) => !metadata.ownerReferences));
    },
  },
  {
    name: 'replica set: pods without a node go first',
    async run(stage) {
      await stage.create(replicaSet('web', { replicas: 2 }));
      await stage.untilField('ReplicaSet', 'web', 'status.availableReplicas', 2);
      await stage.patch('ReplicaSet', 'web', {
        spec: { replicas: 4, template: { spec: { nodeSelector: { no: 'where' } } } },
      });
      await stage.untilField('ReplicaSet', 'web', 'status.replicas', 4);
      await stage.patch('ReplicaSet', 'web', { spec: { replicas: 2 } });
      await stage.untilField('ReplicaSet', 'web', 'status.replicas', 2);
      await stage.untilPods(2);
    },
  },
  {
    name: 'replica set: is deleted in the foreground',
    async run(stage) {
      await stage.create(replicaSet('web', { replicas: 2 }));
      await stage.untilField('ReplicaSet', 'web', 'status.availableReplicas', 2);
      await stage.remove('ReplicaSet', 'web', { propagationPolicy: 'Foreground' });
      await stage.untilGone('ReplicaSet', 'web');
    },
  },
  {
    name: 'replica set: pods that are being deleted count no more, but are told of',
    async run(stage) {
      const slow = { script: { 'stop-delay': '300s' }, podSpec: { terminationGracePeriodSeconds: 300 } };
      await stage.create(replicaSet('web', { replicas: 2 }, slow));
      await stage.untilField('ReplicaSet', 'web', 'status.availableReplicas', 2);
      await stage.remove('Pod', stage.list('Pod')[0]?.metadata.name ?? '');
      await stage.untilField('ReplicaSet', 'web', 'status.terminatingReplicas', 1);
      await stage.untilField('ReplicaSet', 'web', 'status.availableReplicas', 2);
    },
  },
  {
    name: 'replica set: two of the same pods leave each other alone',
    async run(stage) {
      const selector = { matchLabels: { app: 'web' } };
      await stage.create(replicaSet('web', { replicas: 2 }));
      await stage.untilField('ReplicaSet', 'web', 'status.availableReplicas', 2);
      const template = {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'main', image: 'main:2' }] },
      };
      await stage.create(replicaSet('also', { replicas: 1, selector, template }));
      await stage.untilField('ReplicaSet', 'also', 'status.availableReplicas', 1);
    },
  },
];
