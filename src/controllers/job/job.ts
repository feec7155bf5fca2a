/** What the controller reads of a Job. Mirrors batch/v1 Job. */
import type { LabelSelector } from '../../api/label-selector.ts';
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject, ObjectMeta } from '../../api/object.ts';

export interface JobCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastProbeTime?: string;
  readonly lastTransitionTime?: string;
}

export interface JobStatus {
  readonly active?: number;
  readonly ready?: number;
  readonly terminating?: number;
  readonly succeeded?: number;
  readonly failed?: number;
  readonly startTime?: string;
  readonly completionTime?: string;
  readonly completedIndexes?: string;
  readonly failedIndexes?: string;
  /** UIDs of pods that have ended, and are counted when they have no finalizer any more. */
  readonly uncountedTerminatedPods?: { readonly succeeded?: readonly string[]; readonly failed?: readonly string[] };
  readonly conditions?: readonly JobCondition[];
}

export interface FailurePolicyRule {
  readonly action: 'FailJob' | 'FailIndex' | 'Ignore' | 'Count';
  readonly onExitCodes?: {
    readonly containerName?: string;
    readonly operator: string;
    readonly values: readonly number[];
  };
  readonly onPodConditions?: readonly { readonly type: string; readonly status: string }[];
}

export interface SuccessPolicyRule {
  readonly succeededIndexes?: string;
  readonly succeededCount?: number;
}

export interface Job {
  readonly metadata: Readonly<ObjectMeta>;
  readonly parallelism: number;
  /** `undefined`: any success is enough. */
  readonly completions: number | undefined;
  readonly indexed: boolean;
  readonly suspended: boolean;
  readonly backoffLimit: number;
  readonly backoffLimitPerIndex: number | undefined;
  readonly maxFailedIndexes: number | undefined;
  readonly activeDeadlineSeconds: number | undefined;
  readonly failurePolicy: readonly FailurePolicyRule[] | undefined;
  readonly successPolicy: readonly SuccessPolicyRule[] | undefined;
  /** A pod that is being deleted is replaced when it has ended, not before. */
  readonly replacesEndedOnly: boolean;
  readonly restartsOnFailure: boolean;
  readonly managedBy: string | undefined;
  readonly selector: LabelSelector | undefined;
  readonly template: JsonObject;
  readonly status: JobStatus;
  readonly object: Readonly<KubeObject>;
}

interface JobSpec {
  readonly parallelism?: number;
  readonly completions?: number;
  readonly completionMode?: string;
  readonly suspend?: boolean;
  readonly backoffLimit?: number;
  readonly backoffLimitPerIndex?: number;
  readonly maxFailedIndexes?: number;
  readonly activeDeadlineSeconds?: number;
  readonly podFailurePolicy?: { readonly rules?: readonly FailurePolicyRule[] };
  readonly successPolicy?: { readonly rules?: readonly SuccessPolicyRule[] };
  readonly podReplacementPolicy?: string;
  readonly managedBy?: string;
  readonly selector?: LabelSelector;
  readonly template?: JsonObject & { readonly spec?: { readonly restartPolicy?: string } };
}

/** The typed view of a Job's JSON; the API server has validated its shape. */
export function asJob(object: Readonly<KubeObject>): Job {
  const spec = (object['spec'] ?? {}) as JobSpec;
  return {
    metadata: object.metadata,
    parallelism: spec.parallelism ?? 1,
    completions: spec.completions,
    indexed: spec.completionMode === 'Indexed',
    suspended: spec.suspend ?? false,
    backoffLimit: spec.backoffLimit ?? 6,
    backoffLimitPerIndex: spec.backoffLimitPerIndex,
    maxFailedIndexes: spec.maxFailedIndexes,
    activeDeadlineSeconds: spec.activeDeadlineSeconds,
    failurePolicy: spec.podFailurePolicy?.rules,
    successPolicy: spec.successPolicy?.rules,
    replacesEndedOnly: spec.podReplacementPolicy === 'Failed' || spec.podFailurePolicy !== undefined,
    restartsOnFailure: spec.template?.spec?.restartPolicy === 'OnFailure',
    managedBy: spec.managedBy,
    selector: spec.selector,
    template: spec.template ?? {},
    status: (object['status'] ?? {}) as JobStatus,
    object,
  };
}

/** Complete or failed, for good. */
export function isFinished({ status }: Pick<Job, 'status'>): boolean {
  return (
    status.conditions?.some(({ type, status: is }) => (type === 'Complete' || type === 'Failed') && is === 'True') ??
    false
  );
}

/** Where indexes end: only of indexed Jobs, which always have one. */
export function indexesOf({ completions = 0 }: Job): number {
  return completions;
}
