/** Deployments: the sizes of their ReplicaSets stay within surge and availability, and one ReplicaSet is left. */
import { equalJson, type JsonObject, type JsonValue } from '../../../../src/api/json.ts';
import { objectKey, type KubeObject } from '../../../../src/api/object.ts';
import { controllerOf } from '../../../../src/controller/owner-reference.ts';
import { sameTemplate } from '../../../../src/controller/template-hash.ts';
import { asDeployment } from '../../../../src/controllers/deployment/deployment.ts';
import { maxSurge, maxUnavailable } from '../../../../src/controllers/deployment/rolling.ts';
import type { TruthWrite } from '../truth.ts';
import type { World } from '../world.ts';
import { controlledBy, specOf, statusOf, textOf, type Check } from './check.ts';

interface SetSpec {
  readonly replicas: number;
  readonly template: JsonObject;
}

export const deploymentCheck: Check = {
  onWrite(world, write) {
    if (write.plural !== 'replicasets' || write.controller !== 'deployment-controller' || !write.after) return [];
    const owner = world.truth.byUid(controllerOf(write.after)?.uid ?? '');
    if (owner?.kind !== 'Deployment') return [];
    const grown = sizeOf(write.after) - (write.before ? sizeOf(write.before) : 0);
    if (grown > 0) return tooMany(world, owner, write.after);
    return grown < 0 ? tooFew(world, owner, write) : [];
  },
  whenQuiet: (world) => world.truth.list('deployments').flatMap((deployment) => converged(world, deployment)),
};

function sizeOf(set: KubeObject): number {
  return specOf<SetSpec>(set).replicas ?? 1;
}

/** As the controller may have known it. */
function versions({ truth, machine }: World, owner: KubeObject): ReturnType<typeof asDeployment>[] {
  const { namespace = '', name = '', uid } = owner.metadata;
  const told = machine.views.told('deployment', objectKey(owner), 'deployments');
  return truth
    .versionsSince('deployments', namespace, name, told)
    .flatMap((version) => (version && version.metadata.uid === uid ? [asDeployment(version)] : []));
}

function tooMany(world: World, owner: KubeObject, grown: KubeObject): string[] {
  const sets = controlledBy(world.truth, 'replicasets', owner.metadata.uid ?? '');
  const total = sets.reduce((sum, set) => sum + sizeOf(set), 0);
  const most = Math.max(...versions(world, owner).map((version) => version.replicas + maxSurge(version)));
  if (total <= most || handled(world, owner, sets)) return [];
  const sizes = sets.map((set) => `${set.metadata.name}=${sizeOf(set)}`).join(' ');
  return [`${textOf(owner)} may have ${most} pods; ${textOf(grown)} grows to ${sizeOf(grown)}: ${sizes}`];
}

/** A user has touched one of them, or nobody could know its size: what follows is not the Deployment's doing alone. */
function handled({ truth, machine }: World, owner: KubeObject, sets: readonly KubeObject[]): boolean {
  return sets.some(
    ({ metadata: { uid = '' } }) =>
      truth.touchedByUser(uid) || machine.views.isUnknown(uid, 'deployment', objectKey(owner), 'replicasets'),
  );
}

function tooFew(world: World, owner: KubeObject, write: TruthWrite): string[] {
  const shrunk = write.after;
  if (!shrunk) return [];
  const sets = controlledBy(world.truth, 'replicasets', owner.metadata.uid ?? '');
  if (handled(world, owner, sets)) return [];
  const known = versions(world, owner);
  if (known.some(({ strategy, paused }) => strategy === 'Recreate' || paused)) return [];
  const newest = known.at(-1);
  const total = sets.reduce((sum, set) => sum + sizeOf(set), 0);
  const least = Math.min(...known.map((version) => version.replicas - maxUnavailable(version)));
  if (!newest || total >= least) return [];
  return [`${textOf(owner)} must keep ${least} pods; ${textOf(shrunk)} shrinks to ${sizeOf(shrunk)}: ${total} in all`];
}

function converged({ truth }: World, object: KubeObject): string[] {
  if (object.metadata.deletionTimestamp !== undefined) return [`${textOf(object)} is never gone`];
  const deployment = asDeployment(object);
  const { status } = deployment;
  const wrong: string[] = [];
  if (status.observedGeneration !== object.metadata.generation) wrong.push('its generation is not observed');
  const sets = controlledBy(truth, 'replicasets', object.metadata.uid ?? '');
  const current = sets.filter((set) => sameTemplate(specOf<SetSpec>(set).template ?? {}, deployment.template));
  if (!deployment.paused) {
    if (current.length === 0) wrong.push('it has no ReplicaSet of its template');
    const sum = current.reduce((total, set) => total + sizeOf(set), 0);
    if (sum !== deployment.replicas) wrong.push(`its new ReplicaSet has ${sum} instead of ${deployment.replicas}`);
    const old = sets.filter((set) => !current.includes(set) && sizeOf(set) !== 0);
    wrong.push(...old.map((set) => `${textOf(set)} still has ${sizeOf(set)}`));
    const { updatedReplicas, availableReplicas, replicas, readyReplicas } = status;
    const counts = [replicas ?? 0, updatedReplicas ?? 0, readyReplicas ?? 0, availableReplicas ?? 0];
    if (counts.some((count) => count !== deployment.replicas)) wrong.push(`its status says ${counts.join()}`);
    const limit = deployment.revisionHistoryLimit;
    if (limit !== undefined && sets.length - 1 > limit) wrong.push(`it keeps ${sets.length - 1} old ReplicaSets`);
    const { conditions = [] } = statusOf<{ conditions: { type: string; status: string; reason?: string }[] }>(object);
    const progressing = conditions.find(({ type }) => type === 'Progressing');
    if (deployment.progressDeadlineSeconds !== undefined && progressing?.reason !== 'NewReplicaSetAvailable')
      wrong.push(`Progressing says ${JSON.stringify(progressing)}`);
    const available = conditions.find(({ type }) => type === 'Available');
    if (available?.status !== 'True') wrong.push(`Available says ${JSON.stringify(available)}`);
  }
  return wrong.map((text) => `${textOf(object)}: ${text}`);
}

/** Two ReplicaSets of one template would never end. */
export const oneSetPerTemplate: Check = {
  whenQuiet: ({ truth }) =>
    truth.list('deployments').flatMap((deployment) => {
      const templates = controlledBy(truth, 'replicasets', deployment.metadata.uid ?? '').map(
        (set) => (specOf<SetSpec>(set).template ?? {}) as JsonValue,
      );
      const doubled = templates.some((one, index) => templates.findIndex((other) => equalJson(one, other)) !== index);
      return doubled ? [`${textOf(deployment)} has two ReplicaSets of the same template`] : [];
    }),
};
