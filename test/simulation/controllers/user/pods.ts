/** Pods, by hand: those of others are deleted, evicted, relabelled, broken; and some are made that others would adopt. */
import type { KubeObject } from '../../../../src/api/object.ts';
import { pods } from '../../../../src/controllers/resources.ts';
import { anImage, apps, change, creation, oneOf, resourceOf, type Maker } from './operation.ts';

export const podOperation: Maker = (choose, world, namespace) => {
  const resource = resourceOf(world, pods, namespace);
  const pod = oneOf(choose, world, 'pods', namespace);
  const { name = '', labels = {} } = pod?.metadata ?? {};
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } };
  const evict = () => resource.createSubresource(name, 'eviction', eviction);
  if (!pod || choose.chance(0.1)) return creation(resource, stray(namespace, choose.of(apps), anImage(choose)));
  const options = choose.of([{}, {}, { gracePeriodSeconds: 0 }, { gracePeriodSeconds: 3 }]);
  const deleted = { name: `delete pod ${name}`, run: () => resource.delete(name, options) };
  const [label = 'app'] = Object.keys(labels);
  return choose.weighted([
    [4, deleted],
    [3, { name: `evict pod ${name}`, run: evict }],
    [1, change(resource, 'pod', name, { metadata: { labels: { [label]: null } } })],
    [1, change(resource, 'pod', name, { metadata: { labels: { [label]: choose.of([...apps, 'other']) } } })],
    [0.5, change(resource, 'pod', name, { metadata: { ownerReferences: null } })],
    [0.5, { name: `hold pod ${name}`, run: () => resource.patch(name, 'strategic', held) }],
    [0.5, change(resource, 'pod', name, { metadata: { finalizers: null } })],
  ]);
};

/** Beside the finalizers that it has. */
const held = { metadata: { finalizers: ['example.com/hold'] } };

function stray(namespace: string, app: string, image: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { generateName: 'stray-', namespace, labels: { app } },
    spec: { containers: [{ name: 'main', image }] },
  };
}
