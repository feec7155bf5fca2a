/**
 * From the number of replicas that metrics ask for to the one that is set: never beyond the limits, no faster than it may go, and not
 * down (or up) before the recommendations of a while agree. Mirrors normalizeDesiredReplicas and normalizeDesiredReplicasWithBehaviors.
 * Pure.
 */
import type { Autoscaler, Condition, ConditionType, ScalingPolicy, ScalingRules } from './autoscaler.ts';
import { changeWithin, stabilizationMs, withRecommendation, type ScalingHistory } from './scaling-history.ts';

export interface NormalizationInput {
  readonly spec: Autoscaler['spec'];
  readonly currentReplicas: number;
  /** What metrics ask for. */
  readonly desiredReplicas: number;
  readonly minReplicas: number;
  readonly history: ScalingHistory;
  /** Monotonic milliseconds. */
  readonly now: number;
}

type PlannedCondition = Omit<Condition, 'lastTransitionTime'> & { readonly type: ConditionType };

export interface Normalized {
  readonly replicas: number;
  /** AbleToScale, and ScalingLimited. */
  readonly conditions: readonly PlannedCondition[];
  readonly history: ScalingHistory;
}

interface Explained {
  readonly replicas: number;
  readonly reason: string;
  readonly message: string;
}

interface Stabilized extends Explained {
  readonly history: ScalingHistory;
}

export function normalized(input: NormalizationInput): Normalized {
  const { spec, desiredReplicas } = input;
  const stabilized = spec.behavior ? stabilizedByBehavior(input) : stabilizedDown(input);
  const wanted = { ...input, desiredReplicas: stabilized.replicas };
  const limited = spec.behavior ? limitedByBehavior(wanted) : limitedByDefault(wanted);
  const { reason, message } = stabilized.replicas === desiredReplicas ? readyForNewScale : stabilized;
  return {
    replicas: limited.replicas,
    conditions: [
      { type: 'AbleToScale', status: 'True', reason, message },
      {
        type: 'ScalingLimited',
        status: limited.replicas === stabilized.replicas ? 'False' : 'True',
        reason: limited.reason,
        message: limited.message,
      },
    ],
    history: stabilized.history,
  };
}

const readyForNewScale = { reason: 'ReadyForNewScale', message: 'recommended size matches current size' };
const scaleUpStabilized = {
  reason: 'ScaleUpStabilized',
  message: 'recent recommendations were lower than current one, applying the lowest recent recommendation',
};
const scaleDownStabilized = {
  reason: 'ScaleDownStabilized',
  message: 'recent recommendations were higher than current one, applying the highest recent recommendation',
};
const withinRange = {
  reason: 'DesiredWithinRange',
  message: 'the desired count is within the acceptable range',
};
const tooMany = {
  reason: 'TooManyReplicas',
  message: 'the desired replica count is more than the maximum replica count',
};
const tooFew = {
  reason: 'TooFewReplicas',
  message: 'the desired replica count is less than the minimum replica count',
};
const upLimited = {
  reason: 'ScaleUpLimit',
  message: 'the desired replica count is increasing faster than the maximum scale rate',
};
const downLimited = {
  reason: 'ScaleDownLimit',
  message: 'the desired replica count is decreasing faster than the maximum scale rate',
};

/** Without behavior, at most twice as many at once, but four are always allowed. */
const upFactor = 2;
const upMinimum = 4;

/** Mirrors stabilizeRecommendation: the highest of the last while. */
function stabilizedDown({ desiredReplicas, history, now }: NormalizationInput): Stabilized {
  const isOld = ({ at }: { readonly at: number }): boolean => at < now - stabilizationMs;
  const recent = history.recommendations.filter((one) => !isOld(one)).map(({ replicas }) => replicas);
  return {
    ...scaleDownStabilized,
    replicas: Math.max(desiredReplicas, ...recent),
    history: withRecommendation(history, { replicas: desiredReplicas, at: now }, isOld),
  };
}

/** Mirrors stabilizeRecommendationWithBehaviors: between the lowest of one while and the highest of another. */
function stabilizedByBehavior(input: NormalizationInput): Stabilized {
  const { spec, currentReplicas, desiredReplicas, history, now } = input;
  const { scaleUp, scaleDown } = spec.behavior ?? {};
  const upCutoff = now - (scaleUp?.stabilizationWindowSeconds ?? 0) * 1000;
  const downCutoff = now - (scaleDown?.stabilizationWindowSeconds ?? stabilizationMs / 1000) * 1000;
  const since = (cutoff: number): number[] =>
    history.recommendations.filter(({ at }) => at > cutoff).map(({ replicas }) => replicas);
  const lowest = Math.min(desiredReplicas, ...since(upCutoff));
  const highest = Math.max(desiredReplicas, ...since(downCutoff));
  return {
    ...(desiredReplicas >= currentReplicas ? scaleUpStabilized : scaleDownStabilized),
    replicas: Math.min(highest, Math.max(lowest, currentReplicas)),
    history: withRecommendation(
      history,
      { replicas: desiredReplicas, at: now },
      ({ at }) => at < upCutoff && at < downCutoff,
    ),
  };
}

/** Mirrors convertDesiredReplicasWithRules. */
function limitedByDefault(input: NormalizationInput): Explained {
  const { spec, currentReplicas, desiredReplicas, minReplicas } = input;
  const fastest = Math.max(upFactor * currentReplicas, upMinimum);
  const most = Math.min(spec.maxReplicas, fastest);
  if (desiredReplicas < minReplicas) return { ...tooFew, replicas: minReplicas };
  if (desiredReplicas > most) return { ...(spec.maxReplicas > fastest ? upLimited : tooMany), replicas: most };
  return { ...withinRange, replicas: desiredReplicas };
}

/** Mirrors convertDesiredReplicasWithBehaviorRate. */
function limitedByBehavior(input: NormalizationInput): Explained {
  const { spec, currentReplicas, desiredReplicas, minReplicas } = input;
  if (desiredReplicas > currentReplicas) {
    // When earlier changes were more than would be allowed now, it stays as it is.
    const fastest = Math.max(currentReplicas, rateLimit(input, spec.behavior?.scaleUp, 'up'));
    const most = Math.min(spec.maxReplicas, fastest);
    if (desiredReplicas > most) return { ...(spec.maxReplicas > fastest ? upLimited : tooMany), replicas: most };
  } else if (desiredReplicas < currentReplicas) {
    const fastest = Math.min(currentReplicas, rateLimit(input, spec.behavior?.scaleDown, 'down'));
    const least = Math.max(minReplicas, fastest);
    if (desiredReplicas < least) return { ...(minReplicas < fastest ? downLimited : tooFew), replicas: least };
  }
  return { ...withinRange, replicas: desiredReplicas };
}

/** How many replicas the policies allow. Mirrors calculateScaleUpLimitWithScalingRules and calculateScaleDownLimitWithBehaviors. */
function rateLimit(input: NormalizationInput, rules: ScalingRules | undefined, direction: 'up' | 'down'): number {
  const { currentReplicas, history, now } = input;
  const { selectPolicy = 'Max', policies = [] } = rules ?? {};
  if (selectPolicy === 'Disabled') return currentReplicas;
  const limits = policies.map((policy) => {
    const added = changeWithin(history.ups, policy.periodSeconds, now);
    const removed = changeWithin(history.downs, policy.periodSeconds, now);
    return policyLimit(policy, currentReplicas - added + removed, direction);
  });
  // The largest change is the highest number up, and the lowest down.
  return (selectPolicy === 'Min') === (direction === 'up') ? Math.min(...limits) : Math.max(...limits);
}

/** `start`: how many there were when the policy's period began. */
function policyLimit({ type, value }: ScalingPolicy, start: number, direction: 'up' | 'down'): number {
  const sign = direction === 'up' ? 1 : -1;
  if (type === 'Pods') return start + sign * value;
  const share = start * (1 + (sign * value) / 100);
  // Rounded up, as else a small number might never grow.
  return direction === 'up' ? Math.ceil(share) : Math.trunc(share);
}
