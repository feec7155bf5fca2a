/** Which of the tenant's pods are on which node, as either side shows it. */
import { equalJson } from '../api/json.ts';
import type { KubeObject } from '../api/object.ts';
import type { On, Side } from '../api/side.ts';
import type { Informer } from '../client/informer.ts';
import { originOfCopy, type Place } from '../translate/marks.ts';
import { hostIpsOf, nodeNameOf, wasPutOnNode } from '../translate/pods/pod-node.ts';

/** What is on a node. */
export interface PodsOnNode {
  /** The tenant's pods that are there, and those whose copies are; not who only asks to be there. */
  readonly pods: readonly On<'tenant', KubeObject>[];
  /** The node's addresses, as the pods have them. */
  readonly hostIps: readonly string[];
}

export interface NodePods {
  on(node: string): PodsOnNode;
  /** The tenant's pods, as keys, whose copies are on the node; the empty name: on none yet. */
  keysOn(node: string): readonly string[];
  /** `changed` is told of each node whose pods are others now, or tell something new of it. */
  follow(changed: (node: string) => void): void;
}

const nodeIndex = 'node';

export function createNodePods(place: Place, hostPods: Informer<'host'>, tenantPods: Informer<'tenant'>): NodePods {
  tenantPods.addIndex(nodeIndex, (pod) => [nodeNameOf(pod)]);
  hostPods.addIndex(nodeIndex, (copy) => (originOfCopy(place, copy) ? [nodeNameOf(copy)] : []));
  const keysOn = (node: string): readonly string[] =>
    hostPods.byIndex(nodeIndex, node).flatMap((copy) => {
      const origin = originOfCopy(place, copy);
      return origin ? [`${origin.namespace}/${origin.name}`] : [];
    });
  return {
    on(node) {
      const bound = tenantPods.byIndex(nodeIndex, node).filter((pod) => wasPutOnNode(pod));
      const toBeBound = keysOn(node).flatMap((key) => tenantPods.get(key) ?? []);
      const pods = new Set([...bound, ...toBeBound]);
      return { pods: [...pods], hostIps: hostIpsOf([...hostPods.byIndex(nodeIndex, node), ...bound]) };
    },
    keysOn,
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
