import type { KubeObject } from '../../api/object.ts';
import type { On } from '../../api/side.ts';
import type { Informer } from '../../client/informer.ts';
import { hostPortsOf, type HostPort } from '../host-ports.ts';
import { isFinished, nodeParts, podSpec } from './pod-view.ts';
import { addResources, podRequests, resourcesOf, subtractResources, type Resources } from './resources.ts';

interface Holding {
  readonly node: string;
  readonly requests: Resources;
  readonly ports: readonly HostPort[];
}

/** What the pods of each node hold, kept up to date pod by pod, with those whose binding is under way. */
export class NodeUsage {
  readonly #holdings = new Map<string, Holding>();
  readonly #used = new Map<string, Resources>();
  readonly #ports = new Map<string, readonly HostPort[]>();

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

  /** The node's ports that pods have. */
  portsOn(node: Readonly<KubeObject>): readonly HostPort[] {
    return this.#ports.get(node.metadata.name ?? '') ?? [];
  }

  assume(pod: Readonly<KubeObject>, node: string): void {
    const uid = pod.metadata.uid ?? '';
    if (this.#holdings.get(uid)?.node === node) return;
    this.forget(pod);
    const requests = podRequests(podSpec(pod));
    const ports = hostPortsOf(pod);
    this.#holdings.set(uid, { node, requests, ports });
    if (ports.length > 0) this.#ports.set(node, [...(this.#ports.get(node) ?? []), ...ports]);
    this.#used.set(node, addResources(this.#used.get(node) ?? {}, requests));
  }

  forget(pod: Readonly<KubeObject>): void {
    const uid = pod.metadata.uid ?? '';
    const held = this.#holdings.get(uid);
    if (!held) return;
    this.#holdings.delete(uid);
    if (held.ports.length > 0) {
      const left = (this.#ports.get(held.node) ?? []).filter((port) => !held.ports.includes(port));
      this.#ports.set(held.node, left);
    }
    this.#used.set(held.node, subtractResources(this.#used.get(held.node) ?? {}, held.requests));
  }
}
