import type { KubeObject } from '../../api/object.ts';
import type { On } from '../../api/side.ts';
import type { Informer } from '../../client/informer.ts';
import { isFinished, nodeParts, podSpec } from './pod-view.ts';
import { addResources, podRequests, resourcesOf, subtractResources, type Resources } from './resources.ts';

interface Holding {
  readonly node: string;
  readonly requests: Resources;
}

/** What the pods of each node hold, kept up to date pod by pod, with those whose binding is under way. */
export class NodeUsage {
  readonly #holdings = new Map<string, Holding>();
  readonly #used = new Map<string, Resources>();

  constructor(pods: Informer<'host'>) {
    const observe = (pod: On<'host', KubeObject>): void => {
      const node = podSpec(pod).nodeName;
      if (isFinished(pod)) this.forget(pod);
      else if (node) this.assume(pod, node);
    };
    pods.addHandler({ onAdd: observe, onUpdate: (_old, pod) => observe(pod), onDelete: (pod) => this.forget(pod) });
  }

  freeOn(node: Readonly<KubeObject>): Resources {
    const all = resourcesOf(nodeParts(node).allocatable);
    return subtractResources(all, this.#used.get(node.metadata.name ?? '') ?? {});
  }

  assume(pod: Readonly<KubeObject>, node: string): void {
    const uid = pod.metadata.uid ?? '';
    if (this.#holdings.get(uid)?.node === node) return;
    this.forget(pod);
    const requests = podRequests(podSpec(pod));
    this.#holdings.set(uid, { node, requests });
    this.#used.set(node, addResources(this.#used.get(node) ?? {}, requests));
  }

  forget(pod: Readonly<KubeObject>): void {
    const uid = pod.metadata.uid ?? '';
    const held = this.#holdings.get(uid);
    if (!held) return;
    this.#holdings.delete(uid);
    this.#used.set(held.node, subtractResources(this.#used.get(held.node) ?? {}, held.requests));
  }
}
