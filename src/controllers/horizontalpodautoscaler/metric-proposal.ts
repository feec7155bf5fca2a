/** What one metric proposes. Mirrors computeReplicasForMetric and what it calls. Pure. */
import { goQuote } from '../../api/go-text.ts';
import { parseQuantity, quantityText, quantityValue, type QuantityFormat } from '../../api/quantity.ts';
import { labelSelectorText } from '../../api/label-selector.ts';
import type { MetricSpec, MetricStatus, MetricValue, NamedMetric, ObjectMetric, ResourceMetric } from './autoscaler.ts';
import { MetricError } from './metric-error.ts';
import type { PodMetrics } from './pod-metrics.ts';
import {
  replicasByShare,
  replicasByUsage,
  replicasByUtilization,
  replicasByValue,
  sharedTotalOf,
  totalOf,
  type Scaled,
} from './replica-calculator.ts';

/** What was measured for a metric. */
export type MetricSample =
  | { readonly kind: 'pods'; readonly metrics: PodMetrics }
  | { readonly kind: 'values'; readonly values: readonly bigint[] }
  /** `invalid`: what the autoscaler asks for can't be asked for. */
  | { readonly kind: 'failed'; readonly error: string; readonly invalid?: boolean };

export type MetricProposal =
  | { readonly kind: 'proposed'; readonly replicas: number; readonly metric: string; readonly status: MetricStatus }
  /** `error`: for Events and conditions; `outerError`: the same where it is told of the autoscaler as a whole. */
  | { readonly kind: 'failed'; readonly reason: string; readonly error: string; readonly outerError: string };

type Proposed = Omit<MetricProposal & { readonly kind: 'proposed' }, 'kind'>;

interface Attempt {
  readonly reason: string;
  readonly compute: () => Proposed;
  readonly outer: (error: string) => string;
}

/** `namespace`: of the autoscaler. */
export function proposalOf(spec: MetricSpec, sample: MetricSample, scaled: Scaled, namespace: string): MetricProposal {
  const { reason, compute, outer } = attemptOf(spec, sample, scaled, namespace);
  try {
    return { kind: 'proposed', ...compute() };
  } catch (error) {
    if (!(error instanceof MetricError)) throw error;
    return { kind: 'failed', reason, error: error.message, outerError: outer(error.message) };
  }
}

function attemptOf(spec: MetricSpec, sample: MetricSample, scaled: Scaled, namespace: string): Attempt {
  const { type, object, pods, external, resource, containerResource } = spec;
  if (type === 'Object' && object) return objectAttempt(object, sample, scaled, namespace);
  if (type === 'Pods' && pods) return podsAttempt(pods, sample, scaled);
  if (type === 'External' && external) return externalAttempt(external, sample, scaled, namespace);
  if (type === 'Resource' && resource) return resourceAttempt(resource, sample, scaled);
  if (type === 'ContainerResource' && containerResource) return containerAttempt(containerResource, sample, scaled);
  return {
    reason: 'InvalidMetricSourceType',
    compute: () => {
      throw new MetricError(`unknown metric source type ${goQuote(type)}`);
    },
    outer: (error) => error,
  };
}

function objectAttempt(metric: ObjectMetric, sample: MetricSample, scaled: Scaled, namespace: string): Attempt {
  const { describedObject, metric: identifier, target } = metric;
  const byValue = target.type === 'Value' && target.value !== undefined;
  const byShare = target.type === 'AverageValue' && target.averageValue !== undefined;
  const fetched = (): bigint => {
    // Upstream's own order.
    const where = `${describedObject.kind} on ${namespace} ${describedObject.name}`;
    const [value = 0n] = valuesOf(sample, (error) => `unable to get metric ${identifier.name}: ${where}/${error}`);
    return value;
  };
  const status = (current: MetricValue): MetricStatus => ({
    type: 'Object',
    object: { describedObject, metric: identifier, current },
  });
  return {
    reason: 'FailedGetObjectMetric',
    compute: () => {
      if (byValue) {
        const { replicas, usage } = replicasByValue(scaled, fetched(), milli(target.value));
        const name = `${describedObject.kind} metric ${identifier.name}`;
        return { replicas, metric: name, status: status({ value: milliText(usage) }) };
      }
      if (!byShare) {
        throw new MetricError(
          'invalid object metric source: neither a value target nor an average value target was set',
        );
      }
      const { replicas, usage } = replicasByShare(scaled, fetched(), milli(target.averageValue));
      return { replicas, metric: externalName(metric), status: status({ averageValue: milliText(usage) }) };
    },
    outer: (error) => {
      const inner = byShare && !isInvalid(sample) ? `failed to get ${identifier.name} object metric: ${error}` : error;
      return `failed to get object metric value: ${inner}`;
    },
  };
}

function podsAttempt({ metric, target }: NamedMetric, sample: MetricSample, scaled: Scaled): Attempt {
  return {
    reason: 'FailedGetPodsMetric',
    compute: () => {
      const metrics = podsOf(sample, (error) => `unable to get metric ${metric.name}: ${error}`);
      const { replicas, usage } = replicasByUsage(scaled, metrics, milli(target.averageValue));
      const current = { averageValue: milliText(usage) };
      return { replicas, metric: `pods metric ${metric.name}`, status: { type: 'Pods', pods: { metric, current } } };
    },
    outer: (error) => `failed to get pods metric value: ${error}`,
  };
}

function externalAttempt(metric: NamedMetric, sample: MetricSample, scaled: Scaled, namespace: string): Attempt {
  const { metric: identifier, target } = metric;
  const { name, selector } = identifier;
  const byShare = target.averageValue !== undefined;
  const fetched = (): readonly bigint[] =>
    valuesOf(
      sample,
      (error) => `unable to get external metric ${namespace}/${name}/${labelSelectorText(selector)}: ${error}`,
    );
  const proposed = (replicas: number, current: MetricValue): Proposed => ({
    replicas,
    metric: externalName(metric),
    status: { type: 'External', external: { metric: identifier, current } },
  });
  return {
    reason: 'FailedGetExternalMetric',
    compute: () => {
      if (byShare) {
        const { replicas, usage } = replicasByShare(scaled, sharedTotalOf(fetched()), milli(target.averageValue));
        return proposed(replicas, { averageValue: milliText(usage) });
      }
      if (target.value === undefined) {
        throw new MetricError(
          'invalid external metric source: neither a value target nor an average value target was set',
        );
      }
      const { replicas, usage } = replicasByValue(scaled, totalOf(fetched()), milli(target.value));
      return proposed(replicas, { value: milliText(usage) });
    },
    outer: (error) => {
      let inner = error;
      if (byShare) inner = `failed to get ${name} external metric: ${error}`;
      else if (target.value !== undefined) inner = `failed to get external metric ${name}: ${error}`;
      return `failed to get ${name} external metric value: ${inner}`;
    },
  };
}

function resourceAttempt(metric: ResourceMetric, sample: MetricSample, scaled: Scaled): Attempt {
  const { name } = metric;
  return {
    reason: 'FailedGetResourceMetric',
    compute: () => {
      const { replicas, current } = resourceProposal(metric, sample, scaled);
      const suffix = current.averageUtilization === undefined ? '' : ' utilization (percentage of request)';
      return {
        replicas,
        metric: `${name} resource${suffix}`,
        status: { type: 'Resource', resource: { name, current } },
      };
    },
    outer: (error) => `failed to get ${name} resource metric value: ${error}`,
  };
}

function containerAttempt(metric: ResourceMetric, sample: MetricSample, scaled: Scaled): Attempt {
  const { name, container = '' } = metric;
  return {
    reason: 'FailedGetContainerResourceMetric',
    compute: () => {
      const { replicas, current } = resourceProposal(metric, sample, scaled);
      const text =
        current.averageUtilization === undefined
          ? `${name} resource`
          : `${name} container resource utilization (percentage of request)`;
      const status = { type: 'ContainerResource', containerResource: { name, container, current } };
      return { replicas, metric: text, status };
    },
    outer: (error) => `failed to get ${container} container metric value: ${error}`,
  };
}

/** Mirrors computeStatusForResourceMetricGeneric. */
function resourceProposal(
  { name, container, target }: ResourceMetric,
  sample: MetricSample,
  scaled: Scaled,
): { readonly replicas: number; readonly current: MetricValue } {
  const fetched = (): PodMetrics => podsOf(sample, (error) => `unable to get metrics for resource ${name}: ${error}`);
  const format = name === 'memory' ? 'BinarySI' : 'DecimalSI';
  const { averageValue, averageUtilization } = target;
  if (averageValue !== undefined) {
    return explained(`failed to get ${name} usage`, () => {
      const { replicas, usage } = replicasByUsage(scaled, fetched(), milli(averageValue), name);
      return { replicas, current: { averageValue: milliText(usage, format) } };
    });
  }
  if (averageUtilization === undefined) {
    throw new MetricError(
      'invalid resource metric source: neither an average utilization target nor an average value (usage) target was set',
    );
  }
  return explained(`failed to get ${name} utilization`, () => {
    const proposal = replicasByUtilization(scaled, fetched(), averageUtilization, name, container);
    const { replicas, utilization, usage } = proposal;
    return { replicas, current: { averageUtilization: utilization, averageValue: milliText(usage, format) } };
  });
}

function explained<T>(what: string, compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    if (!(error instanceof MetricError)) throw error;
    throw new MetricError(`${what}: ${error.message}`, { cause: error });
  }
}

function podsOf(sample: MetricSample, explain: (error: string) => string): PodMetrics {
  if (sample.kind === 'pods') return sample.metrics;
  throw new MetricError(failureOf(sample, explain));
}

function valuesOf(sample: MetricSample, explain: (error: string) => string): readonly bigint[] {
  if (sample.kind === 'values') return sample.values;
  throw new MetricError(failureOf(sample, explain));
}

function failureOf(sample: MetricSample, explain: (error: string) => string): string {
  if (sample.kind !== 'failed') throw new Error('this was measured for another kind of metric');
  return sample.invalid ? sample.error : explain(sample.error);
}

function isInvalid(sample: MetricSample): boolean {
  return sample.kind === 'failed' && sample.invalid === true;
}

/** Upstream calls shared metrics of objects so, too. */
function externalName({ metric }: NamedMetric): string {
  return `external metric ${metric.name}(${labelSelectorText(metric.selector)})`;
}

function milli(quantity = '0'): bigint {
  return quantityValue(parseQuantity(quantity), -3);
}

function milliText(mantissa: bigint, format: QuantityFormat = 'DecimalSI'): string {
  return quantityText({ mantissa, exponent: -3, format });
}
