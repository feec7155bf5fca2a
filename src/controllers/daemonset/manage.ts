/**
 * One pod for each node that should have one, none elsewhere, and none that has ended. Mirrors manage and podsShouldBeOnNode of kubernetes
 * pkg/controller/daemon.
 */
import { isPodAvailable, isPodReady, type Pod } from '../../controller/pod.ts';
import { revisionHashLabel } from '../../controller/revision-history.ts';
import { byAge } from './daemon-pod.ts';
import { surgeCount } from './daemon-set.ts';
import type { Eligibility } from './eligibility.ts';
import { isEnding, type PodChanges, type Snapshot } from './snapshot.ts';

export interface EndedPod {
  readonly pod: Pod;
  readonly node: string;
  readonly phase: 'Failed' | 'Succeeded';
}

export interface ManagePlan extends PodChanges {
  /** Of those that are deleted, the ones that had ended by themselves. */
  readonly ended: readonly EndedPod[];
  /** Until the next failed pod may be deleted; `undefined`: none waits. */
  readonly againAfterMs: number | undefined;
}

/** `backoffMs`: how long a failed pod of the node must still lie there. Pure and total. */
export function planManage(snapshot: Snapshot, backoffMs: (node: string) => number): ManagePlan {
  const plan = new Planner(snapshot, backoffMs);
  for (const [node, eligibility] of snapshot.nodes) plan.node(node, eligibility);
  plan.strays();
  return plan;
}

class Planner implements ManagePlan {
  readonly create: string[] = [];
  readonly delete: Pod[] = [];
  readonly ended: EndedPod[] = [];
  againAfterMs: number | undefined;
  readonly #snapshot: Snapshot;
  readonly #backoffMs: (node: string) => number;
  readonly #surges: boolean;

  constructor(snapshot: Snapshot, backoffMs: (node: string) => number) {
    this.#snapshot = snapshot;
    this.#backoffMs = backoffMs;
    this.#surges = surgeCount(snapshot.set, 1) > 0;
  }

  node(node: string, { shouldRun, shouldContinue }: Eligibility): void {
    const pods = this.#snapshot.pods.get(node);
    if (!pods) {
      if (shouldRun) this.create.push(node);
      return;
    }
    const living = pods.filter((pod) => !isEnding(pod));
    if (!shouldContinue) {
      this.delete.push(...living);
      return;
    }
    const running = this.#withoutEnded(node, living).toSorted(byAge);
    if (!this.#surges) this.delete.push(...running.slice(1));
    else if (running.length > 1) this.#oldAndNew(running);
    else if (running.length === 0 && shouldRun) this.create.push(node);
  }

  /** Pods for nodes that are no more, and which no node's end will take along. */
  strays(): void {
    for (const [node, pods] of this.#snapshot.pods) {
      if (this.#snapshot.nodes.has(node)) continue;
      this.delete.push(...pods.filter(({ spec }) => (spec.nodeName ?? '') === ''));
    }
  }

  #withoutEnded(node: string, pods: readonly Pod[]): Pod[] {
    const running: Pod[] = [];
    let failures = 0;
    for (const pod of pods) {
      const phase = pod.status?.phase;
      if (phase !== 'Failed' && phase !== 'Succeeded') {
        running.push(pod);
        continue;
      }
      const waitMs = phase === 'Failed' ? this.#backoffMs(node) : 0;
      if (waitMs > 0) this.againAfterMs = Math.min(waitMs, this.againAfterMs ?? waitMs);
      // A second one's turn comes when the first is gone.
      if (waitMs > 0 || (phase === 'Failed' && failures++ > 0)) continue;
      this.ended.push({ pod, node, phase });
      this.delete.push(pod);
    }
    return running;
  }

  /** While the set may surge, an old pod stays beside a new one: as long as it is ready, and the new one not available. */
  #oldAndNew(running: readonly Pod[]): void {
    const { set, hash, now } = this.#snapshot;
    const isNew = ({ metadata }: Pod): boolean => metadata.labels?.[revisionHashLabel] === hash;
    const newest = running.find(isNew);
    const old = running.find((pod) => !isNew(pod));
    this.delete.push(...running.filter((pod) => pod !== newest && pod !== old));
    if (!newest || !old) return;
    if (!isPodReady(old) || isPodAvailable(newest, set.minReadySeconds, now)) this.delete.push(old);
  }
}
