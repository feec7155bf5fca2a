/**
 * What an autoscaler remembers: its recommendations, and by how much it has scaled. Times are monotonic milliseconds. It is in no
 * object: who starts anew has forgotten it, as upstream. Mirrors stabilizeRecommendation, storeScaleEvent and their like. Pure.
 */
import type { Autoscaler, ScalingRules } from './autoscaler.ts';

export interface Recommendation {
  readonly replicas: number;
  readonly at: number;
}

export interface ScalingEvent {
  /** By how many replicas; never negative. */
  readonly change: number;
  readonly at: number;
}

export interface ScalingHistory {
  /** As computed, before they were limited in any way. */
  readonly recommendations: readonly Recommendation[];
  readonly ups: readonly ScalingEvent[];
  readonly downs: readonly ScalingEvent[];
}

/** kube-controller-manager's --horizontal-pod-autoscaler-downscale-stabilization. */
export const stabilizationMs = 5 * 60_000;
/** The longest window has 240 looks; more often nothing is kept. */
const entriesMax = 1000;

export const noHistory: ScalingHistory = { recommendations: [], ups: [], downs: [] };

/** The first recommendation is what is there. Mirrors recordInitialRecommendation. */
export function begun(history: ScalingHistory, replicas: number, at: number): ScalingHistory {
  return history.recommendations.length > 0 ? history : { ...history, recommendations: [{ replicas, at }] };
}

/** With one more recommendation, in the place of one that `isOld`. */
export function withRecommendation(
  history: ScalingHistory,
  recommendation: Recommendation,
  isOld: (one: Recommendation) => boolean,
): ScalingHistory {
  return { ...history, recommendations: replacedOrAdded(history.recommendations, recommendation, isOld) };
}

/** After replicas were scaled. Only behaviors ask for it. Mirrors storeScaleEvent. */
export function withScaling(
  history: ScalingHistory,
  { spec }: Pick<Autoscaler, 'spec'>,
  from: number,
  to: number,
  at: number,
): ScalingHistory {
  if (!spec.behavior) return history;
  const event = { change: Math.abs(to - from), at };
  const added = (events: readonly ScalingEvent[], rules: ScalingRules | undefined): readonly ScalingEvent[] => {
    const cutoff = at - longestPeriodMs(rules);
    return replacedOrAdded(events, event, (one) => one.at < cutoff);
  };
  return to > from
    ? { ...history, ups: added(history.ups, spec.behavior.scaleUp) }
    : { ...history, downs: added(history.downs, spec.behavior.scaleDown) };
}

/** Mirrors getReplicasChangePerPeriod. */
export function changeWithin(events: readonly ScalingEvent[], periodSeconds: number, now: number): number {
  const cutoff = now - periodSeconds * 1000;
  return events.reduce((sum, { change, at }) => (at > cutoff ? sum + change : sum), 0);
}

function longestPeriodMs(rules: ScalingRules | undefined): number {
  return (rules?.policies ?? []).reduce((longest, { periodSeconds }) => Math.max(longest, periodSeconds), 0) * 1000;
}

/** The last old one is replaced. */
function replacedOrAdded<T>(entries: readonly T[], entry: T, isOld: (one: T) => boolean): readonly T[] {
  const place = entries.findLastIndex(isOld);
  return place >= 0 ? entries.with(place, entry) : [...entries, entry].slice(-entriesMax);
}
