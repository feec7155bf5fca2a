/** What is there to be scaled, and what is measured of it. */
import type { JsonObject, JsonValue } from '../../../src/api/json.ts';

export interface ScaledPod {
  /** Of its one container; absent: it requests nothing. */
  readonly cpu?: string;
  readonly memory?: string;
  readonly phase?: string;
  readonly ready?: boolean;
  /** Seconds since it started and became what it is. Default an hour. */
  readonly age?: number;
  /** Pod-level requests. */
  readonly resources?: JsonObject;
}

export interface Scenario {
  /** Of the autoscaler; `scaleTargetRef` is the Deployment `web` unless it is given. */
  readonly spec: JsonObject;
  /** Of the target. Default 2. */
  readonly replicas?: number;
  readonly statusReplicas?: number;
  readonly pods?: readonly ScaledPod[];
  /** Answers by path below `/apis/<group>/<version>/namespaces/<namespace>`. */
  readonly metrics?: Readonly<Record<string, JsonValue>>;
  /** Further objects of the namespace. */
  readonly objects?: readonly JsonObject[];
}

export const resources = '/apis/metrics.k8s.io/v1beta1';
export const custom = '/apis/custom.metrics.k8s.io/v1beta2';
export const external = '/apis/external.metrics.k8s.io/v1beta1';

/** Measured just now. `usage`: of each pod in turn; `undefined`: nothing. */
export function podMetrics(...usage: readonly (JsonObject | undefined)[]): JsonValue {
  const items = usage.flatMap((amounts, index) =>
    amounts === undefined
      ? []
      : [
          {
            metadata: { name: `web-${index}` },
            timestamp: new Date().toISOString(),
            window: '30s',
            containers: [{ name: 'app', usage: amounts }],
          },
        ],
  );
  return { kind: 'PodMetricsList', apiVersion: 'metrics.k8s.io/v1beta1', metadata: {}, items };
}

export function customMetrics(metric: string, values: Readonly<Record<string, string>>): JsonValue {
  const items = Object.entries(values).map(([name, value]) => ({
    describedObject: { kind: 'Pod', name },
    metric: { name: metric, selector: null },
    timestamp: new Date().toISOString(),
    value,
  }));
  return { kind: 'MetricValueList', apiVersion: 'custom.metrics.k8s.io/v1beta2', metadata: {}, items };
}

export function externalMetrics(metric: string, ...values: readonly string[]): JsonValue {
  const items = values.map((value) => ({
    metricName: metric,
    metricLabels: {},
    timestamp: new Date().toISOString(),
    value,
  }));
  return { kind: 'ExternalMetricValueList', apiVersion: 'external.metrics.k8s.io/v1beta1', metadata: {}, items };
}
