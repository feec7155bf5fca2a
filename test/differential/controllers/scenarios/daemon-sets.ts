import type { JsonObject } from '../../../../src/api/json.ts';
import type { KubeObject } from '../../../../src/api/object.ts';
import { daemonSet, image, object, richPodSpec, scripted } from '../objects.ts';
import { fieldOf, type Scenario, type Stage } from '../scenario.ts';

/** The nodes that each side has from the start; scenarios bring others along. */
const allNodes: JsonObject = { nodeSelector: { 'node.sublet.dev/simulated': 'true' } };

function agent(spec: JsonObject = {}, more: JsonObject = allNodes): KubeObject {
  return daemonSet('agent', spec, { podSpec: more });
}

const rolling = (rollingUpdate: JsonObject): JsonObject => ({
  updateStrategy: { type: 'RollingUpdate', rollingUpdate },
});

const counts = ({ find }: Stage): Readonly<Record<string, number>> =>
  (find('DaemonSet', 'agent')?.['status'] ?? {}) as Record<string, number>;

const rolledOut = async (stage: Stage, nodes = 3): Promise<void> =>
  stage.until('agent is rolled out', () => {
    const {
      observedGeneration,
      desiredNumberScheduled,
      updatedNumberScheduled = 0,
      numberAvailable = 0,
    } = counts(stage);
    return (
      observedGeneration === stage.find('DaemonSet', 'agent')?.metadata.generation &&
      desiredNumberScheduled === nodes &&
      updatedNumberScheduled === nodes &&
      numberAvailable === nodes &&
      stage.list('Pod').length === nodes
    );
  });

const upgraded = async (stage: Stage, to: string, nodes = 3): Promise<void> => {
  await stage.patch('DaemonSet', 'agent', image(to));
  await rolledOut(stage, nodes);
};

/** Keeps pods of other scenarios away. */
const own = { key: 'scenario', effect: 'NoSchedule' };
const ready = { type: 'Ready', status: 'True', reason: 'Ready', message: 'so it is' };

/** A node that nobody is behind, of this scenario alone. */
async function addNode(stage: Stage, suffix: string, labels: Record<string, string> = {}): Promise<string> {
  // What begins with the scenario's name is compared: upstream tells more of nodes.
  const name = `node-${suffix}-of-${stage.namespace}`;
  const metadata = { labels: { scenario: stage.namespace, ...labels } };
  await stage.create(object('v1', 'Node', name, { metadata, spec: { taints: [own] } }));
  await stage.patch(
    'Node',
    name,
    { status: { allocatable: { cpu: '8', memory: '8Gi', pods: '100' }, conditions: [ready] } },
    { subresource: 'status' },
  );
  await stage.patch('Node', name, { spec: { taints: [own] } });
  return name;
}

const ofScenario = ({ namespace }: Stage, labels: Record<string, string> = {}): JsonObject => ({
  nodeSelector: { scenario: namespace, ...labels },
  tolerations: [{ key: 'scenario', operator: 'Exists' }],
});

export const daemonSets: readonly Scenario[] = [
  {
    name: 'daemon set: is created',
    async run(stage) {
      await stage.create(agent());
      await rolledOut(stage);
    },
  },
  {
    name: 'daemon set: of a pod with much to it',
    async run(stage) {
      await stage.create(agent({}, { ...allNodes, ...richPodSpec }));
      await rolledOut(stage);
    },
  },
  {
    name: 'daemon set: of no node',
    async run(stage) {
      await stage.create(agent({}, { nodeSelector: { none: 'such' } }));
      await stage.untilField('DaemonSet', 'agent', 'status.observedGeneration', 1);
    },
  },
  {
    name: 'daemon set: of nodes by name and by label',
    async run(stage) {
      const matchFields = [{ key: 'metadata.name', operator: 'In', values: ['node-2'] }];
      const matchExpressions = [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['node-3'] }];
      const nodeSelectorTerms = [{ matchFields }, { matchExpressions }];
      const nodeAffinity = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } };
      await stage.create(agent({}, { affinity: { nodeAffinity } }));
      await rolledOut(stage, 2);
    },
  },
  {
    name: 'daemon set: of its nodes’ own network, with tolerations of its own',
    async run(stage) {
      const tolerations = [
        { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 },
        { key: 'mine', operator: 'Equal', value: 'yes' },
      ];
      await stage.create(agent({}, { ...allNodes, hostNetwork: true, tolerations }));
      await rolledOut(stage);
    },
  },
  {
    name: 'daemon set: rolls over',
    async run(stage) {
      await stage.create(agent());
      await rolledOut(stage);
      await upgraded(stage, 'main:2');
    },
  },
  {
    name: 'daemon set: rolls over in larger steps',
    async run(stage) {
      await stage.create(agent(rolling({ maxUnavailable: '60%' })));
      await rolledOut(stage);
      await upgraded(stage, 'main:2');
    },
  },
  {
    name: 'daemon set: rolls over with a surge',
    async run(stage) {
      await stage.create(agent(rolling({ maxSurge: 1, maxUnavailable: 0 })));
      await rolledOut(stage);
      await upgraded(stage, 'main:2');
    },
  },
  {
    name: 'daemon set: what was never ready is replaced at once',
    async run(stage) {
      await stage.create(agent({}, allNodes));
      await rolledOut(stage);
      await stage.patch('DaemonSet', 'agent', {
        spec: { template: { metadata: { annotations: scripted({ 'waiting-reason': 'ImagePullBackOff' }) } } },
      });
      await stage.untilField('DaemonSet', 'agent', 'status.numberUnavailable', 1);
      await stage.untilField('DaemonSet', 'agent', 'status.updatedNumberScheduled', 1);
      await stage.patch('DaemonSet', 'agent', {
        spec: { template: { metadata: { annotations: { 'simulation.sublet.dev/waiting-reason': null } } } },
      });
      await rolledOut(stage);
    },
  },
  {
    name: 'daemon set: must be ready for a while',
    async run(stage) {
      await stage.create(agent({ minReadySeconds: 2, ...rolling({ maxUnavailable: 3 }) }));
      await rolledOut(stage);
      await upgraded(stage, 'main:2');
    },
  },
  {
    name: 'daemon set: goes back to an earlier template',
    async run(stage) {
      await stage.create(agent(rolling({ maxUnavailable: 3 })));
      await rolledOut(stage);
      for (const next of ['main:2', 'main:3', 'main:1']) await upgraded(stage, next);
    },
  },
  {
    name: 'daemon set: keeps a short history',
    async run(stage) {
      await stage.create(agent({ revisionHistoryLimit: 1, ...rolling({ maxUnavailable: 3 }) }));
      await rolledOut(stage);
      for (const next of ['main:2', 'main:3', 'main:4']) await upgraded(stage, next);
      await stage.until('two are left', () => stage.list('ControllerRevision').length === 2);
    },
  },
  {
    name: 'daemon set: OnDelete',
    async run(stage) {
      await stage.create(agent({ updateStrategy: { type: 'OnDelete' } }));
      await rolledOut(stage);
      await stage.patch('DaemonSet', 'agent', image('main:2'));
      await stage.untilField('DaemonSet', 'agent', 'status.observedGeneration', 2);
      const [pod] = stage.list('Pod');
      await stage.remove('Pod', pod?.metadata.name ?? '');
      await stage.untilField('DaemonSet', 'agent', 'status.updatedNumberScheduled', 1);
      await stage.untilField('DaemonSet', 'agent', 'status.numberAvailable', 3);
    },
  },
  {
    name: 'daemon set: its pod is deleted',
    async run(stage) {
      await stage.create(agent());
      await rolledOut(stage);
      const [pod] = stage.list('Pod');
      await stage.remove('Pod', pod?.metadata.name ?? '');
      await stage.untilGone('Pod', pod?.metadata.name ?? '');
      await rolledOut(stage);
    },
  },
  {
    name: 'daemon set: its pod gets another label',
    async run(stage) {
      await stage.create(agent());
      await rolledOut(stage);
      const [pod] = stage.list('Pod');
      await stage.patch('Pod', pod?.metadata.name ?? '', { metadata: { labels: { app: 'else' } } });
      await stage.until('there is another', () => stage.list('Pod').length === 4);
      await stage.untilField('DaemonSet', 'agent', 'status.numberAvailable', 3);
    },
  },
  {
    name: 'daemon set: its pod fails',
    async run(stage) {
      await addNode(stage, 'a');
      await stage.create(agent({}, ofScenario(stage)));
      await stage.untilField('DaemonSet', 'agent', 'status.currentNumberScheduled', 1);
      await stage.until('it has its node', () => fieldOf(stage.list('Pod')[0], 'spec.nodeName') !== undefined);
      const name = stage.list('Pod')[0]?.metadata.name ?? '';
      await stage.patch('Pod', name, { status: { phase: 'Failed' } }, { subresource: 'status' });
      await stage.untilEvent('FailedDaemonPod');
      await stage.until('another is there', () => {
        const [pod, ...others] = stage.list('Pod');
        return pod !== undefined && pod.metadata.name !== name && others.length === 0;
      });
    },
  },
  {
    name: 'daemon set: its pod ends well',
    async run(stage) {
      await addNode(stage, 'a');
      await stage.create(agent({}, ofScenario(stage)));
      await stage.until('it has its node', () => fieldOf(stage.list('Pod')[0], 'spec.nodeName') !== undefined);
      const name = stage.list('Pod')[0]?.metadata.name ?? '';
      await stage.patch('Pod', name, { status: { phase: 'Succeeded' } }, { subresource: 'status' });
      await stage.untilEvent('SucceededDaemonPod');
      await stage.untilGone('Pod', name);
      await stage.until('another is there', () => stage.list('Pod').length === 1);
    },
  },
  {
    name: 'daemon set: nodes come, get labels and taints',
    // Whether a pod was ever seen where it should not be.
    fieldsVary: true,
    async run(stage) {
      await stage.create(agent({}, ofScenario(stage, { disk: 'ssd' })));
      await stage.untilField('DaemonSet', 'agent', 'status.observedGeneration', 1);
      const first = await addNode(stage, 'a', { disk: 'ssd' });
      await stage.untilField('DaemonSet', 'agent', 'status.currentNumberScheduled', 1);
      const second = await addNode(stage, 'b');
      await stage.patch('Node', second, { metadata: { labels: { disk: 'ssd' } } });
      await stage.untilField('DaemonSet', 'agent', 'status.currentNumberScheduled', 2);
      await stage.until('both have theirs', () =>
        stage.list('Pod').every((pod) => fieldOf(pod, 'spec.nodeName') !== undefined),
      );
      await stage.patch('Node', first, { metadata: { labels: { disk: null } } });
      await stage.until('one is left', () => stage.list('Pod').length === 1);
      await stage.untilField('DaemonSet', 'agent', 'status.desiredNumberScheduled', 1);
    },
  },
  {
    name: 'daemon set: a pod stays where none would be made',
    async run(stage) {
      const node = await addNode(stage, 'a');
      await stage.create(agent({}, ofScenario(stage)));
      await stage.until('it has its node', () => fieldOf(stage.list('Pod')[0], 'spec.nodeName') !== undefined);
      await stage.patch('Node', node, { spec: { taints: [own, { key: 'full', effect: 'NoSchedule' }] } });
      await stage.patch('DaemonSet', 'agent', { metadata: { annotations: { look: 'again' } } });
      await stage.untilField('DaemonSet', 'agent', 'status.numberMisscheduled', 1);
      await stage.patch('Node', node, { spec: { taints: [own] } });
      await stage.untilField('DaemonSet', 'agent', 'status.numberMisscheduled', 0);
    },
  },
  {
    name: 'daemon set: is deleted, and its pods are left',
    async run(stage) {
      await stage.create(agent());
      await rolledOut(stage);
      await stage.remove('DaemonSet', 'agent', { propagationPolicy: 'Orphan' });
      await stage.untilGone('DaemonSet', 'agent');
    },
  },
  {
    name: 'daemon set: takes over what its predecessor left',
    async run(stage) {
      await stage.create(agent());
      await rolledOut(stage);
      await stage.remove('DaemonSet', 'agent', { propagationPolicy: 'Orphan' });
      await stage.untilGone('DaemonSet', 'agent');
      await stage.until('nobody owns the pods', () =>
        stage.list('Pod').every(({ metadata }) => metadata.ownerReferences === undefined),
      );
      await stage.create(agent());
      await rolledOut(stage);
    },
  },
  {
    name: 'daemon set: is deleted in the foreground',
    async run(stage) {
      await stage.create(agent());
      await rolledOut(stage);
      await stage.remove('DaemonSet', 'agent', { propagationPolicy: 'Foreground' });
      await stage.untilGone('DaemonSet', 'agent');
      await stage.until(
        'nothing is left',
        () => stage.list('Pod').length + stage.list('ControllerRevision').length === 0,
      );
    },
  },
  {
    name: 'daemon set: a quota keeps its pods away',
    countsVary: true,
    async run(stage) {
      await stage.create(object('v1', 'ResourceQuota', 'none', { spec: { hard: { pods: '0' } } }));
      await stage.untilField('ResourceQuota', 'none', 'status.hard.pods', '0');
      await stage.create(agent());
      await stage.untilEvent('FailedCreate');
      await stage.untilField('DaemonSet', 'agent', 'status.desiredNumberScheduled', 3);
    },
  },
  {
    name: 'daemon set: a revision has a twin',
    async run(stage) {
      await stage.create(agent());
      await rolledOut(stage);
      const [revision] = stage.list('ControllerRevision');
      if (!revision) throw new Error('there is no revision');
      const { labels, annotations, ownerReferences } = revision.metadata;
      await stage.create(
        object('apps/v1', 'ControllerRevision', 'twin', {
          metadata: {
            labels: { ...labels, 'controller-revision-hash': 'twin' },
            ...(annotations ? { annotations } : {}),
            ownerReferences: ownerReferences ?? [],
          },
          data: revision['data'] as JsonObject,
          revision: 2,
        }),
      );
      await stage.patch('DaemonSet', 'agent', { metadata: { annotations: { look: 'again' } } });
      await stage.until('one is left', () => stage.list('ControllerRevision').length === 1);
      await stage.until('pods are of it', () =>
        stage.list('Pod').every(({ metadata }) => metadata.labels?.['controller-revision-hash'] === 'twin'),
      );
    },
  },
];
