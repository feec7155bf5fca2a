/** Pods as the autoscaler sees them: which of them count, and what they request. Mirrors groupPods and calculateRequests. Pure. */
import type { KubeObject, ObjectMeta } from '../../api/object.ts';
import { podAmounts, type QuotaPodSpec } from '../../api/quota/pod-amounts.ts';
import { parseQuantity, quantityValue } from '../../api/quantity.ts';
import { MetricError } from './metric-error.ts';
import type { PodMetrics } from './pod-metrics.ts';

export interface AutoscaledPod {
  readonly metadata: Readonly<ObjectMeta>;
  readonly spec: QuotaPodSpec;
  readonly status?: {
    readonly phase?: string;
    readonly startTime?: string | null;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly lastTransitionTime?: string | null;
    }[];
  };
}

export interface PodGroups {
  readonly readyCount: number;
  readonly unready: ReadonlySet<string>;
  /** Have no metric. */
  readonly missing: ReadonlySet<string>;
  /** Failed, or being deleted. */
  readonly ignored: ReadonlySet<string>;
}

/** kube-controller-manager's --horizontal-pod-autoscaler-cpu-initialization-period. */
const cpuInitializationMs = 5 * 60_000;
/** kube-controller-manager's --horizontal-pod-autoscaler-initial-readiness-delay. */
const initialReadinessMs = 30_000;
/** What is in no JSON is Go's first time. */
const zeroTime = Date.parse('0001-01-01T00:00:00Z');

/** The typed view of a pod's JSON; the API server has validated its shape. */
export function asAutoscaledPod(object: Readonly<KubeObject>): AutoscaledPod {
  return object as unknown as AutoscaledPod;
}

function podName({ metadata }: AutoscaledPod): string {
  return metadata.name ?? '';
}

export function isRunningAndReady({ status }: AutoscaledPod): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return status?.phase === 'Running' && ready?.status === 'True';
}

/** `resource`: absent for metrics that are of no resource. */
export function groupPods(
  pods: readonly AutoscaledPod[],
  metrics: PodMetrics,
  resource: string | undefined,
  now: number,
): PodGroups {
  const unready = new Set<string>();
  const missing = new Set<string>();
  const ignored = new Set<string>();
  let readyCount = 0;
  for (const pod of pods) {
    const name = podName(pod);
    const phase = pod.status?.phase;
    const metric = metrics.get(name);
    if (pod.metadata.deletionTimestamp !== undefined || phase === 'Failed') ignored.add(name);
    else if (phase === 'Pending') unready.add(name);
    else if (!metric) missing.add(name);
    else if (resource === 'cpu' && isCpuUnready(pod, metric.timestamp, metric.windowMs, now)) unready.add(name);
    else readyCount++;
  }
  return { readyCount, unready, missing, ignored };
}

/**
 * In thousandths, by the pod's name: of the one container, or else of the pod as a whole.
 * @throws MetricError for a pod that requests none
 */
export function podRequests(
  pods: readonly AutoscaledPod[],
  resource: string,
  container: string | undefined,
): ReadonlyMap<string, bigint> {
  return new Map(pods.map((pod) => [podName(pod), podRequest(pod, resource, container)]));
}

function isCpuUnready({ status }: AutoscaledPod, measured: number, windowMs: number, now: number): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  if (!ready || !status?.startTime) return true;
  const started = Date.parse(status.startTime);
  const changed = ready.lastTransitionTime ? Date.parse(ready.lastTransitionTime) : zeroTime;
  // While it may still initialize: not ready, or not measured for a whole window since that changed.
  if (started + cpuInitializationMs > now) return ready.status === 'False' || measured < changed + windowMs;
  // Later: not ready, and never has been.
  return ready.status === 'False' && started + initialReadinessMs > changed;
}

function podRequest(pod: AutoscaledPod, resource: string, container: string | undefined): bigint {
  const { spec } = pod;
  if (container === undefined && hasPodRequests(spec)) {
    const requests = podAmounts(spec, 'requests');
    if (!Object.hasOwn(requests, resource)) {
      throw new MetricError(`missing pod-level request for ${resource} in Pod ${podName(pod)}`);
    }
    return milli(requests[resource]);
  }
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  let total = 0n;
  for (const { name, resources } of [...(spec.containers ?? []), ...sidecars]) {
    if (container !== undefined && container !== name) continue;
    const requests = resources?.requests ?? {};
    if (!Object.hasOwn(requests, resource)) {
      throw new MetricError(`missing request for ${resource} in container ${name} of Pod ${podName(pod)}`);
    }
    const request = milli(requests[resource]);
    if (container !== undefined) return request;
    total += request;
  }
  if (container !== undefined) throw new MetricError(`container ${container} not found in Pod ${podName(pod)}`);
  return total;
}

/** Mirrors component-helpers resource IsPodLevelRequestsSet. */
function hasPodRequests({ resources }: QuotaPodSpec): boolean {
  return Object.keys(resources?.requests ?? {}).some((name) => /^(cpu|memory|hugepages-.*)$/.test(name));
}

function milli(quantity = '0'): bigint {
  return quantityValue(parseQuantity(quantity), -3);
}
