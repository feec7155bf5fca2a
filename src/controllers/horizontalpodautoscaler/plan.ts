/**
 * What is to be done for an autoscaler: its next status, what Events tell, and to how many replicas its target is scaled. Mirrors
 * reconcileAutoscaler and computeReplicasForMetrics, with scaling to zero switched off as it is by default. Pure.
 */
import { timestamp } from '../../lib/clock.ts';
import {
  tolerancesOf,
  withCondition,
  withoutCondition,
  type Autoscaler,
  type AutoscalerStatus,
  type Condition,
  type MetricStatus,
} from './autoscaler.ts';
import { proposalOf, type MetricProposal, type MetricSample } from './metric-proposal.ts';
import { normalized } from './normalization.ts';
import { begun, withScaling, type ScalingHistory } from './scaling-history.ts';
import type { Selection } from './selection.ts';

export interface PlannedEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

export interface Observed {
  readonly autoscaler: Autoscaler;
  /** The target's, of its specification and of its status. */
  readonly replicas: number;
  readonly statusReplicas: number;
  readonly history: ScalingHistory;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Monotonic milliseconds. */
  readonly monotonic: number;
  /** Where {@link needsMetrics}: the target's pods, and a sample for each metric. */
  readonly measured?: { readonly selection: Selection; readonly samples: readonly MetricSample[] };
}

export interface Plan {
  readonly status: AutoscalerStatus;
  readonly events: readonly PlannedEvent[];
  readonly history: ScalingHistory;
  /** Done first: {@link afterRescale} tells what then becomes of the plan. */
  readonly rescale?: { readonly replicas: number; readonly reason: string };
}

interface Recommended {
  readonly kind: 'recommended';
  readonly replicas: number;
  readonly metric: string;
}

type Recommendation = (Recommended | { readonly kind: 'failed'; readonly error: string }) & {
  readonly conditions: readonly Condition[];
  readonly events: readonly PlannedEvent[];
  readonly statuses: readonly MetricStatus[] | null;
};

/** The target can't be had, or can't be scaled. */
export function planWithoutScale({ status = {} }: Autoscaler, error: string, now: number): Omit<Plan, 'history'> {
  const message = `the HPA controller was unable to get the target's current scale: ${error}`;
  const condition = { type: 'AbleToScale', status: 'False', reason: 'FailedGetScale', message } as const;
  return {
    status: { ...status, conditions: withCondition(status.conditions, condition, now) },
    events: [{ type: 'Warning', reason: 'FailedGetScale', message: error }],
  };
}

/** Whether metrics say to how many replicas the target is to be scaled: it is neither switched off nor beyond the limits. */
export function needsMetrics({ spec }: Autoscaler, replicas: number): boolean {
  return replicas !== 0 && replicas <= spec.maxReplicas && replicas >= minReplicasOf(spec);
}

export function planScaling(observed: Observed): Plan {
  const { autoscaler, replicas, now, monotonic } = observed;
  const { spec, status } = autoscaler;
  const history = begun(observed.history, replicas, monotonic);
  const conditions = withCondition(
    status?.conditions,
    {
      type: 'AbleToScale',
      status: 'True',
      reason: 'SucceededGetScale',
      message: "the HPA controller was able to get the target's current scale",
    },
    now,
  );
  if (replicas === 0) return disabled(observed, conditions, history);
  if (replicas > spec.maxReplicas) {
    const reason = 'Current number of replicas above Spec.MaxReplicas';
    return rescaled(observed, conditions, history, { replicas: spec.maxReplicas, reason });
  }
  const minReplicas = minReplicasOf(spec);
  if (replicas < minReplicas) {
    const reason = 'Current number of replicas below Spec.MinReplicas';
    return rescaled(observed, conditions, history, { replicas: minReplicas, reason });
  }
  return planByMetrics({ ...observed, history }, conditions, minReplicas);
}

/** After the target was scaled, or couldn't be (`error`). */
export function afterRescale(observed: Observed, plan: Plan, error?: string): Omit<Plan, 'rescale'> {
  const { autoscaler, replicas: current, now, monotonic } = observed;
  const { replicas = 0, reason = '' } = plan.rescale ?? {};
  if (error !== undefined) {
    const message = `the HPA controller was unable to update the target scale: ${error}`;
    const condition = { type: 'AbleToScale', status: 'False', reason: 'FailedUpdateScale', message } as const;
    return {
      status: { ...plan.status, conditions: withCondition(plan.status.conditions, condition, now) },
      events: [warning('FailedRescale', `New size: ${replicas}; reason: ${reason}; error: ${error}`)],
      history: plan.history,
    };
  }
  const message = `the HPA controller was able to update the target scale to ${replicas}`;
  const condition = { type: 'AbleToScale', status: 'True', reason: 'SucceededRescale', message } as const;
  const conditions = withoutCondition(withCondition(plan.status.conditions, condition, now), 'ScaledToZero');
  return {
    status: { ...plan.status, desiredReplicas: replicas, lastScaleTime: timestamp(now), conditions },
    events: [{ type: 'Normal', reason: 'SuccessfulRescale', message: `New size: ${replicas}; reason: ${reason}` }],
    history: withScaling(plan.history, autoscaler, current, replicas, monotonic),
  };
}

function disabled(observed: Observed, conditions: readonly Condition[], history: ScalingHistory): Plan {
  const condition = {
    type: 'ScalingActive',
    status: 'False',
    reason: 'ScalingDisabled',
    message: 'scaling is disabled since the replica count of the target is zero',
  } as const;
  const next = withoutCondition(withCondition(conditions, condition, observed.now), 'ScaledToZero');
  return { status: { ...statusOf(observed, next, null), desiredReplicas: 0 }, events: [], history };
}

function rescaled(
  observed: Observed,
  conditions: readonly Condition[],
  history: ScalingHistory,
  rescale: { readonly replicas: number; readonly reason: string },
): Plan {
  return { status: statusOf(observed, conditions, null), events: [], history, rescale };
}

function planByMetrics(observed: Observed, before: readonly Condition[], minReplicas: number): Plan {
  const { autoscaler, replicas, now, monotonic, history } = observed;
  const { spec } = autoscaler;
  const recommendation = recommend(observed, before);
  const { events, statuses } = recommendation;
  if (recommendation.kind === 'failed') {
    const failed = warning('FailedComputeMetricsReplicas', recommendation.error);
    return { status: statusOf(observed, recommendation.conditions, statuses), events: [...events, failed], history };
  }
  const wanted = Math.max(0, recommendation.replicas);
  const normal = normalized({
    spec,
    currentReplicas: replicas,
    desiredReplicas: wanted,
    minReplicas,
    history,
    now: monotonic,
  });
  const conditions = normal.conditions.reduce(
    (list, condition) => withCondition(list, condition, now),
    recommendation.conditions,
  );
  const status = statusOf(observed, conditions, statuses);
  if (normal.replicas === replicas) {
    return { status: { ...status, desiredReplicas: replicas }, events, history: normal.history };
  }
  let reason = '';
  if (wanted > replicas) reason = `${recommendation.metric} above target`;
  else if (wanted < replicas) reason = 'All metrics below target';
  return { status, events, history: normal.history, rescale: { replicas: normal.replicas, reason } };
}

/** The highest that any metric asks for. Where some fail, fewer replicas are not recommended. */
function recommend(observed: Observed, before: readonly Condition[]): Recommendation {
  const { autoscaler, replicas, statusReplicas, measured, now } = observed;
  if (!measured) throw new Error('nothing was measured');
  const { selection, samples } = measured;
  if (selection.kind === 'failed') {
    const { error, event, condition } = selection;
    const conditions = withCondition(before, { type: 'ScalingActive', status: 'False', ...condition }, now);
    return { kind: 'failed', error, conditions, events: [warning(event, error)], statuses: null };
  }
  const { spec, metadata } = autoscaler;
  const scaled = { replicas, statusReplicas, pods: selection.pods, tolerances: tolerancesOf(autoscaler), now };
  const specs = spec.metrics ?? [];
  const proposals = specs.map((metric, index) => {
    const sample = samples[index];
    if (!sample) throw new Error('a metric was not measured');
    return proposalOf(metric, sample, scaled, metadata.namespace ?? '');
  });
  const statuses = proposals.map((one) => (one.kind === 'proposed' ? one.status : { type: '' }));
  const failures = proposals.filter((one) => one.kind === 'failed');
  const events = failures.map(({ reason, error }) => warning(reason, error));
  const best = highest(proposals);
  const [first] = failures;
  if (failures.length >= specs.length || (first && best.replicas < replicas)) {
    const message = `the HPA was unable to compute the replica count: ${first?.error ?? ''}`;
    const condition = { type: 'ScalingActive', status: 'False', reason: first?.reason ?? '', message } as const;
    const error = `invalid metrics (${failures.length} invalid out of ${specs.length}), first error is: ${first?.outerError ?? ''}`;
    return { kind: 'failed', error, conditions: withCondition(before, condition, now), events, statuses };
  }
  const message = `the HPA was able to successfully calculate a replica count from ${best.metric}`;
  const condition = { type: 'ScalingActive', status: 'True', reason: 'ValidMetricFound', message } as const;
  return { kind: 'recommended', ...best, conditions: withCondition(before, condition, now), events, statuses };
}

function highest(proposals: readonly MetricProposal[]): { readonly replicas: number; readonly metric: string } {
  let best = { replicas: 0, metric: '' };
  for (const proposal of proposals) {
    if (proposal.kind !== 'proposed') continue;
    const { replicas, metric } = proposal;
    if (best.replicas === 0 || replicas > best.replicas) best = { replicas, metric };
  }
  return best;
}

/** As upstream makes it anew: what else stood there is gone. Mirrors setStatus. */
function statusOf(
  { autoscaler, replicas }: Observed,
  conditions: readonly Condition[],
  currentMetrics: readonly MetricStatus[] | null,
): AutoscalerStatus {
  const { desiredReplicas = 0, lastScaleTime } = autoscaler.status ?? {};
  return {
    currentReplicas: replicas,
    desiredReplicas,
    ...(lastScaleTime === undefined ? {} : { lastScaleTime }),
    currentMetrics,
    conditions,
  };
}

function minReplicasOf({ minReplicas = 1 }: Autoscaler['spec']): number {
  return minReplicas;
}

function warning(reason: string, message: string): PlannedEvent {
  return { type: 'Warning', reason, message };
}
