/** What a DaemonSet's plans are made from. */
import { isPodTerminal, type Pod } from '../../controller/pod.ts';
import { targetNode } from './daemon-pod.ts';
import type { DaemonSet } from './daemon-set.ts';
import type { Eligibility } from './eligibility.ts';

/** By the name of the node where they are or are to be. */
export type PodsByNode = ReadonlyMap<string, readonly Pod[]>;

export interface Snapshot {
  readonly set: DaemonSet;
  /** All nodes that there are, by name. */
  readonly nodes: ReadonlyMap<string, Eligibility>;
  readonly pods: PodsByNode;
  /** Of the set's newest revision. */
  readonly hash: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface PodChanges {
  /** The names of the nodes that get a pod. */
  readonly create: readonly string[];
  readonly delete: readonly Pod[];
}

/** With pods that have ended and are being deleted left out: nobody has anything more to do with them. */
export function podsByNode(pods: readonly Pod[]): PodsByNode {
  const found = new Map<string, Pod[]>();
  for (const pod of pods) {
    const node = targetNode(pod);
    if (node === undefined || (isPodTerminal(pod) && isEnding(pod))) continue;
    const there = found.get(node);
    if (there) there.push(pod);
    else found.set(node, [pod]);
  }
  return found;
}

export function isEnding(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined;
}
