/**
 * How many replicas a metric asks for. Amounts are in thousandths. Pods that say nothing yet count so that they hold back what would
 * be done: as idle when more are wanted, as fully used when fewer are. Mirrors podautoscaler/replica_calculator.go. Pure.
 */
import type { Tolerances } from './autoscaler.ts';
import { groupPods, isRunningAndReady, podRequests, type AutoscaledPod, type PodGroups } from './autoscaled-pod.ts';
import { boundedInt32, boundedInt64, int64Max } from './int32.ts';
import { MetricError } from './metric-error.ts';
import { usageOf, utilizationOf, type PodMetrics } from './pod-metrics.ts';

/** What is scaled, as it is. */
export interface Scaled {
  /** Of its specification. */
  readonly replicas: number;
  /** Of its status. */
  readonly statusReplicas: number;
  /** Those of its selector. */
  readonly pods: readonly AutoscaledPod[];
  readonly tolerances: Tolerances;
  readonly now: number;
}

export interface UtilizationProposal extends UsageProposal {
  /** In percent. */
  readonly utilization: number;
}

export interface UsageProposal {
  readonly replicas: number;
  readonly usage: bigint;
}

interface Measured {
  readonly ratio: number;
}

/**
 * By the share of what pods request. `target`: in percent.
 * @throws MetricError
 */
export function replicasByUtilization(
  scaled: Scaled,
  metrics: PodMetrics,
  target: number,
  resource: string,
  container?: string,
): UtilizationProposal {
  const counted = countedPods(scaled, metrics, resource);
  const requests = podRequests(scaled.pods, resource, container);
  const fallback = BigInt(Math.max(100, target));
  const { replicas, measured } = replicasByPods(
    scaled,
    counted,
    (some) => utilizationOf(some, requests, target),
    (name) => ((requests.get(name) ?? 0n) * fallback) / 100n,
  );
  return { replicas, utilization: boundedInt32(measured.utilization), usage: measured.average };
}

/**
 * By what each pod uses; `resource`: when that is of one.
 * @throws MetricError
 */
export function replicasByUsage(scaled: Scaled, metrics: PodMetrics, target: bigint, resource?: string): UsageProposal {
  const counted = countedPods(scaled, metrics, resource);
  const { replicas, measured } = replicasByPods(
    scaled,
    counted,
    (some) => usageOf(some, target),
    () => target,
  );
  return { replicas, usage: measured.average };
}

/**
 * By one value for all.
 * @throws MetricError
 */
export function replicasByValue({ replicas, pods, tolerances }: Scaled, value: bigint, target: bigint): UsageProposal {
  const ratio = Number(value) / Number(target);
  if (isWithin(tolerances, ratio)) return { replicas, usage: value };
  if (pods.length === 0) {
    throw new MetricError(
      'unable to calculate ready pods: no pods returned by selector while calculating replica count',
    );
  }
  const ready = pods.filter(isRunningAndReady).length;
  return { replicas: boundedInt32(Math.ceil(ratio * ready)), usage: value };
}

/** By one value that all share. The usage is each one's share. */
export function replicasByShare({ statusReplicas, tolerances }: Scaled, value: bigint, target: bigint): UsageProposal {
  const ratio = Number(value) / (Number(target) * statusReplicas);
  const replicas = isWithin(tolerances, ratio)
    ? statusReplicas
    : boundedInt32(Math.ceil(Number(value) / Number(target)));
  const usage = value === int64Max ? value : boundedInt64(Math.ceil(Number(value) / statusReplicas));
  return { replicas, usage };
}

/** Of all that an external metric has. */
export function totalOf(values: readonly bigint[]): bigint {
  let total = 0n;
  for (const value of values) {
    total += value;
    if (total > int64Max) return int64Max;
  }
  return total;
}

/** Like {@link totalOf}, where upstream takes each sum below zero for one that was too large. */
export function sharedTotalOf(values: readonly bigint[]): bigint {
  let total = 0n;
  for (const value of values) {
    total += value;
    if (total < 0n || total > int64Max) return int64Max;
  }
  return total;
}

interface CountedPods extends PodGroups {
  readonly metrics: PodMetrics;
}

function countedPods({ pods, now }: Scaled, metrics: PodMetrics, resource: string | undefined): CountedPods {
  if (pods.length === 0) throw new MetricError('no pods returned by selector while calculating replica count');
  const groups = groupPods(pods, metrics, resource, now);
  const counted = new Map([...metrics].filter(([name]) => !groups.ignored.has(name) && !groups.unready.has(name)));
  if (counted.size === 0) {
    throw new MetricError('did not receive metrics for targeted pods (pods might be unready)');
  }
  return { ...groups, metrics: counted };
}

/** `whenMissing`: what a pod without a metric is taken to use when fewer replicas are wanted. */
function replicasByPods<T extends Measured>(
  { replicas, tolerances }: Scaled,
  { readyCount, unready, missing, metrics }: CountedPods,
  measure: (metrics: PodMetrics) => T,
  whenMissing: (name: string) => bigint,
): { readonly replicas: number; readonly measured: T } {
  const measured = measure(metrics);
  const { ratio } = measured;
  const unchanged = { replicas, measured };
  const withUnready = unready.size > 0 && ratio > 1;
  if (!withUnready && missing.size === 0) {
    if (isWithin(tolerances, ratio)) return unchanged;
    return { replicas: boundedInt32(Math.ceil(ratio * readyCount)), measured };
  }
  const assumed = new Map(metrics);
  const assume = (name: string, value: bigint): void => void assumed.set(name, { value, timestamp: 0, windowMs: 0 });
  if (ratio !== 1) for (const name of missing) assume(name, ratio < 1 ? whenMissing(name) : 0n);
  if (withUnready) for (const name of unready) assume(name, 0n);
  const cautious = measure(assumed).ratio;
  const turned = (ratio < 1 && cautious > 1) || (ratio > 1 && cautious < 1);
  if (isWithin(tolerances, cautious) || turned) return unchanged;
  const next = boundedInt32(Math.ceil(cautious * assumed.size));
  // More pods are counted than there are replicas, or fewer: that is no reason to go the other way.
  if ((cautious < 1 && next > replicas) || (cautious > 1 && next < replicas)) return unchanged;
  return { replicas: next, measured };
}

function isWithin({ down, up }: Tolerances, ratio: number): boolean {
  return 1 - down <= ratio && ratio <= 1 + up;
}
