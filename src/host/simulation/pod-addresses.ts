import type { Informer } from '../../client/informer.ts';
import { addressText, podAddressesPerNode, type NodeShape } from './node-object.ts';
import { viewPod } from './pod-view.ts';

/** Which pod has which address. What pods show in their status counts, so that a restart gives no address twice. */
export class PodAddresses {
  readonly #byPod = new Map<string, string>();
  readonly #taken = new Set<string>();
  readonly #next = new Map<string, number>();

  constructor(pods: Informer<'host'>) {
    pods.addHandler({
      onAdd: (pod) => {
        const address = viewPod(pod).status?.podIP;
        if (address !== undefined) this.#take(pod.metadata.uid ?? '', address);
      },
    });
  }

  /** The pod's address on this node: always the same one for a pod. @throws Error when the node has none left */
  of(uid: string, node: NodeShape): string {
    const known = this.#byPod.get(uid);
    if (known !== undefined) return known;
    // The first address is the network's, the last one its broadcast.
    for (let tries = 0; tries < podAddressesPerNode; tries++) {
      const offset = this.#next.get(node.name) ?? 1;
      this.#next.set(node.name, offset + 1 >= podAddressesPerNode - 1 ? 1 : offset + 1);
      const address = addressText(node.podBase + offset);
      if (this.#taken.has(address)) continue;
      this.#take(uid, address);
      return address;
    }
    throw new Error(`${node.name} has no pod address left`);
  }

  release(uid: string): void {
    const address = this.#byPod.get(uid);
    this.#byPod.delete(uid);
    if (address !== undefined) this.#taken.delete(address);
  }

  #take(uid: string, address: string): void {
    this.#byPod.set(uid, address);
    this.#taken.add(address);
  }
}
