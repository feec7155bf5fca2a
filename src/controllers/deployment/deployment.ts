/** What the controller reads of a Deployment. */
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject, ObjectMeta } from '../../api/object.ts';
import type { LabelSelector } from '../../api/label-selector.ts';

export interface Deployment {
  readonly metadata: Readonly<ObjectMeta>;
  readonly replicas: number;
  readonly paused: boolean;
  readonly minReadySeconds: number;
  /** Absent: all old ReplicaSets are kept. */
  readonly revisionHistoryLimit: number | undefined;
  /** Absent: progress isn't judged. */
  readonly progressDeadlineSeconds: number | undefined;
  readonly selector: LabelSelector;
  readonly template: JsonObject;
  readonly strategy: 'Recreate' | 'RollingUpdate';
  readonly maxSurge: number | string;
  readonly maxUnavailable: number | string;
  readonly status: DeploymentStatus;
  readonly object: Readonly<KubeObject>;
}

export interface DeploymentStatus {
  readonly observedGeneration?: number;
  readonly replicas?: number;
  readonly updatedReplicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly unavailableReplicas?: number;
  readonly terminatingReplicas?: number;
  readonly collisionCount?: number;
  readonly conditions?: readonly DeploymentCondition[];
}

export interface DeploymentCondition {
  readonly type: string;
  readonly status: string;
  readonly lastUpdateTime?: string;
  readonly lastTransitionTime?: string;
  readonly reason?: string;
  readonly message?: string;
}

interface DeploymentSpec {
  readonly replicas?: number;
  readonly paused?: boolean;
  readonly minReadySeconds?: number;
  readonly revisionHistoryLimit?: number;
  readonly progressDeadlineSeconds?: number;
  readonly selector?: LabelSelector;
  readonly template?: JsonObject;
  readonly strategy?: {
    readonly type?: string;
    readonly rollingUpdate?: { readonly maxSurge?: number | string; readonly maxUnavailable?: number | string };
  };
}

/** Means "none" in the limits of Deployments. */
const int32Max = 2 ** 31 - 1;

/** The typed view of a Deployment's JSON; the API server has validated its shape and filled in its defaults. */
export function asDeployment(object: Readonly<KubeObject>): Deployment {
  const spec = (object['spec'] ?? {}) as DeploymentSpec;
  return {
    metadata: object.metadata,
    replicas: spec.replicas ?? 1,
    paused: spec.paused ?? false,
    minReadySeconds: spec.minReadySeconds ?? 0,
    revisionHistoryLimit: limit(spec.revisionHistoryLimit),
    progressDeadlineSeconds: limit(spec.progressDeadlineSeconds),
    selector: spec.selector ?? {},
    template: spec.template ?? {},
    strategy: spec.strategy?.type === 'Recreate' ? 'Recreate' : 'RollingUpdate',
    maxSurge: spec.strategy?.rollingUpdate?.maxSurge ?? 0,
    maxUnavailable: spec.strategy?.rollingUpdate?.maxUnavailable ?? 0,
    status: (object['status'] ?? {}) as DeploymentStatus,
    object,
  };
}

function limit(value: number | undefined): number | undefined {
  return value === int32Max ? undefined : value;
}
