/** Which of the tenant's pods are on which node, as either side shows it. */
import { equalJson } from '../api/json.ts';
import type { KubeObject } from '../api/object.ts';
import type { On, Side } from '../api/side.ts';
import type { Informer } from '../client/informer.ts';
import { originOfCopy, type Place } from '../translate/marks.ts';
import { hostIpsOf, nodeNameOf } from '../translate/pods/pod-node.ts';

export interface NodePods {
  /** The tenant's pods and their copies. */
  on(node: string): readonly Readonly<KubeObject>[];
  /** The tenant's pods, as keys, whose copies are on the node; the empty name: on none yet. */
  keysOn(node: string): readonly string[];
  /** `changed` is told of each node whose pods are others now, or tell something new of it. */
  follow(changed: (node: string) => void): void;
}

const nodeIndex = 'node';

export function createNodePods(place: Place, hostPods: Informer<'host'>, tenantPods: Informer<'tenant'>): NodePods {
  tenantPods.addIndex(nodeIndex, (pod) => [nodeNameOf(pod)]);
  hostPods.addIndex(nodeIndex, (copy) => (originOfCopy(place, copy) ? [nodeNameOf(copy)] : []));
  return {
    on: (node) => [...hostPods.byIndex(nodeIndex, node), ...tenantPods.byIndex(nodeIndex, node)],
    keysOn: (node) =>
      hostPods.byIndex(nodeIndex, node).flatMap((copy) => {
        const origin = originOfCopy(place, copy);
        return origin ? [`${origin.namespace}/${origin.name}`] : [];
      }),
    follow(changed) {
      followPods(hostPods, changed);
      followPods(tenantPods, changed);
    },
  };
}

function followPods<S extends Side>(pods: Informer<S>, changed: (node: string) => void): void {
  const tell = (pod: On<S, KubeObject>): void => {
    const node = nodeNameOf(pod);
    if (node !== '') changed(node);
  };
  pods.addHandler({
    onAdd: tell,
    onUpdate: (old, pod) => {
      if (nodeNameOf(old) !== nodeNameOf(pod) || !equalJson([...hostIpsOf([old])], [...hostIpsOf([pod])])) tell(pod);
    },
    onDelete: tell,
  });
}
