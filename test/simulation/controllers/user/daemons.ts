/** DaemonSets, and the nodes that they run on. */
import type { JsonObject } from '../../../../src/api/json.ts';
import { daemonSets, nodes } from '../../../../src/controllers/resources.ts';
import type { Choices } from '../../choices.ts';
import { nodeNames } from '../kubelet.ts';
import { anImage, change, creation, deletion, nothing, podTemplate, resourceOf, type Maker } from './operation.ts';

export const daemonSetOperation: Maker = (choose, world, namespace) => {
  const name = choose.of(['agent', 'proxy']);
  const resource = resourceOf(world, daemonSets, namespace);
  const labels = { daemon: name };
  const template = podTemplate(choose, labels) as { metadata: JsonObject; spec: JsonObject };
  const nodeSelector = choose.chance(0.3) ? { nodeSelector: { disk: 'ssd' } } : {};
  const spec = {
    selector: { matchLabels: labels },
    template: { ...template, spec: { ...template.spec, ...nodeSelector } },
    updateStrategy: anUpdateStrategy(choose),
    ...(choose.chance(0.2) ? { minReadySeconds: choose.number(5) } : {}),
    ...(choose.chance(0.5) ? { revisionHistoryLimit: choose.number(3) } : {}),
  };
  const container = { name: 'main', image: anImage(choose) };
  const later = choose.weighted<JsonObject>([
    [5, { template: { spec: { containers: [container] } } }],
    [1, { template: { spec: { nodeSelector: { disk: choose.of(['ssd', 'hdd', null]) } } } }],
    [2, { updateStrategy: anUpdateStrategy(choose) }],
  ]);
  if (!world.truth.get('daemonsets', namespace, name)) {
    return creation(resource, { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name, namespace }, spec });
  }
  return choose.weighted([
    [6, change(resource, 'daemonset', name, { spec: later })],
    [1, deletion(choose, resource, 'daemonset', name)],
  ]);
};

function anUpdateStrategy(choose: Choices): JsonObject {
  if (choose.chance(0.15)) return { type: 'OnDelete', rollingUpdate: null };
  const [maxSurge, maxUnavailable] = choose.of<readonly [number | string, number | string]>([
    [0, 1],
    [0, 2],
    [0, '50%'],
    [1, 0],
    ['100%', 0],
  ]);
  return { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } };
}

/** Nodes come and go, are marked, and are closed to what doesn't bear it. */
export const nodeOperation: Maker = (choose, world) => {
  const name = choose.of(nodeNames);
  const resource = world.user.resource(nodes);
  if (!world.truth.get('nodes', '', name)) {
    const metadata = { name, labels: { 'kubernetes.io/hostname': name, disk: choose.of(['ssd', 'hdd']) } };
    return creation(resource, { apiVersion: 'v1', kind: 'Node', metadata });
  }
  const taint = { key: 'example.com/closed', value: 'yes', effect: choose.of(['NoSchedule', 'NoExecute']) };
  return choose.weighted([
    [2, change(resource, 'node', name, { metadata: { labels: { disk: choose.of(['ssd', 'hdd']) } } })],
    [1, change(resource, 'node', name, { spec: { taints: choose.chance(0.5) ? [taint] : null } })],
    [1, { name: `delete node ${name}`, run: () => resource.delete(name) }],
    [1, nothing],
  ]);
};
