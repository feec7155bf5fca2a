/** What a StatefulSet says of its pods. Mirrors updateStatus, completeRollingUpdate and inconsistentStatus. Pure. */
import { equalJson, type JsonValue } from '../../api/json.ts';
import { isPodAvailable, isPodReady, type Pod } from '../../controller/pod.ts';
import { revisionOf } from './identity.ts';
import type { StatefulSet, StatefulSetStatus } from './stateful-set.ts';

export interface StatusInput {
  readonly set: StatefulSet;
  readonly pods: readonly Pod[];
  /** Pods that were just deleted to be replaced. */
  readonly replaced: readonly Pod[];
  readonly currentRevision: string;
  readonly updateRevision: string;
  readonly collisions: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** `undefined`: it says so already. */
export function changedStatus(input: StatusInput): StatefulSetStatus | undefined {
  const { set } = input;
  const status = statusOf(input);
  const before = { ...set.status, observedGeneration: 0 };
  const grown = (status.observedGeneration ?? 0) > (set.status.observedGeneration ?? 0);
  // Zero counts may be absent.
  return !grown && equalJson(plain({ ...status, observedGeneration: 0 }), plain(before)) ? undefined : status;
}

function statusOf(input: StatusInput): StatefulSetStatus {
  const { set, pods, replaced, currentRevision, updateRevision, now } = input;
  const ready = pods.filter((pod) => pod.status?.phase === 'Running' && isPodReady(pod));
  const living = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const count = (revision: string, among: readonly Pod[]): number =>
    among.filter((pod) => revisionOf(pod) === revision).length;
  const status = {
    observedGeneration: set.metadata.generation ?? 0,
    replicas: pods.length,
    readyReplicas: ready.length,
    availableReplicas: ready.filter((pod) => isPodAvailable(pod, set.minReadySeconds, now)).length,
    currentReplicas: count(currentRevision, living) - count(currentRevision, replaced),
    updatedReplicas: count(updateRevision, living),
    currentRevision,
    updateRevision,
    collisionCount: input.collisions,
  };
  const complete = [status.updatedReplicas, status.readyReplicas, status.replicas].every((one) => one === set.replicas);
  if (!set.rollingUpdate || !complete) return status;
  return { ...status, currentReplicas: status.updatedReplicas, currentRevision: updateRevision };
}

function plain(status: StatefulSetStatus): JsonValue {
  const { conditions: _conditions, ...rest } = status as Readonly<Record<string, JsonValue>>;
  return Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== 0));
}
