/** Which of the tenant's pods are on which node, as either side shows it. */
import { equalJson } from '../api/json.ts';
import type { KubeObject } from '../api/object.ts';
import type { On, Side } from '../api/side.ts';
import type { Informer } from '../client/informer.ts';
import { originOfCopy, type Place } from '../translate/marks.ts';
import { hostIpsOf, nodeNameOf, wasPutOnNode } from '../translate/pods/pod-node.ts';

/** What is on a node. It may be a thousand pods, and is asked for whenever one comes or goes: nothing is looked at that isn't asked for. */
export interface PodsOnNode {
  /** The tenant's pods that are there, and those whose copies are; not who only asks to be there. */
  pods(): Iterable<On<'tenant', KubeObject>>;
  /** The node's addresses, as the pods have them. */
  hostIps(): readonly string[];
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
  hostPods.addIndex(nodeIndex, (pod) => [nodeNameOf(pod)]);
  const keysOn = (node: string): readonly string[] =>
    hostPods.byIndex(nodeIndex, node).flatMap((copy) => {
      const origin = originOfCopy(place, copy);
      return origin ? [`${origin.namespace}/${origin.name}`] : [];
    });
  return {
    on: (node) => ({
      *pods() {
        for (const pod of tenantPods.byIndex(nodeIndex, node)) if (wasPutOnNode(pod)) yield pod;
        for (const key of keysOn(node)) {
          const pod = tenantPods.get(key);
          if (pod && !wasPutOnNode(pod)) yield pod;
        }
      },
      hostIps: () => hostIpsOf([...hostPods.byIndex(nodeIndex, node), ...tenantPods.byIndex(nodeIndex, node)]),
    }),
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
