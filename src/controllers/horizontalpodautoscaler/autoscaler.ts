/** A HorizontalPodAutoscaler (autoscaling/v2) as its controller reads it, and its status as that writes it. Pure. */
import { equalJson, type JsonValue } from '../../api/json.ts';
import type { LabelSelector } from '../../api/label-selector.ts';
import type { KubeObject, ObjectMeta } from '../../api/object.ts';
import { parseQuantity } from '../../api/quantity.ts';
import { timestamp } from '../../lib/clock.ts';

export interface Autoscaler {
  readonly metadata: Readonly<ObjectMeta>;
  readonly spec: {
    readonly scaleTargetRef: ObjectReference;
    readonly minReplicas?: number;
    readonly maxReplicas: number;
    readonly metrics?: readonly MetricSpec[];
    readonly behavior?: { readonly scaleUp?: ScalingRules; readonly scaleDown?: ScalingRules };
  };
  readonly status?: AutoscalerStatus;
}

export interface ObjectReference {
  readonly apiVersion?: string;
  readonly kind: string;
  readonly name: string;
}

export interface ScalingRules {
  readonly stabilizationWindowSeconds?: number;
  readonly selectPolicy?: string;
  readonly policies?: readonly ScalingPolicy[];
  /** A quantity: the share of the target by which usage may differ. */
  readonly tolerance?: string;
}

export interface ScalingPolicy {
  readonly type: string;
  readonly value: number;
  readonly periodSeconds: number;
}

interface MetricIdentifier {
  readonly name: string;
  readonly selector?: LabelSelector;
}

export interface MetricTarget {
  readonly type: string;
  readonly value?: string;
  readonly averageValue?: string;
  readonly averageUtilization?: number;
}

export interface ObjectMetric {
  readonly describedObject: ObjectReference;
  readonly metric: MetricIdentifier;
  readonly target: MetricTarget;
}

export interface NamedMetric {
  readonly metric: MetricIdentifier;
  readonly target: MetricTarget;
}

export interface ResourceMetric {
  readonly name: string;
  /** Of one container of each pod; absent: of all. */
  readonly container?: string;
  readonly target: MetricTarget;
}

/** The API server has seen to it that exactly the field of the type is there. */
export interface MetricSpec {
  readonly type: string;
  readonly object?: ObjectMetric;
  readonly pods?: NamedMetric;
  readonly external?: NamedMetric;
  readonly resource?: ResourceMetric;
  readonly containerResource?: ResourceMetric;
}

export interface MetricValue {
  readonly value?: string;
  readonly averageValue?: string;
  readonly averageUtilization?: number;
}

/** `type` is empty where the metric could not be had. */
export interface MetricStatus {
  readonly type: string;
  readonly object?: {
    readonly metric: MetricIdentifier;
    readonly current: MetricValue;
    readonly describedObject: ObjectReference;
  };
  readonly pods?: { readonly metric: MetricIdentifier; readonly current: MetricValue };
  readonly external?: { readonly metric: MetricIdentifier; readonly current: MetricValue };
  readonly resource?: { readonly name: string; readonly current: MetricValue };
  readonly containerResource?: { readonly name: string; readonly current: MetricValue; readonly container: string };
}

export type ConditionType = 'AbleToScale' | 'ScalingActive' | 'ScalingLimited' | 'ScaledToZero';

export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly lastTransitionTime?: string;
  readonly reason?: string;
  readonly message?: string;
}

export interface AutoscalerStatus {
  readonly observedGeneration?: number;
  readonly lastScaleTime?: string;
  readonly currentReplicas?: number;
  readonly desiredReplicas?: number;
  readonly currentMetrics?: readonly MetricStatus[] | null;
  readonly conditions?: readonly Condition[];
}

/** By which share usage may differ from its target without anything being scaled. */
export interface Tolerances {
  readonly down: number;
  readonly up: number;
}

/** kube-controller-manager's --horizontal-pod-autoscaler-tolerance. */
const defaultTolerance = 0.1;

/** The typed view of an autoscaler's JSON; the API server has validated its shape. */
export function asAutoscaler(object: Readonly<KubeObject>): Autoscaler {
  return object as unknown as Autoscaler;
}

/** Mirrors tolerancesForHpa. */
export function tolerancesOf({ spec }: Pick<Autoscaler, 'spec'>): Tolerances {
  const { scaleDown, scaleUp } = spec.behavior ?? {};
  return { down: toleranceOf(scaleDown), up: toleranceOf(scaleUp) };
}

/** The time changes only with the status. Mirrors setConditionInList. */
export function withCondition(
  conditions: readonly Condition[] = [],
  condition: Omit<Condition, 'lastTransitionTime'> & { readonly type: ConditionType },
  now: number,
): readonly Condition[] {
  const old = conditions.find(({ type }) => type === condition.type);
  const lastTransitionTime = old?.status === condition.status ? old.lastTransitionTime : timestamp(now);
  const next: Condition = { ...condition, ...(lastTransitionTime === undefined ? {} : { lastTransitionTime }) };
  return old ? conditions.map((one) => (one === old ? next : one)) : [...conditions, next];
}

export function withoutCondition(
  conditions: readonly Condition[] | undefined,
  condition: ConditionType,
): readonly Condition[] {
  return (conditions ?? []).filter(({ type }) => type !== condition);
}

/** What is absent and what is empty are the same. Mirrors apimachinery api/equality Semantic.DeepEqual. */
export function sameStatus(left: AutoscalerStatus | undefined, right: AutoscalerStatus): boolean {
  return equalJson(comparable(left ?? {}), comparable(right));
}

/** The door through which the typed status becomes JSON. */
export function statusJson(status: AutoscalerStatus): JsonValue {
  return status as unknown as JsonValue;
}

function comparable({ currentReplicas = 0, desiredReplicas = 0, ...status }: AutoscalerStatus): JsonValue {
  const { currentMetrics, conditions = [], ...rest } = status;
  return statusJson({ ...rest, currentReplicas, desiredReplicas, currentMetrics: currentMetrics ?? [], conditions });
}

function toleranceOf(rules: ScalingRules | undefined): number {
  if (rules?.tolerance === undefined) return defaultTolerance;
  const { mantissa, exponent } = parseQuantity(rules.tolerance);
  return Number(mantissa) * Number(`1e${exponent}`);
}
