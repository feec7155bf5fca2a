/** What validation looks at in the specs of workloads. */
import type { LabelSelector } from '../../../../api/label-selector.ts';
import type { ObjectMeta } from '../../../../api/object.ts';
import type { ClaimSpec, TemplateView } from '../core/validation/pod-spec-view.ts';
import type { IntOrPercent } from './percentages.ts';

export interface RollingUpdate {
  readonly maxUnavailable?: IntOrPercent;
  readonly maxSurge?: IntOrPercent;
  readonly partition?: number;
}

export interface UpdateStrategy {
  readonly type?: string;
  readonly rollingUpdate?: RollingUpdate;
}

export interface WorkloadSpec {
  readonly replicas?: number;
  readonly selector?: LabelSelector;
  readonly template?: TemplateView;
  readonly minReadySeconds?: number;
  readonly revisionHistoryLimit?: number;
  readonly progressDeadlineSeconds?: number;
  readonly strategy?: UpdateStrategy;
  readonly updateStrategy?: UpdateStrategy;
  readonly podManagementPolicy?: string;
  readonly serviceName?: string;
  readonly ordinals?: { readonly start?: number };
  readonly volumeClaimTemplates?: readonly { readonly metadata?: ObjectMeta; readonly spec?: ClaimSpec }[];
  readonly persistentVolumeClaimRetentionPolicy?: { readonly whenDeleted?: string; readonly whenScaled?: string };
}

export interface Workload {
  readonly metadata: ObjectMeta;
  readonly spec?: WorkloadSpec;
}
