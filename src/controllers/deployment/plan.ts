/**
 * What a Deployment's ReplicaSets need. Mirrors kubernetes pkg/controller/deployment syncDeployment, sync.go, rolling.go, recreate.go.
 * One step at a time: each change of a ReplicaSet brings the Deployment back here.
 */
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { planClaims } from '../../controller/claim.ts';
import { isEmptyLabelSelector, matchesLabelSelector } from '../../api/label-selector.ts';
import { controllerReference } from '../../controller/owner-reference.ts';
import { isPodTerminal, type Pod } from '../../controller/pod.ts';
import type { ReplicaSet } from '../replicaset/replica-set.ts';
import { deploymentKind } from '../resources.ts';
import {
  changedAnnotations,
  desiredReplicasOf,
  hasAnnotations,
  byRevision,
  nextRevision,
  revisionAnnotation,
  sizeAnnotations,
} from './annotations.ts';
import { findCondition, newCondition, withCondition, type Conditions } from './conditions.ts';
import type { Deployment, DeploymentStatus } from './deployment.ts';
import {
  activeOrLatest,
  byCreation,
  maxSurge,
  newReplicas,
  scaleDownOld,
  scaleProportionally,
  type Scaling,
} from './rolling.ts';
import { planRollback, type Rollback } from './rollback.ts';
import { isComplete, plainStatus, progressCheckMs, rolloutStatus, sameStatus } from './status.ts';
import { sameTemplate, templateHash, templateHashLabel } from '../../controller/template-hash.ts';

export interface Snapshot {
  readonly deployment: Deployment;
  /** Those that it controls, and those of the namespace that nobody controls. */
  readonly sets: readonly ReplicaSet[];
  /** The pods of a ReplicaSet, by its UID. */
  readonly podsOf: (setUid: string) => readonly Pod[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export type Action =
  | { readonly kind: 'adopt'; readonly set: ReplicaSet }
  | { readonly kind: 'release'; readonly set: ReplicaSet }
  | { readonly kind: 'create'; readonly object: KubeObject; readonly replicas: number }
  | {
      readonly kind: 'update';
      readonly set: ReplicaSet;
      readonly spec: { readonly replicas?: number; readonly minReadySeconds?: number };
      readonly annotations: Readonly<Record<string, string>>;
      /** Of the Event `ScalingReplicaSet` that tells of it. */
      readonly message?: string;
    }
  | { readonly kind: 'delete'; readonly set: ReplicaSet }
  | { readonly kind: 'setRevision'; readonly revision: string }
  | { readonly kind: 'updateStatus'; readonly status: DeploymentStatus }
  | Rollback
  | { readonly kind: 'warn'; readonly reason: string; readonly message: string };

export interface Plan {
  readonly actions: readonly Action[];
  /** Look again after so long, though nothing may have changed. */
  readonly againAfterMs: number | undefined;
}

/** What the rules below share. */
interface Rollout extends Snapshot {
  readonly conditions: Conditions;
  readonly newSet: ReplicaSet | undefined;
  /** All others, oldest first. */
  readonly old: readonly ReplicaSet[];
}

/** Pure and total. */
export function planDeployment(snapshot: Snapshot): Plan {
  const { deployment } = snapshot;
  if (isEmptyLabelSelector(deployment.selector)) return selectingAll(deployment);
  const matches = (set: ReplicaSet): boolean => matchesLabelSelector(deployment.selector, set.metadata.labels);
  const claims = planClaims(deployment, matches, snapshot.sets);
  if (claims.adopt.length > 0 || claims.release.length > 0) {
    const adopt = claims.adopt.map((set) => ({ kind: 'adopt', set }) as const);
    const release = claims.release.map((set) => ({ kind: 'release', set }) as const);
    return { actions: [...adopt, ...release], againAfterMs: undefined };
  }
  const sets = claims.owned.toSorted(byCreation);
  const newSet = sets.find((set) => sameTemplate(set.template as JsonObject, deployment.template));
  const old = sets.filter((set) => set !== newSet);
  const rollout: Rollout = { ...snapshot, conditions: pauseConditions(snapshot), newSet, old };
  return newSet ? withNewSet(rollout, newSet) : decide(rollout, []);
}

/** Keeps the new ReplicaSet's annotations and the Deployment's revision up to date before anything else. */
function withNewSet(rollout: Rollout, newSet: ReplicaSet): Plan {
  const { deployment, old, now } = rollout;
  const annotations = changedAnnotations(deployment, newSet, nextRevision(old));
  const minReadyDiffers = newSet.minReadySeconds !== deployment.minReadySeconds;
  if (Object.keys(annotations).length > 0 || minReadyDiffers) {
    const spec = minReadyDiffers ? { minReadySeconds: deployment.minReadySeconds } : {};
    return { actions: [{ kind: 'update', set: newSet, spec, annotations }], againAfterMs: undefined };
  }
  const revision = newSet.metadata.annotations?.[revisionAnnotation] ?? '';
  const before: Action[] =
    deployment.metadata.annotations?.[revisionAnnotation] === revision ? [] : [{ kind: 'setRevision', revision }];
  if (deployment.progressDeadlineSeconds === undefined || findCondition(rollout.conditions, 'Progressing'))
    return decide(rollout, before);
  const message = `Found new replica set "${newSet.metadata.name}"`;
  const found = newCondition('Progressing', 'True', 'FoundNewReplicaSet', message, now);
  return decide({ ...rollout, conditions: withCondition(rollout.conditions, found) }, before);
}

function decide(rollout: Rollout, before: readonly Action[]): Plan {
  const { deployment, newSet, old } = rollout;
  if (deployment.metadata.deletionTimestamp !== undefined) return finish(rollout, before, plainStatus(rollout));
  const sets = [...old, ...(newSet ? [newSet] : [])];
  const rollback = deployment.paused ? undefined : planRollback(deployment, sets);
  if (rollback)
    return newSet ? { actions: [...before, rollback], againAfterMs: undefined } : createNewSet(rollout, before);
  const resized = sets.some((set) => {
    const desired = desiredReplicasOf(set);
    return set.replicas > 0 && desired !== undefined && desired !== deployment.replicas;
  });
  if (deployment.paused || resized) {
    const cleanup = deployment.paused ? cleanUp(rollout) : [];
    return finish(rollout, [...before, ...scale(rollout), ...cleanup], plainStatus(rollout));
  }
  const steps = deployment.strategy === 'Recreate' ? recreate(rollout) : rollingUpdate(rollout);
  if (steps === 'create') return createNewSet(rollout, before);
  const status = rolloutStatus(rollout);
  const plan = finish(rollout, [...before, ...steps], status);
  if (plan.actions.length > 0) return plan;
  return { ...plan, againAfterMs: progressCheckMs(deployment, status, rollout.now) };
}

function finish({ deployment }: Rollout, actions: readonly Action[], status: DeploymentStatus): Plan {
  const update: Action[] = sameStatus(status, deployment.status) ? [] : [{ kind: 'updateStatus', status }];
  return { actions: [...actions, ...update], againAfterMs: undefined };
}

function rollingUpdate(rollout: Rollout): readonly Action[] | 'create' {
  const { deployment, newSet, old } = rollout;
  if (!newSet) return 'create';
  const size =
    newSet.replicas > deployment.replicas
      ? deployment.replicas
      : newReplicas(deployment, [...old, newSet], newSet.replicas);
  if (size !== newSet.replicas) return [resize(deployment, { set: newSet, replicas: size })];
  const down = mergeBySet(scaleDownOld(deployment, old, newSet));
  if (down.length > 0) return down.map((scaling) => resize(deployment, scaling));
  return isComplete(deployment, deployment.status) ? cleanUp(rollout) : [];
}

function recreate(rollout: Rollout): readonly Action[] | 'create' {
  const { deployment, newSet, old } = rollout;
  const active = old.filter(({ replicas }) => replicas > 0);
  if (active.length > 0) return active.map((set) => resize(deployment, { set, replicas: 0 }));
  if (oldPodsRun(rollout)) return [];
  if (!newSet) return 'create';
  const up =
    newSet.replicas === deployment.replicas ? [] : [resize(deployment, { set: newSet, replicas: deployment.replicas })];
  return [...up, ...(isComplete(deployment, deployment.status) ? cleanUp(rollout) : [])];
}

function oldPodsRun({ old, podsOf }: Rollout): boolean {
  return old.some(
    (set) => (set.status.replicas ?? 0) > 0 || podsOf(set.metadata.uid ?? '').some((pod) => !isPodTerminal(pod)),
  );
}

/** Mirrors DeploymentController.scale: on a change of size, and while paused. */
function scale({ deployment, newSet, old }: Rollout): Action[] {
  const only = activeOrLatest(newSet, old);
  if (only) {
    const desired = desiredReplicasOf(only);
    // Also one that has the right size by chance must say that it is so wanted: upstream forgets it, and takes every later look for a change of the size.
    const unsaid = only.replicas > 0 && desired !== undefined && desired !== deployment.replicas;
    return only.replicas === deployment.replicas && !unsaid
      ? []
      : [resize(deployment, { set: only, replicas: deployment.replicas })];
  }
  if (newSet && isSaturated(deployment, newSet)) {
    const active = old.filter(({ replicas }) => replicas > 0);
    return active.map((set) => resize(deployment, { set, replicas: 0 }));
  }
  if (deployment.strategy !== 'RollingUpdate') return [];
  const annotations = sizeAnnotations(deployment, maxSurge(deployment));
  return scaleProportionally(deployment, [...old, ...(newSet ? [newSet] : [])])
    .filter(({ set, replicas }) => set.replicas !== replicas || !hasAnnotations(set, annotations))
    .map((scaling) => resize(deployment, scaling));
}

function isSaturated(deployment: Deployment, set: ReplicaSet): boolean {
  return (
    set.replicas === deployment.replicas &&
    desiredReplicasOf(set) === deployment.replicas &&
    (set.status.availableReplicas ?? 0) === deployment.replicas
  );
}

function resize(deployment: Deployment, { set, replicas }: Scaling): Action {
  const annotations = sizeAnnotations(deployment, maxSurge(deployment));
  if (replicas === set.replicas) return { kind: 'update', set, spec: {}, annotations };
  const direction = replicas > set.replicas ? 'up' : 'down';
  const message = `Scaled ${direction} replica set ${set.metadata.name} from ${set.replicas} to ${replicas}`;
  return { kind: 'update', set, spec: { replicas }, annotations, message };
}

/** Of several sizes of one set only the last counts. */
function mergeBySet(scalings: readonly Scaling[]): Scaling[] {
  const merged = new Map<string, Scaling>();
  for (const scaling of scalings) {
    const uid = scaling.set.metadata.uid ?? '';
    merged.set(uid, { set: merged.get(uid)?.set ?? scaling.set, replicas: scaling.replicas });
  }
  return [...merged.values()];
}

/** Mirrors cleanupDeployment: old ReplicaSets beyond the limit go, oldest revision first, if they are empty. */
function cleanUp({ deployment, old }: Rollout): Action[] {
  if (deployment.revisionHistoryLimit === undefined) return [];
  const cleanable = old.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const surplus = cleanable.length - deployment.revisionHistoryLimit;
  if (surplus <= 0) return [];
  return cleanable
    .toSorted((left, right) => byRevision(left, right) || byCreation(left, right))
    .slice(0, surplus)
    .filter(
      ({ status, replicas, metadata }) =>
        (status.replicas ?? 0) === 0 &&
        replicas === 0 &&
        (metadata.generation ?? 0) <= (status.observedGeneration ?? 0),
    )
    .map((set) => ({ kind: 'delete', set }));
}

function createNewSet(rollout: Rollout, before: readonly Action[]): Plan {
  const { deployment, old, conditions, now } = rollout;
  const object = newReplicaSet(deployment, old);
  const replicas = newReplicas(deployment, old, 0);
  const name = object.metadata.name ?? '';
  const created = newCondition('Progressing', 'True', 'NewReplicaSetCreated', `Created new replica set "${name}"`, now);
  const known = deployment.progressDeadlineSeconds === undefined ? conditions : withCondition(conditions, created);
  const revision = String(nextRevision(old));
  const actions: Action[] = [
    ...before,
    { kind: 'create', object: { ...object, spec: { ...(object['spec'] as JsonObject), replicas } }, replicas },
    { kind: 'setRevision', revision },
  ];
  return finish(rollout, actions, rolloutStatus({ ...rollout, conditions: known, createdSet: name }));
}

function newReplicaSet(deployment: Deployment, old: readonly ReplicaSet[]): KubeObject {
  const hash = templateHash(deployment.template, deployment.status.collisionCount);
  const metadata = (deployment.template['metadata'] ?? {}) as { labels?: Record<string, string> };
  const labels = { ...metadata.labels, [templateHashLabel]: hash };
  const { name = '', namespace } = deployment.metadata;
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      // The same template gives the same name: a creation repeated from an old cache meets the first one.
      name: `${name.slice(0, 253 - 1 - hash.length)}-${hash}`,
      ...(namespace === undefined ? {} : { namespace }),
      labels,
      annotations: {
        ...changedAnnotations(deployment, undefined, nextRevision(old)),
        ...sizeAnnotations(deployment, maxSurge(deployment)),
      },
      ownerReferences: [controllerReference(deployment, deploymentKind)],
    },
    spec: {
      ...(deployment.minReadySeconds === 0 ? {} : { minReadySeconds: deployment.minReadySeconds }),
      selector: {
        ...(deployment.selector as JsonObject),
        matchLabels: { ...deployment.selector.matchLabels, [templateHashLabel]: hash },
      },
      template: { ...deployment.template, metadata: { ...(metadata as JsonObject), labels } },
    },
  };
}

/** Pausing and resuming stop the clock of the progress deadline. Mirrors checkPausedConditions. */
function pauseConditions({ deployment, now }: Snapshot): Conditions {
  const conditions = deployment.status.conditions ?? [];
  const ending = deployment.metadata.deletionTimestamp !== undefined;
  const reason = findCondition(conditions, 'Progressing')?.reason;
  if (ending || deployment.progressDeadlineSeconds === undefined || reason === 'ProgressDeadlineExceeded')
    return conditions;
  if (deployment.paused && reason !== 'DeploymentPaused')
    return withCondition(
      conditions,
      newCondition('Progressing', 'Unknown', 'DeploymentPaused', 'Deployment is paused', now),
    );
  if (!deployment.paused && reason === 'DeploymentPaused')
    return withCondition(
      conditions,
      newCondition('Progressing', 'Unknown', 'DeploymentResumed', 'Deployment is resumed', now),
    );
  return conditions;
}

function selectingAll(deployment: Deployment): Plan {
  const message = 'This deployment is selecting all pods. A non-empty selector is required.';
  const generation = deployment.metadata.generation ?? 0;
  const seen = (deployment.status.observedGeneration ?? 0) >= generation;
  const status = { ...deployment.status, observedGeneration: generation };
  return {
    actions: [
      { kind: 'warn', reason: 'SelectingAll', message },
      ...(seen ? [] : [{ kind: 'updateStatus', status } as const]),
    ],
    againAfterMs: undefined,
  };
}
