/** A Deployment's status. Mirrors kubernetes pkg/controller/deployment calculateStatus and syncRolloutStatus. Pure. */
import { equalJson, type JsonValue } from '../../api/json.ts';
import type { ReplicaSet } from '../replicaset/replica-set.ts';
import { findCondition, newCondition, withCondition, withoutCondition, type Conditions } from './conditions.ts';
import type { Deployment, DeploymentCondition, DeploymentStatus } from './deployment.ts';
import { availableReplicas, maxUnavailable, totalReplicas } from './rolling.ts';

export interface StatusInput {
  readonly deployment: Deployment;
  /** The conditions so far: the Deployment's own, with what the plan has added. */
  readonly conditions: Conditions;
  readonly newSet: ReplicaSet | undefined;
  /** Of a new set that is just being created: there is nothing else to know of it. */
  readonly createdSet?: string;
  readonly old: readonly ReplicaSet[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The counts and the condition `Available`; what else the conditions say is left. */
export function plainStatus({ deployment, conditions, newSet, old, now }: StatusInput): DeploymentStatus {
  const all = [...old, ...(newSet ? [newSet] : [])];
  const available = availableReplicas(all);
  const terminating = terminatingReplicas(all);
  const { collisionCount } = deployment.status;
  const availability =
    available >= deployment.replicas - maxUnavailable(deployment)
      ? newCondition('Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.', now)
      : newCondition(
          'Available',
          'False',
          'MinimumReplicasUnavailable',
          'Deployment does not have minimum availability.',
          now,
        );
  const counts = {
    observedGeneration: deployment.metadata.generation ?? 0,
    replicas: sum(all, ({ status }) => status.replicas),
    updatedReplicas: newSet?.status.replicas ?? 0,
    readyReplicas: sum(all, ({ status }) => status.readyReplicas),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, totalReplicas(all) - available),
  };
  return {
    ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0)),
    ...(terminating === undefined ? {} : { terminatingReplicas: terminating }),
    ...(collisionCount === undefined ? {} : { collisionCount }),
    conditions: withCondition(conditions, availability),
  };
}

/** {@link plainStatus}, and how the rollout goes on. */
export function rolloutStatus(input: StatusInput): DeploymentStatus {
  const status = plainStatus(input);
  const progressed = progressConditions(input, status);
  const failure = replicaFailure(input);
  const conditions = failure ? withCondition(progressed, failure) : withoutCondition(progressed, 'ReplicaFailure');
  return { ...status, conditions };
}

/** All wanted pods are of the new template and available, and no others are left. */
export function isComplete(deployment: Deployment, status: DeploymentStatus): boolean {
  return (
    (status.updatedReplicas ?? 0) === deployment.replicas &&
    (status.replicas ?? 0) === deployment.replicas &&
    (status.availableReplicas ?? 0) === deployment.replicas &&
    (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  );
}

export function sameStatus(left: DeploymentStatus, right: DeploymentStatus): boolean {
  return equalJson(plain(left), plain(right));
}

/** When the rollout has to be looked at again, in milliseconds; `undefined`: it needs no watching. Mirrors requeueStuckDeployment. */
export function progressCheckMs(deployment: Deployment, status: DeploymentStatus, now: number): number | undefined {
  const progressing = findCondition(deployment.status.conditions ?? [], 'Progressing');
  if (deployment.progressDeadlineSeconds === undefined || !progressing) return undefined;
  if (isComplete(deployment, status) || progressing.reason === 'ProgressDeadlineExceeded') return undefined;
  const deadline = Date.parse(progressing.lastUpdateTime ?? '') + deployment.progressDeadlineSeconds * 1000;
  return Number.isNaN(deadline) ? undefined : Math.max(0, deadline - now) + 1000;
}

function progressConditions(input: StatusInput, status: DeploymentStatus): Conditions {
  const { deployment, now } = input;
  const setName = input.createdSet ?? input.newSet?.metadata.name;
  const conditions = status.conditions ?? [];
  if (deployment.progressDeadlineSeconds === undefined) return withoutCondition(conditions, 'Progressing');
  const current = findCondition(input.conditions, 'Progressing');
  const allUpdated = (status.replicas ?? 0) === (status.updatedReplicas ?? 0);
  if (allUpdated && current?.reason === 'NewReplicaSetAvailable') return conditions;
  const subject = setName !== undefined ? `ReplicaSet "${setName}"` : `Deployment "${deployment.metadata.name}"`;
  if (isComplete(deployment, status)) {
    const message = `${subject} has successfully progressed.`;
    return withCondition(conditions, newCondition('Progressing', 'True', 'NewReplicaSetAvailable', message, now));
  }
  if (hasProgressed(deployment.status, status)) {
    const next = newCondition('Progressing', 'True', 'ReplicaSetUpdated', `${subject} is progressing.`, now);
    const since = current?.status === 'True' ? current.lastTransitionTime : undefined;
    // Set anew even with the same reason: its time of update is what the deadline counts from.
    return withCondition(
      withoutCondition(conditions, 'Progressing'),
      since === undefined ? next : { ...next, lastTransitionTime: since },
    );
  }
  if (hasTimedOut(deployment, findCondition(conditions, 'Progressing'), now)) {
    const message = `${subject} has timed out progressing.`;
    return withCondition(conditions, newCondition('Progressing', 'False', 'ProgressDeadlineExceeded', message, now));
  }
  return conditions;
}

function hasProgressed(old: DeploymentStatus, next: DeploymentStatus): boolean {
  const outdated = (status: DeploymentStatus): number => (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
  return (
    (next.updatedReplicas ?? 0) > (old.updatedReplicas ?? 0) ||
    outdated(next) < outdated(old) ||
    (next.readyReplicas ?? 0) > (old.readyReplicas ?? 0) ||
    (next.availableReplicas ?? 0) > (old.availableReplicas ?? 0)
  );
}

function hasTimedOut(deployment: Deployment, progressing: DeploymentCondition | undefined, now: number): boolean {
  if (!progressing || progressing.reason === 'NewReplicaSetAvailable') return false;
  if (progressing.reason === 'ProgressDeadlineExceeded') return true;
  const deadlineMs = (deployment.progressDeadlineSeconds ?? 0) * 1000;
  return Date.parse(progressing.lastUpdateTime ?? '') + deadlineMs < now;
}

/** A ReplicaSet's failure to create or delete pods, of the new set first. */
function replicaFailure({ newSet, old }: StatusInput): DeploymentCondition | undefined {
  for (const set of [...(newSet ? [newSet] : []), ...old]) {
    const failed = set.status.conditions?.find(({ type }) => type === 'ReplicaFailure');
    if (!failed) continue;
    const time = failed.lastTransitionTime;
    return { ...failed, ...(time === undefined ? {} : { lastUpdateTime: time }) };
  }
  return undefined;
}

/** `undefined` while a set that has been seen doesn't say. */
function terminatingReplicas(sets: readonly ReplicaSet[]): number | undefined {
  let total = 0;
  for (const { status } of sets) {
    if (status.terminatingReplicas === undefined && status.observedGeneration) return undefined;
    total += status.terminatingReplicas ?? 0;
  }
  return total;
}

function sum(sets: readonly ReplicaSet[], count: (set: ReplicaSet) => number | undefined): number {
  return sets.reduce((total, set) => total + (count(set) ?? 0), 0);
}

/** Counts of zero and empty lists are the same as none, but for `terminatingReplicas`. */
function plain(status: DeploymentStatus): JsonValue {
  const kept = Object.entries(status).filter(
    ([key, value]) => key === 'terminatingReplicas' || (value !== 0 && !(Array.isArray(value) && value.length === 0)),
  );
  return Object.fromEntries(kept);
}
