/**
 * Which pods of too many go first. Mirrors kubernetes pkg/controller ActivePodsWithRanks (with pod deletion cost and the
 * logarithmic comparison of times).
 */
import { isPodActive, isPodReady, readySince, type Pod } from '../../controller/pod.ts';

const phaseOrder: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

/**
 * The `count` pods that are deleted first. `related` are the pods of all sets of the same owner: pods that share their node with
 * more of them go earlier. `now`: milliseconds since the epoch.
 */
export function podsToDelete(
  pods: readonly Pod[],
  related: readonly Pod[],
  count: number,
  now: number,
): readonly Pod[] {
  if (count >= pods.length) return pods;
  const perNode = new Map<string, number>();
  for (const pod of related) {
    const node = pod.spec.nodeName ?? '';
    if (isPodActive(pod)) perNode.set(node, (perNode.get(node) ?? 0) + 1);
  }
  const rank = (pod: Pod): number => perNode.get(pod.spec.nodeName ?? '') ?? 0;
  return pods.toSorted((left, right) => compare(left, right, rank, now)).slice(0, count);
}

/** Negative: `left` is deleted before `right`. */
function compare(left: Pod, right: Pod, rank: (pod: Pod) => number, now: number): number {
  const comparisons: (() => number)[] = [
    () => Number(Boolean(left.spec.nodeName)) - Number(Boolean(right.spec.nodeName)),
    () => phase(left) - phase(right),
    () => Number(isPodReady(left)) - Number(isPodReady(right)),
    () => deletionCost(left) - deletionCost(right),
    () => rank(right) - rank(left),
    () => compareReadiness(left, right, now),
    () => maxRestarts(right) - maxRestarts(left),
    () => compareTimes(created(left), created(right), left, right, now),
  ];
  for (const comparison of comparisons) {
    const order = comparison();
    if (order !== 0) return order;
  }
  return 0;
}

function phase(pod: Pod): number {
  return phaseOrder[pod.status?.phase ?? ''] ?? 0;
}

function deletionCost(pod: Pod): number {
  const cost = pod.metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost'];
  return cost !== undefined && /^[-+]?\d+$/.test(cost) ? Number(cost) : 0;
}

function compareReadiness(left: Pod, right: Pod, now: number): number {
  if (!isPodReady(left) || !isPodReady(right)) return 0;
  return compareTimes(readySince(left), readySince(right), left, right, now);
}

/** Later, or unknown, goes first; times that differ little (on a logarithmic scale) count as equal, and the UID decides. */
function compareTimes(
  leftTime: number | undefined,
  rightTime: number | undefined,
  left: Pod,
  right: Pod,
  now: number,
): number {
  if (leftTime === rightTime) return 0;
  if (leftTime === undefined) return -1;
  if (rightTime === undefined) return 1;
  const difference = logarithmicAge(leftTime, now) - logarithmicAge(rightTime, now);
  if (difference !== 0) return difference;
  return (left.metadata.uid ?? '') < (right.metadata.uid ?? '') ? -1 : 1;
}

/** Of the age in nanoseconds, as upstream has it; -1 for none. */
function logarithmicAge(time: number, now: number): number {
  return now > time ? Math.trunc(Math.log2((now - time) * 1e6)) : -1;
}

function created(pod: Pod): number | undefined {
  const time = pod.metadata.creationTimestamp;
  return time ? Date.parse(time) : undefined;
}

/** Restarts of containers count more than those of sidecars. */
function maxRestarts(pod: Pod): number {
  const sidecars = new Set(
    pod.spec.initContainers?.flatMap(({ name, restartPolicy }) => (restartPolicy === 'Always' ? [name] : [])),
  );
  const regular = Math.max(0, ...(pod.status?.containerStatuses?.map(({ restartCount }) => restartCount ?? 0) ?? []));
  const sidecar = Math.max(
    0,
    ...(pod.status?.initContainerStatuses?.map(({ name, restartCount }) =>
      sidecars.has(name) ? (restartCount ?? 0) : 0,
    ) ?? []),
  );
  return regular + sidecar / 2 ** 32;
}
