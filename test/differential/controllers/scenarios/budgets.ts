import type { JsonObject } from '../../../../src/api/json.ts';
import { deployment, object, pod, replicaSet, scripted } from '../objects.ts';
import type { Scenario, Stage } from '../scenario.ts';

const budget = (spec: JsonObject, name = 'budget') =>
  object('policy/v1', 'PodDisruptionBudget', name, { spec: { selector: { matchLabels: { app: 'web' } }, ...spec } });

const allowed = (stage: Stage, count: number, name = 'budget') =>
  stage.untilField('PodDisruptionBudget', name, 'status.disruptionsAllowed', count);

const web = async (stage: Stage, replicas: number): Promise<void> => {
  await stage.create(deployment('web', { replicas }));
  await stage.untilField('Deployment', 'web', 'status.availableReplicas', replicas);
};

/** What the server said is kept, so that it is compared. */
const evict = async (stage: Stage, name: string, called: string): Promise<void> => {
  const pods = stage.client.resource({ group: '', version: 'v1', resource: 'pods' }, stage.namespace);
  const answer = await pods.createSubresource(name, 'eviction', object('policy/v1', 'Eviction', name)).then(
    () => 'evicted',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  await stage.create(object('v1', 'ConfigMap', `answer-${called}`, { data: { answer } }));
};

const anyPod = (stage: Stage): string => stage.list('Pod', { app: 'web' })[0]?.metadata.name ?? '';

export const budgets: readonly Scenario[] = [
  {
    name: 'budget: so many must be available',
    async run(stage) {
      await web(stage, 3);
      await stage.create(budget({ minAvailable: 2 }));
      await allowed(stage, 1);
    },
  },
  {
    name: 'budget: so many may be unavailable',
    async run(stage) {
      await web(stage, 3);
      await stage.create(budget({ maxUnavailable: 1 }));
      await allowed(stage, 1);
    },
  },
  {
    name: 'budget: shares',
    async run(stage) {
      await web(stage, 5);
      await stage.create(budget({ maxUnavailable: '30%' }, 'most'));
      await stage.create(budget({ minAvailable: '50%' }, 'least'));
      await allowed(stage, 2, 'most');
      await allowed(stage, 2, 'least');
    },
  },
  {
    name: 'budget: of nothing',
    // Upstream tells of it at each look.
    countsVary: true,
    async run(stage) {
      await stage.create(budget({ minAvailable: 1 }));
      await stage.untilField('PodDisruptionBudget', 'budget', 'status.observedGeneration', 1);
    },
  },
  {
    name: 'budget: is changed',
    async run(stage) {
      await web(stage, 3);
      await stage.create(budget({ minAvailable: 1 }));
      await allowed(stage, 2);
      await stage.patch('PodDisruptionBudget', 'budget', { spec: { minAvailable: 3 } });
      await allowed(stage, 0);
    },
  },
  {
    name: 'budget: of pods that nobody controls',
    countsVary: true,
    async run(stage) {
      for (const name of ['a', 'b']) await stage.create(pod(name, { app: 'web' }));
      await stage.untilPods(2);
      await stage.create(budget({ maxUnavailable: 1 }, 'most'));
      await stage.create(budget({ minAvailable: 1 }, 'least'));
      await allowed(stage, 1, 'least');
      await stage.pause(500);
    },
  },
  {
    name: 'budget: of a replica set, and of a pod beside it',
    countsVary: true,
    async run(stage) {
      await stage.create(
        replicaSet('web', {
          replicas: 2,
          selector: { matchLabels: { app: 'web', set: 'yes' } },
          template: {
            metadata: { labels: { app: 'web', set: 'yes' } },
            spec: { containers: [{ name: 'main', image: 'main:1' }] },
          },
        }),
      );
      await stage.create(pod('alone', { app: 'web' }));
      await stage.untilPods(3);
      await stage.create(budget({ minAvailable: '50%' }));
      await stage.untilField('PodDisruptionBudget', 'budget', 'status.observedGeneration', 1);
    },
  },
  {
    name: 'budget: an eviction is allowed, the next one is not',
    async run(stage) {
      for (const name of ['one', 'two']) {
        const slow = { terminationGracePeriodSeconds: 300 };
        await stage.create(pod(name, { app: 'web' }, { 'stop-delay': '300s' }, slow));
      }
      await stage.untilPods(2);
      await stage.create(budget({ minAvailable: 2 }));
      await stage.untilField('PodDisruptionBudget', 'budget', 'status.currentHealthy', 2);
      await evict(stage, 'one', 'first');
      await stage.patch('PodDisruptionBudget', 'budget', { spec: { minAvailable: 1 } });
      await allowed(stage, 1);
      // Whoever writes another time owns it: the eviction's is another one only in another second.
      await stage.pause(1100);
      await evict(stage, 'one', 'second');
      await evict(stage, 'two', 'third');
      await stage.untilField('PodDisruptionBudget', 'budget', 'status.currentHealthy', 1);
    },
  },
  {
    name: 'budget: pods that are not well may go',
    async run(stage) {
      await web(stage, 2);
      await stage.create(budget({ minAvailable: 2, unhealthyPodEvictionPolicy: 'AlwaysAllow' }));
      await stage.untilField('PodDisruptionBudget', 'budget', 'status.currentHealthy', 2);
      const name = anyPod(stage);
      await stage.patch('Pod', name, { metadata: { annotations: scripted({ conditions: 'Ready=False' }) } });
      await stage.untilField('PodDisruptionBudget', 'budget', 'status.currentHealthy', 1);
      await evict(stage, name, 'unwell');
      await stage.untilGone('Pod', name);
      await stage.untilField('PodDisruptionBudget', 'budget', 'status.currentHealthy', 2);
    },
  },
  {
    name: 'budget: pods that are not well may not go while others are needed',
    async run(stage) {
      await web(stage, 2);
      await stage.create(budget({ minAvailable: 2, unhealthyPodEvictionPolicy: 'IfHealthyBudget' }));
      await stage.untilField('PodDisruptionBudget', 'budget', 'status.currentHealthy', 2);
      const name = anyPod(stage);
      await stage.patch('Pod', name, { metadata: { annotations: scripted({ conditions: 'Ready=False' }) } });
      await stage.untilField('PodDisruptionBudget', 'budget', 'status.currentHealthy', 1);
      await evict(stage, name, 'unwell');
    },
  },
  {
    name: 'budget: two of one pod',
    async run(stage) {
      await web(stage, 2);
      for (const name of ['one', 'two']) await stage.create(budget({ minAvailable: 1 }, name));
      await allowed(stage, 1, 'one');
      await allowed(stage, 1, 'two');
      await evict(stage, anyPod(stage), 'of-two');
    },
  },
];
