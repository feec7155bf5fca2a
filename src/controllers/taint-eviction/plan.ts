/**
 * Whether a pod must leave its node, and when. Mirrors processPodOnNode of kubernetes pkg/controller/tainteviction, but counts from when the taint was
 * put on the node, where it says so, and not from when this process came to see it: a tenant that sleeps meanwhile doesn't begin anew each time.
 */
import { tolerates, type Taint, type Toleration } from '../../api/toleration.ts';
import { podCondition, type Pod } from '../../controller/pod.ts';

/** That a pod is to go. */
export interface Scheduled {
  readonly uid: string;
  /** Milliseconds since the epoch. */
  readonly dueAt: number;
  /** Its time has come, and was told of. */
  readonly announced: boolean;
}

export interface Snapshot {
  readonly pod: Pod | undefined;
  /** NoExecute taints of its node; `undefined`: the node isn't known. */
  readonly taints: readonly Taint[] | undefined;
  readonly scheduled: Scheduled | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface EvictionPlan {
  /** What was scheduled is called off. */
  readonly cancels: boolean;
  readonly next:
    | { readonly kind: 'leave' }
    | { readonly kind: 'wait'; readonly dueAt: number }
    | { readonly kind: 'evict' };
}

const leave = { kind: 'leave' } as const;
const evict = { kind: 'evict' } as const;

/** Pure and total. */
export function planEviction(snapshot: Snapshot): EvictionPlan {
  const { pod, taints, now } = snapshot;
  const pending = snapshot.scheduled !== undefined && !snapshot.scheduled.announced;
  if (!pod || pod.metadata.deletionTimestamp !== undefined) return { cancels: pending, next: leave };
  const scheduled = snapshot.scheduled?.uid === pod.metadata.uid ? snapshot.scheduled : undefined;
  const another = pending && !scheduled;
  // A node that has gone takes no decision back.
  if (!taints) return { cancels: another, next: scheduled ? dueOr(scheduled.dueAt, now) : leave };
  if (taints.length === 0) return { cancels: pending, next: leave };
  const used = usedTolerations(taints, pod.spec.tolerations ?? []);
  if (!used) return { cancels: pending, next: evict };
  const dueAt = earliestEnd(pod, used, now);
  if (dueAt === undefined) return { cancels: pending, next: leave };
  return { cancels: another, next: dueOr(scheduled?.dueAt ?? dueAt, now) };
}

type Used = readonly (readonly [taint: Taint, toleration: Toleration])[];

/** Whether it matters since when the taints are there, and one doesn't say. Pure. */
export function asksForTimes({ pod, taints, scheduled }: Omit<Snapshot, 'now'>): boolean {
  if (!pod || !taints || scheduled?.uid === pod.metadata.uid || taints.every(({ timeAdded }) => timeAdded))
    return false;
  const used = usedTolerations(taints, pod.spec.tolerations ?? []) ?? [];
  return used.some(([{ timeAdded }, { tolerationSeconds }]) => !timeAdded && (tolerationSeconds ?? 0) > 0);
}

/** For each taint the first toleration of it; `undefined`: one has none. Mirrors GetMatchingTolerations. */
function usedTolerations(taints: readonly Taint[], tolerations: readonly Toleration[]): Used | undefined {
  const used: [Taint, Toleration][] = [];
  for (const taint of taints) {
    const toleration = tolerations.find((one) => tolerates(one, taint));
    if (!toleration) return undefined;
    used.push([taint, toleration]);
  }
  return used;
}

/** `undefined`: they are borne for ever. Mirrors getMinTolerationTime. */
function earliestEnd(pod: Pod, used: Used, now: number): number | undefined {
  const ends = used.flatMap(([{ timeAdded }, { tolerationSeconds }]) => {
    if (typeof tolerationSeconds !== 'number') return [];
    if (tolerationSeconds <= 0) return [now];
    const since = Math.min(now, Math.max(timeOf(timeAdded) ?? now, boundAt(pod) ?? now));
    return [since + tolerationSeconds * 1000];
  });
  return ends.length === 0 ? undefined : Math.min(...ends);
}

function boundAt(pod: Pod): number | undefined {
  return timeOf(podCondition(pod, 'PodScheduled')?.lastTransitionTime) ?? timeOf(pod.metadata.creationTimestamp);
}

/** Times are of whole seconds: by the end of it, it was so. */
function timeOf(text: string | null | undefined): number | undefined {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? undefined : time + 1000;
}

function dueOr(dueAt: number, now: number): EvictionPlan['next'] {
  return dueAt <= now ? evict : { kind: 'wait', dueAt };
}
