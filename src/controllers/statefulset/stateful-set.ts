/** What the controller reads of a StatefulSet. Mirrors apps/v1 StatefulSet. */
import type { LabelSelector } from '../../api/label-selector.ts';
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject, ObjectMeta } from '../../api/object.ts';

export interface ClaimTemplate {
  readonly metadata: Readonly<ObjectMeta>;
  readonly spec?: JsonObject;
}

export interface StatefulSetStatus {
  readonly observedGeneration?: number;
  readonly replicas?: number;
  readonly readyReplicas?: number;
  readonly currentReplicas?: number;
  readonly updatedReplicas?: number;
  readonly availableReplicas?: number;
  readonly currentRevision?: string;
  readonly updateRevision?: string;
  readonly collisionCount?: number;
}

type Retention = 'Retain' | 'Delete';

export interface StatefulSet {
  readonly metadata: Readonly<ObjectMeta>;
  readonly replicas: number;
  readonly minReadySeconds: number;
  readonly selector: LabelSelector | undefined;
  readonly template: JsonObject;
  readonly serviceName: string;
  readonly claimTemplates: readonly ClaimTemplate[];
  readonly parallel: boolean;
  readonly revisionHistoryLimit: number;
  /** The first ordinal. */
  readonly start: number;
  readonly retention: { readonly whenDeleted: Retention; readonly whenScaled: Retention };
  /** `undefined`: pods are only replaced when somebody deletes them. */
  readonly rollingUpdate: RollingUpdate | undefined;
  readonly status: StatefulSetStatus;
  readonly object: Readonly<KubeObject>;
}

interface RollingUpdate {
  /** Ordinals below it keep the current revision; `undefined`: the set doesn't say. */
  readonly partition: number | undefined;
  /** A number, or a percentage of the replicas; `undefined`: 1. */
  readonly maxUnavailable: number | string | undefined;
}

interface StatefulSetSpec {
  readonly replicas?: number;
  readonly minReadySeconds?: number;
  readonly selector?: LabelSelector;
  readonly template?: JsonObject;
  readonly serviceName?: string;
  readonly volumeClaimTemplates?: readonly ClaimTemplate[];
  readonly podManagementPolicy?: string;
  readonly revisionHistoryLimit?: number;
  readonly ordinals?: { readonly start?: number };
  readonly persistentVolumeClaimRetentionPolicy?: { readonly whenDeleted?: Retention; readonly whenScaled?: Retention };
  readonly updateStrategy?: {
    readonly type?: string;
    readonly rollingUpdate?: { readonly partition?: number; readonly maxUnavailable?: number | string };
  };
}

/** The typed view of a StatefulSet's JSON; the API server has validated its shape. */
export function asStatefulSet(object: Readonly<KubeObject>): StatefulSet {
  const spec = (object['spec'] ?? {}) as StatefulSetSpec;
  const { whenDeleted = 'Retain', whenScaled = 'Retain' } = spec.persistentVolumeClaimRetentionPolicy ?? {};
  const { type = 'RollingUpdate', rollingUpdate } = spec.updateStrategy ?? {};
  return {
    metadata: object.metadata,
    replicas: spec.replicas ?? 1,
    minReadySeconds: spec.minReadySeconds ?? 0,
    selector: spec.selector,
    template: spec.template ?? {},
    serviceName: spec.serviceName ?? '',
    claimTemplates: spec.volumeClaimTemplates ?? [],
    parallel: spec.podManagementPolicy === 'Parallel',
    revisionHistoryLimit: spec.revisionHistoryLimit ?? 10,
    start: spec.ordinals?.start ?? 0,
    retention: { whenDeleted, whenScaled },
    rollingUpdate:
      type === 'OnDelete'
        ? undefined
        : { partition: rollingUpdate?.partition, maxUnavailable: rollingUpdate?.maxUnavailable },
    status: (object['status'] ?? {}) as StatefulSetStatus,
    object,
  };
}
