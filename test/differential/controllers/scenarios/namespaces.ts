import { kinds } from '../kinds.ts';
import { deployment, object } from '../objects.ts';
import type { Scenario, Stage } from '../scenario.ts';

const child = (stage: Stage): string => `${stage.namespace}-child`;

export const namespaces: readonly Scenario[] = [
  {
    name: 'namespace: is deleted with all that is in it',
    async run(stage) {
      await stage.create(object('v1', 'Namespace', child(stage)));
      const inside = (kind: 'ConfigMap' | 'Deployment' | 'Pod') => stage.client.resource(kinds[kind], child(stage));
      await inside('ConfigMap').create(object('v1', 'ConfigMap', 'a'));
      await inside('Deployment').create(deployment('web', { replicas: 2 }));
      await stage.pause(1000);
      await stage.remove('Namespace', child(stage));
      await stage.untilGone('Namespace', child(stage));
    },
  },
  {
    name: 'namespace: something in it is held',
    async run(stage) {
      await stage.create(object('v1', 'Namespace', child(stage)));
      const maps = stage.client.resource(kinds.ConfigMap, child(stage));
      await maps.create(object('v1', 'ConfigMap', 'held', { metadata: { finalizers: ['example.com/held'] } }));
      await stage.remove('Namespace', child(stage));
      await stage.untilField(
        'Namespace',
        child(stage),
        'status.conditions[type=NamespaceFinalizersRemaining].status',
        'True',
      );
      await stage.pause(1000);
    },
  },
  {
    name: 'namespace: something in it is held, and let go',
    slow: true,
    async run(stage) {
      await stage.create(object('v1', 'Namespace', child(stage)));
      const maps = stage.client.resource(kinds.ConfigMap, child(stage));
      await maps.create(object('v1', 'ConfigMap', 'held', { metadata: { finalizers: ['example.com/held'] } }));
      await stage.remove('Namespace', child(stage));
      await stage.untilField(
        'Namespace',
        child(stage),
        'status.conditions[type=NamespaceFinalizersRemaining].status',
        'True',
      );
      await maps.patch('held', 'merge', { metadata: { finalizers: null } });
      await stage.untilGone('Namespace', child(stage));
    },
  },
  {
    name: 'namespace: has a finalizer of its own',
    async run(stage) {
      await stage.create(object('v1', 'Namespace', child(stage), { metadata: { finalizers: ['example.com/held'] } }));
      await stage.remove('Namespace', child(stage));
      await stage.untilField('Namespace', child(stage), 'spec.finalizers', undefined);
    },
  },
  {
    name: 'namespace: nothing is created in one that ends',
    async run(stage) {
      await stage.create(object('v1', 'Namespace', child(stage)));
      const maps = stage.client.resource(kinds.ConfigMap, child(stage));
      await maps.create(object('v1', 'ConfigMap', 'held', { metadata: { finalizers: ['example.com/held'] } }));
      await stage.remove('Namespace', child(stage));
      const answer = await maps.create(object('v1', 'ConfigMap', 'late')).catch((error: unknown) => String(error));
      await stage.create(object('v1', 'ConfigMap', 'answer', { data: { answer: JSON.stringify(answer) } }));
      await stage.untilField(
        'Namespace',
        child(stage),
        'status.conditions[type=NamespaceFinalizersRemaining].status',
        'True',
      );
    },
  },
];
