import type { JsonObject } from '../../../../src/api/json.ts';
import { object, pod } from '../objects.ts';
import { fieldOf, type Scenario, type Stage } from '../scenario.ts';

const broken = { key: 'broken', effect: 'NoExecute' };
const bearing = (more: JsonObject = {}): JsonObject => ({
  tolerations: [{ key: 'broken', operator: 'Exists', effect: 'NoExecute', ...more }],
});

/** A node that nobody is behind, of this scenario alone. Deleted pods stay there for the time that they are given. */
async function addNode(stage: Stage): Promise<string> {
  // What begins with the scenario's name is compared: upstream tells more of nodes.
  const name = `node-of-${stage.namespace}`;
  await stage.create(object('v1', 'Node', name));
  return name;
}

const run = (stage: Stage, nodeName: string, name: string, spec: JsonObject = {}) =>
  stage.create(pod(name, {}, {}, { nodeName, terminationGracePeriodSeconds: 600, ...spec }));

const taint = (stage: Stage, name: string, ...taints: JsonObject[]) => stage.patch('Node', name, { spec: { taints } });

const untilEnding = (stage: Stage, name: string): Promise<void> =>
  stage.until(`${name} is being deleted`, () => stage.find('Pod', name)?.metadata.deletionTimestamp !== undefined);

const untilScheduled = (stage: Stage): Promise<void> => stage.pause(500);

export const taints: readonly Scenario[] = [
  {
    name: 'taint: some pods bear it, some do not',
    async run(stage) {
      const node = await addNode(stage);
      await run(stage, node, 'weak');
      await run(stage, node, 'strong', bearing());
      await run(stage, node, 'patient', bearing({ tolerationSeconds: 3600 }));
      await run(stage, node, 'hasty', bearing({ tolerationSeconds: 0 }));
      await taint(stage, node, broken);
      await untilEnding(stage, 'weak');
      await untilEnding(stage, 'hasty');
    },
  },
  {
    name: 'taint: a pod comes when it is there',
    async run(stage) {
      const node = await addNode(stage);
      await taint(stage, node, broken);
      await run(stage, node, 'weak');
      await untilEnding(stage, 'weak');
    },
  },
  {
    name: 'taint: it is borne for a while',
    async run(stage) {
      const node = await addNode(stage);
      await run(stage, node, 'patient', bearing({ tolerationSeconds: 2 }));
      await taint(stage, node, broken);
      await untilEnding(stage, 'patient');
    },
  },
  {
    name: 'taint: it goes in time',
    async run(stage) {
      const node = await addNode(stage);
      await run(stage, node, 'lucky', bearing({ tolerationSeconds: 3600 }));
      await taint(stage, node, broken);
      await untilScheduled(stage);
      await taint(stage, node);
      await stage.untilEvent('TaintManagerEviction');
    },
  },
  {
    name: 'taint: a second one comes that is not borne',
    async run(stage) {
      const node = await addNode(stage);
      await run(stage, node, 'unlucky', bearing({ tolerationSeconds: 3600 }));
      await taint(stage, node, broken);
      await untilScheduled(stage);
      await taint(stage, node, broken, { key: 'wet', effect: 'NoExecute' });
      await untilEnding(stage, 'unlucky');
    },
  },
  {
    name: 'taint: a pod is deleted before its time',
    async run(stage) {
      const node = await addNode(stage);
      await run(stage, node, 'gone', { ...bearing({ tolerationSeconds: 3600 }), terminationGracePeriodSeconds: 0 });
      await taint(stage, node, broken);
      await untilScheduled(stage);
      await stage.remove('Pod', 'gone');
      await stage.untilGone('Pod', 'gone');
      await stage.untilEvent('TaintManagerEviction');
    },
  },
  {
    name: 'taint: it only keeps pods away',
    async run(stage) {
      const node = await addNode(stage);
      await run(stage, node, 'calm');
      await taint(stage, node, { key: 'full', effect: 'NoSchedule' });
      await stage.until('the node has it', () => fieldOf(stage.find('Node', node), 'spec.taints') !== undefined);
    },
  },
];
