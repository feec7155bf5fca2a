/**
 * Which old pods go, or on which nodes new ones are made beside them. Expects {@link planManage} to make what is missing and to delete what is
 * too much or has ended. Mirrors rollingUpdate of kubernetes pkg/controller/daemon update.go.
 */
import { isPodAvailable, type Pod } from '../../controller/pod.ts';
import { isUpdated } from './daemon-pod.ts';
import { surgeCount, unavailableCount } from './daemon-set.ts';
import { isEnding, type PodChanges, type Snapshot } from './snapshot.ts';

interface NodePods {
  readonly node: string;
  /** `undefined`: several are new, or several old. */
  readonly pair: { readonly fresh: Pod | undefined; readonly old: Pod | undefined } | undefined;
}

/** Pure and total. */
export function planRollingUpdate(snapshot: Snapshot): PodChanges {
  const { set, nodes } = snapshot;
  if (!set.rollingUpdate) return { create: [], delete: [] };
  const desired = [...nodes].flatMap(([node, { shouldRun }]) => (shouldRun ? [node] : []));
  const surge = surgeCount(set, desired.length);
  if (surge > 0) return surging(snapshot, surge, desired.length);
  // Neither surge nor unavailability: nothing would ever move.
  const unavailableMax = unavailableCount(set, desired.length) || Math.min(1, desired.length);
  return replacing(snapshot, unavailableMax, desired);
}

/** Old pods that are available go for as long as not too many nodes are without; those that are not available go in any case. */
function replacing(snapshot: Snapshot, unavailableMax: number, desired: readonly string[]): PodChanges {
  const isAvailable = availability(snapshot);
  let unavailable = desired.filter((node) => !snapshot.pods.has(node)).length;
  const replaced: Pod[] = [];
  const candidates: Pod[] = [];
  for (const { pair } of byNode(snapshot)) {
    const { fresh, old } = pair ?? {};
    if (fresh && !old) {
      if (!isAvailable(fresh)) unavailable++;
    } else if (old && !fresh && isAvailable(old)) candidates.push(old);
    else {
      if (old && !fresh) replaced.push(old);
      unavailable++;
    }
  }
  return { create: [], delete: [...replaced, ...candidates.slice(0, Math.max(0, unavailableMax - unavailable))] };
}

/** New pods are made beside the old, which go when the new are available. */
function surging(snapshot: Snapshot, surgeMax: number, desired: number): PodChanges {
  const isAvailable = availability(snapshot);
  let surged = 0;
  let available = 0;
  const doomed: Pod[] = [];
  /** Available, on nodes that are no longer meant: each goes when there is another one for it. */
  const misplaced: Pod[] = [];
  const allowed: string[] = [];
  const candidates: string[] = [];
  for (const { node, pair } of byNode(snapshot)) {
    if (!pair) {
      surged++;
      continue;
    }
    const { fresh, old } = pair;
    const first = old ?? fresh;
    if (first && isAvailable(first)) available++;
    if (!old) continue;
    if (fresh) {
      if (isAvailable(fresh)) doomed.push(old);
      else surged++;
      continue;
    }
    const shouldRun = snapshot.nodes.get(node)?.shouldRun ?? false;
    if (shouldRun) (isAvailable(old) ? candidates : allowed).push(node);
    else (isAvailable(old) ? misplaced : doomed).push(old);
  }
  return {
    create: [...allowed, ...candidates.slice(0, Math.max(0, surgeMax - surged))],
    delete: [...doomed, ...misplaced.slice(0, Math.max(0, available - desired))],
  };
}

function availability({ set, now }: Snapshot): (pod: Pod) => boolean {
  return (pod) => isPodAvailable(pod, set.minReadySeconds, now);
}

/** Mirrors findUpdatedPodsOnNode. */
function byNode({ set, pods, hash }: Snapshot): NodePods[] {
  return Array.from(pods, ([node, there]) => {
    const living = there.filter((pod) => !isEnding(pod));
    const fresh = living.filter((pod) => isUpdated(pod, set, hash));
    const old = living.filter((pod) => !isUpdated(pod, set, hash));
    return { node, pair: fresh.length > 1 || old.length > 1 ? undefined : { fresh: fresh[0], old: old[0] } };
  });
}
