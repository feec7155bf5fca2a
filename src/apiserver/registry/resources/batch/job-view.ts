/** What validation looks at in jobs. */
import type { JsonObject } from '../../../../api/json.ts';
import type { LabelSelector } from '../../../../api/label-selector.ts';
import type { TemplateView } from '../core/validation/pod-spec-view.ts';

export interface ExitCodes {
  readonly containerName?: string;
  readonly operator?: string;
  readonly values?: readonly number[];
}

export interface FailureRule {
  readonly action?: string;
  readonly onExitCodes?: ExitCodes;
  readonly onPodConditions?: readonly { readonly type?: string; readonly status?: string }[];
}

export interface FailurePolicy {
  readonly rules?: readonly FailureRule[];
}

export interface JobSpec {
  readonly parallelism?: number;
  readonly completions?: number;
  readonly activeDeadlineSeconds?: number;
  readonly backoffLimit?: number;
  readonly backoffLimitPerIndex?: number;
  readonly maxFailedIndexes?: number;
  readonly ttlSecondsAfterFinished?: number;
  readonly completionMode?: string;
  readonly podFailurePolicy?: FailurePolicy;
  readonly successPolicy?: JsonObject;
  readonly podReplacementPolicy?: string;
  readonly manualSelector?: boolean;
  readonly suspend?: boolean;
  readonly selector?: LabelSelector;
  readonly template?: TemplateView;
}
