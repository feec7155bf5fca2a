/** Pods that say they are about to be disrupted, and aren't. Mirrors syncStalePodDisruption. */
import { isPodTerminal, type Pod, type PodCondition } from '../../controller/pod.ts';

const staleMs = 120_000;

/** How long until the condition has to go, 0: it has to; `undefined`: it is none, or stays. */
export function staleDisruptionMs(pod: Pod, now: number): number | undefined {
  const condition: (PodCondition & { readonly reason?: string }) | undefined = pod.status?.conditions?.find(
    ({ type }) => type === 'DisruptionTarget',
  );
  if (pod.metadata.deletionTimestamp !== undefined || condition?.status !== 'True') return undefined;
  // A kubelet takes as long as it takes.
  if (condition.reason === 'TerminationByKubelet' || isPodTerminal(pod)) return undefined;
  return Math.max(0, Date.parse(condition.lastTransitionTime ?? '') + staleMs - now || 0);
}
