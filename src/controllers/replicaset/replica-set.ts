/** What the controller reads of a ReplicaSet, or of a ReplicationController, which is the same with a simpler selector. */
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject, ObjectMeta } from '../../api/object.ts';
import type { LabelSelector } from '../../api/label-selector.ts';

export interface ReplicaSet {
  readonly metadata: Readonly<ObjectMeta>;
  readonly replicas: number;
  readonly minReadySeconds: number;
  readonly selector: LabelSelector;
  readonly template: { readonly metadata?: ObjectMeta; readonly spec?: JsonObject };
  readonly status: ReplicaSetStatus;
  readonly object: Readonly<KubeObject>;
}

export interface ReplicaSetStatus {
  readonly replicas?: number;
  readonly fullyLabeledReplicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly terminatingReplicas?: number;
  readonly observedGeneration?: number;
  readonly conditions?: readonly ReplicaSetCondition[];
}

export interface ReplicaSetCondition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime?: string;
}

interface ReplicaSetSpec {
  readonly replicas?: number;
  readonly minReadySeconds?: number;
  readonly selector?: LabelSelector;
  readonly template?: ReplicaSet['template'];
}

/** The typed view of a ReplicaSet's JSON; the API server has validated its shape. */
export function asReplicaSet(object: Readonly<KubeObject>): ReplicaSet {
  const spec = (object['spec'] ?? {}) as ReplicaSetSpec;
  return {
    metadata: object.metadata,
    replicas: spec.replicas ?? 1,
    minReadySeconds: spec.minReadySeconds ?? 0,
    selector: spec.selector ?? {},
    template: spec.template ?? {},
    status: (object['status'] ?? {}) as ReplicaSetStatus,
    object,
  };
}

/** A ReplicationController seen as a ReplicaSet: its selector is a map of labels. */
export function asReplicationController(object: Readonly<KubeObject>): ReplicaSet {
  const { selector } = (object['spec'] ?? {}) as { readonly selector?: Readonly<Record<string, string>> };
  return { ...asReplicaSet(object), selector: { matchLabels: selector ?? {} } };
}
