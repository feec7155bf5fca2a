/** A ReplicaSet's status from its pods. Mirrors kubernetes pkg/controller/replicaset calculateStatus. */
import { hasLabels } from '../../api/label-requirement.ts';
import { isPodAvailable, isPodReady, type Pod } from '../../controller/pod.ts';
import { timestamp } from '../../lib/clock.ts';
import type { ReplicaSet, ReplicaSetCondition, ReplicaSetStatus } from './replica-set.ts';

const replicaFailure = 'ReplicaFailure';

export interface StatusInput {
  readonly set: ReplicaSet;
  readonly active: readonly Pod[];
  /** Absent: not counted (ReplicationControllers have no such field). */
  readonly terminating: readonly Pod[] | undefined;
  /** What creating or deleting pods failed with. */
  readonly failure: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** `undefined`: the status that stands is right. Pure. */
export function changedStatus(input: StatusInput): ReplicaSetStatus | undefined {
  const { set, active, now } = input;
  const old = set.status;
  const ready = active.filter(isPodReady);
  const wanted = set.template.metadata?.labels ?? {};
  const next = {
    replicas: active.length,
    fullyLabeledReplicas: active.filter((pod) => hasLabels(wanted, pod.metadata.labels)).length,
    readyReplicas: ready.length,
    availableReplicas: ready.filter((pod) => isPodAvailable(pod, set.minReadySeconds, now)).length,
    terminatingReplicas: input.terminating?.length,
    conditions: nextConditions(input),
  };
  const same =
    (old.replicas ?? 0) === next.replicas &&
    (old.fullyLabeledReplicas ?? 0) === next.fullyLabeledReplicas &&
    (old.readyReplicas ?? 0) === next.readyReplicas &&
    (old.availableReplicas ?? 0) === next.availableReplicas &&
    old.terminatingReplicas === next.terminatingReplicas &&
    old.observedGeneration === set.metadata.generation &&
    next.conditions === old.conditions;
  return same ? undefined : written(next, set.metadata.generation);
}

type Counted = { readonly [K in keyof ReplicaSetStatus]: ReplicaSetStatus[K] | undefined };

/** Zero counts are not written, but for `replicas`. */
function written(next: Counted, generation: number | undefined): ReplicaSetStatus {
  const { replicas = 0, terminatingReplicas, conditions = [], ...counts } = next;
  return {
    replicas,
    ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0)),
    ...(terminatingReplicas === undefined ? {} : { terminatingReplicas }),
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    ...(conditions.length === 0 ? {} : { conditions }),
  };
}

function nextConditions({ set, active, failure, now }: StatusInput): ReplicaSetStatus['conditions'] {
  const { conditions } = set.status;
  const failed = conditions?.find(({ type }) => type === replicaFailure);
  if (failure === undefined)
    return failed === undefined ? conditions : conditions?.filter(({ type }) => type !== replicaFailure);
  if (failed !== undefined) return conditions;
  const condition: ReplicaSetCondition = {
    type: replicaFailure,
    status: 'True',
    lastTransitionTime: timestamp(now),
    reason: active.length < set.replicas ? 'FailedCreate' : 'FailedDelete',
    message: failure,
  };
  return [...(conditions ?? []), condition];
}
