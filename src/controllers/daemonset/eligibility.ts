/** Which nodes a DaemonSet's pods belong on. Mirrors NodeShouldRunDaemonPod of kubernetes pkg/controller/daemon. Pure. */
import { requiredNodes } from '../../api/node-affinity.ts';
import type { KubeObject } from '../../api/object.ts';
import { taintsOf, untoleratedTaint } from '../../api/toleration.ts';
import { daemonTolerations } from './daemon-pod.ts';
import type { DaemonSet } from './daemon-set.ts';

export interface Eligibility {
  /** Where there is no pod, there should be one. */
  readonly shouldRun: boolean;
  /** Where there is one, it may stay. */
  readonly shouldContinue: boolean;
}

/** Absent: the node comes, or it goes. */
export interface NodeChange {
  readonly before?: Readonly<KubeObject>;
  readonly after?: Readonly<KubeObject>;
}

const never: Eligibility = { shouldRun: false, shouldContinue: false };

/** Reads the set once, for many nodes. */
export function eligibilityOf({ podSpec }: DaemonSet): (node: Readonly<KubeObject>) => Eligibility {
  const wanted = requiredNodes(podSpec);
  const tolerations = daemonTolerations(podSpec);
  const { nodeName = '' } = podSpec;
  return (node) => {
    if (nodeName !== '' && nodeName !== node.metadata.name) return never;
    if (!wanted(node)) return never;
    const taints = taintsOf(node);
    if (!untoleratedTaint(taints, tolerations, ['NoSchedule', 'NoExecute']))
      return { shouldRun: true, shouldContinue: true };
    return { shouldRun: false, shouldContinue: !untoleratedTaint(taints, tolerations, ['NoExecute']) };
  };
}

/**
 * Whether a set must look again when a node is another than `before`. Upstream's syncNodeUpdate asks less, and leaves counts of the status as they
 * were for a while.
 */
export function isConcerned(set: DaemonSet, { before, after }: NodeChange, hasPod: () => boolean): boolean {
  const eligible = eligibilityOf(set);
  if (!before || !after) {
    const node = before ?? after;
    return (node && eligible(node).shouldRun) || hasPod();
  }
  const [was, is] = [eligible(before), eligible(after)];
  return was.shouldRun !== is.shouldRun || was.shouldContinue !== is.shouldContinue;
}
