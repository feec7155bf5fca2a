/**
 * What a Deployment's users have of it: where pods don't break, and nobody but the Deployment changes anything, a rollout never leaves fewer ready pods
 * than it may. By truth alone.
 */
import { controllerOf } from '../../../../src/controller/owner-reference.ts';
import { asPod, isPodActive, isPodReady } from '../../../../src/controller/pod.ts';
import { asDeployment, type Deployment } from '../../../../src/controllers/deployment/deployment.ts';
import { maxUnavailable } from '../../../../src/controllers/deployment/rolling.ts';
import type { KubeObject } from '../../../../src/api/object.ts';
import type { Truth, TruthWrite } from '../truth.ts';
import { activePods, controlledBy, textOf, type Check } from './check.ts';

const calmMs = 60_000;

export function rolloutCheck(): Check {
  /** UIDs of those that have had all their ready pods since something else last happened to them. */
  const steady = new Set<string>();
  /** When something else last happened to it: what follows from it needs its time. */
  const disturbedAt = new Map<string, number>();
  /** Those of whose ReplicaSets a user has changed one: nobody knows any more what they are to have. */
  const handled = new Set<string>();
  return {
    onWrite({ truth, time }, write) {
      if (write.plural === 'deployments') return deploymentWritten(steady, write);
      const deployment = deploymentOf(truth, write);
      // Who ends has no pods to keep: they may be left to themselves by now.
      if (!deployment || deployment.metadata.deletionTimestamp !== undefined) return [];
      const { uid = '' } = deployment.metadata;
      if (write.plural === 'replicasets' && write.actor === 'user') handled.add(uid);
      if (isDisturbed(write) || handled.has(uid)) {
        steady.delete(uid);
        disturbedAt.set(uid, time.elapsed);
        return [];
      }
      const view = asDeployment(deployment);
      const ready = readyPods(truth, uid);
      const calm = time.elapsed - (disturbedAt.get(uid) ?? 0) > calmMs;
      if (calm && ready >= view.replicas && isSettled(view)) steady.add(uid);
      const least = view.replicas - maxUnavailable(view);
      if (!steady.has(uid) || view.strategy === 'Recreate' || view.paused || ready >= least) return [];
      return [`${textOf(deployment)} has ${ready} ready pods in its rollout, and must keep ${least}`];
    },
  };
}

/** A change of anything but the template, and of the status, begins anew. */
function deploymentWritten(steady: Set<string>, { before, after }: TruthWrite): readonly string[] {
  const { uid = '' } = (after ?? before)?.metadata ?? {};
  const same = before && after && shape(asDeployment(before)) === shape(asDeployment(after));
  if (!same || after.metadata.deletionTimestamp !== undefined) steady.delete(uid);
  return [];
}

function shape({ replicas, paused, minReadySeconds, strategy, maxSurge, maxUnavailable: missing }: Deployment): string {
  return JSON.stringify([replicas, paused, minReadySeconds, strategy, maxSurge, missing]);
}

/** Of the pod or ReplicaSet that was written. */
function deploymentOf(truth: Truth, { plural, before, after }: TruthWrite): KubeObject | undefined {
  const reference = controllerOf(before ?? after ?? { metadata: {} });
  const owner = truth.byUid(reference?.uid ?? '');
  if (plural === 'replicasets') return owner?.kind === 'Deployment' ? owner : undefined;
  if (plural !== 'pods' || owner?.kind !== 'ReplicaSet') return undefined;
  const grandOwner = truth.byUid(controllerOf(owner)?.uid ?? '');
  return grandOwner?.kind === 'Deployment' ? grandOwner : undefined;
}

/** Somebody else has a hand in it, or a pod has broken. */
function isDisturbed({ plural, actor, controller, before, after }: TruthWrite): boolean {
  if (actor === 'user' || actor === 'nobody') return true;
  if (plural !== 'pods' || !before) return false;
  const own = controller === 'replicaset-controller';
  const broke = isUp(before) && (!after || !isUp(after));
  return broke && !own;
}

function isUp(object: KubeObject): boolean {
  return isPodActive(asPod(object)) && isPodReady(asPod(object));
}

function readyPods(truth: Truth, uid: string): number {
  const sets = controlledBy(truth, 'replicasets', uid);
  return sets.flatMap((set) => activePods(truth, set.metadata.uid ?? '').filter(isPodReady)).length;
}

/** No size is on its way: all ReplicaSets have said how many they have, and they have as many as they are to have. */
function isSettled({ status, replicas, metadata }: Deployment): boolean {
  const { observedGeneration, updatedReplicas = 0, availableReplicas = 0 } = status;
  return observedGeneration === metadata.generation && updatedReplicas === replicas && availableReplicas === replicas;
}
