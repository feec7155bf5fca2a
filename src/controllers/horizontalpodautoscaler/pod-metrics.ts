/** What was measured of pods, and how it compares with what was asked for. Mirrors podautoscaler/metrics utilization.go. Pure. */
import { MetricError } from './metric-error.ts';

export interface PodMetric {
  /** In thousandths. */
  readonly value: bigint;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  /** The time over which it was measured. */
  readonly windowMs: number;
}

/** By the pod's name. */
export type PodMetrics = ReadonlyMap<string, PodMetric>;

interface Utilization {
  readonly ratio: number;
  /** In percent of what is requested. */
  readonly utilization: number;
  /** Per pod, in thousandths. */
  readonly average: bigint;
}

interface Usage {
  readonly ratio: number;
  /** Per pod, in thousandths. */
  readonly average: bigint;
}

/**
 * Of those pods whose request is known. `target`: in percent.
 * @throws MetricError when that leaves nothing
 */
export function utilizationOf(metrics: PodMetrics, requests: ReadonlyMap<string, bigint>, target: number): Utilization {
  let [used, requested, count] = [0n, 0n, 0n];
  for (const [name, { value }] of metrics) {
    const request = requests.get(name);
    if (request === undefined) continue;
    used += value;
    requested += request;
    count++;
  }
  if (requested === 0n) throw new MetricError('no metrics returned matched known pods');
  const utilization = Number((used * 100n) / requested);
  return { ratio: utilization / target, utilization, average: used / count };
}

/** Of at least one pod. `target`: per pod, in thousandths. */
export function usageOf(metrics: PodMetrics, target: bigint): Usage {
  let used = 0n;
  for (const { value } of metrics.values()) used += value;
  const average = used / BigInt(metrics.size);
  return { ratio: Number(average) / Number(target), average };
}
