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

/** Whether a change of `node` asks something of the set, which has a pod there or not. Mirrors syncNodeUpdate. */
export function isConcerned(set: DaemonSet, node: Readonly<KubeObject>, hasPod: boolean): boolean {
  const { shouldRun, shouldContinue } = eligibilityOf(set)(node);
  if (!hasPod) return shouldRun;
  return !shouldContinue || (set.status.numberMisscheduled ?? 0) > 0;
}
