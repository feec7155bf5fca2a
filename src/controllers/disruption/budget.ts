/** A PodDisruptionBudget as its controller reads and writes it: what is healthy, what must be, and what may go. Pure. */
import { equalJson, type JsonValue } from '../../api/json.ts';
import type { IntOrString } from '../../api/int-or-string.ts';
import type { LabelSelector } from '../../api/label-selector.ts';
import type { KubeObject, ObjectMeta } from '../../api/object.ts';
import { isPodReady, type Pod } from '../../controller/pod.ts';
import { timestamp } from '../../lib/clock.ts';

export interface Budget {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<ObjectMeta>;
  readonly spec: {
    readonly selector?: LabelSelector;
    readonly minAvailable?: IntOrString;
    readonly maxUnavailable?: IntOrString;
  };
  readonly status?: BudgetStatus;
}

export interface BudgetStatus {
  readonly observedGeneration?: number;
  /** Pods whose eviction was granted and which are not yet being deleted, by name: when it was. */
  readonly disruptedPods?: Readonly<Record<string, string>>;
  readonly disruptionsAllowed: number;
  readonly currentHealthy: number;
  readonly desiredHealthy: number;
  readonly expectedPods: number;
  readonly conditions?: readonly BudgetCondition[];
}

interface BudgetCondition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly observedGeneration?: number;
  readonly lastTransitionTime: string;
  readonly reason: string;
  readonly message: string;
}

/** How many pods there should be, and how many of them must be healthy. */
export interface Expectation {
  readonly expectedPods: number;
  readonly desiredHealthy: number;
}

export interface Disrupted {
  readonly pods: Readonly<Record<string, string>>;
  /** Were granted to be evicted, and stayed. */
  readonly notDeleted: readonly Pod[];
  /** Until the next of them should have gone. */
  readonly recheckMs: number | undefined;
}

/** A pod that was to be evicted is being deleted by then, or won't be. */
const deletionMs = 120_000;

/** The typed view of a budget's JSON; the API server has validated its shape. */
export function asBudget(object: Readonly<KubeObject>): Budget {
  return object as unknown as Budget;
}

/** Which of the granted evictions still count. Mirrors buildDisruptedPodMap. */
export function stillDisrupted({ status }: Budget, pods: readonly Pod[], now: number): Disrupted {
  const kept: Record<string, string> = {};
  const notDeleted: Pod[] = [];
  let recheckMs: number | undefined;
  for (const pod of pods) {
    const name = pod.metadata.name ?? '';
    const since = Object.hasOwn(status?.disruptedPods ?? {}, name) ? status?.disruptedPods?.[name] : undefined;
    if (since === undefined || pod.metadata.deletionTimestamp !== undefined) continue;
    const leftMs = Date.parse(since) + deletionMs - now;
    if (leftMs < 0) {
      notDeleted.push(pod);
      continue;
    }
    kept[name] = since;
    recheckMs = Math.min(recheckMs ?? leftMs, leftMs);
  }
  return { pods: kept, notDeleted, recheckMs };
}

/** The status that these pods give. Mirrors countHealthyPods and updatePdbStatus. */
export function nextStatus(
  { metadata, status }: Budget,
  pods: readonly Pod[],
  { expectedPods, desiredHealthy }: Expectation,
  disrupted: Disrupted,
  now: number,
): BudgetStatus {
  const currentHealthy = pods.filter(
    (pod) =>
      pod.metadata.deletionTimestamp === undefined &&
      !Object.hasOwn(disrupted.pods, pod.metadata.name ?? '') &&
      isPodReady(pod),
  ).length;
  // A budget of no pods allows nothing: the first of them may come before their status here.
  const disruptionsAllowed = expectedPods <= 0 ? 0 : Math.max(0, currentHealthy - desiredHealthy);
  const observedGeneration = metadata.generation ?? 0;
  const sufficient = disruptionsAllowed > 0;
  const condition: Omit<BudgetCondition, 'lastTransitionTime'> = {
    type: 'DisruptionAllowed',
    status: sufficient ? 'True' : 'False',
    observedGeneration,
    reason: sufficient ? 'SufficientPods' : 'InsufficientPods',
    message: '',
  };
  return {
    currentHealthy,
    desiredHealthy,
    expectedPods,
    disruptionsAllowed,
    ...(Object.keys(disrupted.pods).length > 0 ? { disruptedPods: disrupted.pods } : {}),
    observedGeneration,
    conditions: withCondition(status?.conditions, condition, now),
  };
}

/** Whatever is wrong, nothing may be evicted. Mirrors failSafe. */
export function failedStatus({ status }: Budget, message: string, now: number): BudgetStatus {
  const observedGeneration = status?.observedGeneration;
  const condition = {
    type: 'DisruptionAllowed',
    status: 'False',
    ...(observedGeneration === undefined ? {} : { observedGeneration }),
    reason: 'SyncFailed',
    message,
  } as const;
  return {
    currentHealthy: 0,
    desiredHealthy: 0,
    expectedPods: 0,
    ...status,
    disruptionsAllowed: 0,
    conditions: withCondition(status?.conditions, condition, now),
  };
}

export function sameStatus(left: BudgetStatus | undefined, right: BudgetStatus): boolean {
  return left !== undefined && equalJson(left as unknown as JsonValue, right as unknown as JsonValue);
}

/** The time changes only with the status. Mirrors apimachinery api/meta SetStatusCondition. */
function withCondition(
  conditions: readonly BudgetCondition[] = [],
  condition: Omit<BudgetCondition, 'lastTransitionTime'>,
  now: number,
): BudgetCondition[] {
  const old = conditions.find(({ type }) => type === condition.type);
  const lastTransitionTime = old?.status === condition.status ? old.lastTransitionTime : timestamp(now);
  const next: BudgetCondition = { ...condition, lastTransitionTime };
  return old ? conditions.map((one) => (one === old ? next : one)) : [...conditions, next];
}
