/** StatefulSets: one pod of each ordinal, in order, none deleted without need, no claim against the policy. */
import { scaledIntOrPercent } from '../../../../src/api/int-or-string.ts';
import { objectKey, type KubeObject } from '../../../../src/api/object.ts';
import { controllerOf } from '../../../../src/controller/owner-reference.ts';
import { patienceMs } from '../../../../src/controller/write-tracker.ts';
import { asPod, isPodActive, isPodReady, isPodTerminal } from '../../../../src/controller/pod.ts';
import { isInRange, ordinalOf, revisionOf } from '../../../../src/controllers/statefulset/identity.ts';
import { asStatefulSet, type StatefulSet } from '../../../../src/controllers/statefulset/stateful-set.ts';
import type { TruthWrite } from '../truth.ts';
import type { World } from '../world.ts';
import { controlledBy, isCreation, isDeletion, textOf, type Check } from './check.ts';

export const statefulSetCheck: Check = {
  onWrite(world, write) {
    if (write.plural !== 'pods' || write.controller !== 'statefulset-controller') return [];
    const reference = controllerOf(write.after ?? write.before ?? { metadata: {} });
    const set = reference?.kind === 'StatefulSet' ? world.truth.byUid(reference.uid) : undefined;
    if (!set) return [];
    if (isCreation(write) && write.after) return created(world, set, write.after);
    const alone = write.request?.path.endsWith(`/${write.before?.metadata.name}`) === true;
    return isDeletion(write) && alone && set.metadata.deletionTimestamp === undefined ? deleted(world, set, write) : [];
  },
  whenQuiet: (world) => world.truth.list('statefulsets').flatMap((set) => converged(world, set)),
};

function versions({ truth, machine }: World, set: KubeObject): StatefulSet[] {
  const { namespace = '', name = '', uid } = set.metadata;
  const told = machine.views.told('statefulset', objectKey(set), 'statefulsets');
  return truth
    .versionsSince('statefulsets', namespace, name, told)
    .flatMap((version) => (version && version.metadata.uid === uid ? [asStatefulSet(version)] : []));
}

/** Whether the pod of that name was ever so, as far back as the controller knew. */
function wasEver(
  { truth, machine }: World,
  set: KubeObject,
  name: string,
  so: (pod: KubeObject | undefined) => boolean,
): boolean {
  const told = machine.views.told('statefulset', objectKey(set), 'pods');
  const found = truth.versionsSince('pods', set.metadata.namespace ?? '', name, told);
  return found.length === 0 ? so(undefined) : found.some(so);
}

function created(world: World, set: KubeObject, pod: KubeObject): string[] {
  const known = versions(world, set);
  const ordinal = ordinalOf(asPod(pod)) ?? -1;
  if (!known.some((version) => isInRange(version, ordinal))) return [`${textOf(pod)} is beyond ${textOf(set)}`];
  // Which may have been changed meanwhile.
  const ordered = known.filter((version) => isInRange(version, ordinal) && !version.parallel);
  if (ordered.length < known.length) return [];
  const start = Math.max(...ordered.map((version) => version.start));
  const early = Array.from({ length: ordinal - start }, (_, index) => `${set.metadata.name}-${start + index}`).filter(
    (name) =>
      !wasEver(world, set, name, (one) => one !== undefined && isPodReady(asPod(one)) && isPodActive(asPod(one))),
  );
  return early.map((name) => `${textOf(pod)} is made before ${name} is ready`);
}

function deleted(world: World, set: KubeObject, { before }: TruthWrite): string[] {
  if (!before) return [];
  const pod = asPod(before);
  const known = versions(world, set);
  const ordinal = ordinalOf(pod) ?? -1;
  const name = pod.metadata.name ?? '';
  const condemned = known.some((version) => !isInRange(version, ordinal));
  const ended = isPodTerminal(pod);
  const newest = newestRevision(world, set);
  const outdated = known.some(
    (version) =>
      version.rollingUpdate !== undefined &&
      ordinal - version.start >= (version.rollingUpdate.partition ?? 0) &&
      revisionOf(pod) !== newest,
  );
  if (!condemned && !ended && outdated) return [...tooManyDown(world, set, known, before)];
  if (!condemned && !ended && !outdated) return [`${name} is deleted without need`];
  if (!condemned || known.some((version) => version.parallel || isInRange(version, ordinal))) return [];
  const higher = controlledBy(world.truth, 'pods', set.metadata.uid ?? '').filter(
    (other) => (ordinalOf(asPod(other)) ?? -1) > ordinal,
  );
  return higher
    .filter((other) => !isGivenUp(world, set, other))
    .filter((other) => !known.some((version) => isInRange(version, ordinalOf(asPod(other)) ?? -1)))
    .map((other) => `${name} is deleted before ${other.metadata.name} is gone`);
}

/** The controller made it, and its watch never showed it, for longer than it waits: it may as well be gone. */
function isGivenUp(world: World, set: KubeObject, pod: KubeObject): boolean {
  const isUnseen = wasEver(world, set, pod.metadata.name ?? '', (one) => one === undefined);
  return isUnseen && world.truth.age(pod) > patienceMs;
}

/** Where the set says how many may be down at a time. */
function tooManyDown(world: World, set: KubeObject, known: readonly StatefulSet[], pod: KubeObject): string[] {
  const { truth, machine } = world;
  const told = machine.views.told('statefulset', objectKey(set), 'pods');
  const since = truth.versionsSince('pods', pod.metadata.namespace ?? '', pod.metadata.name ?? '', told).slice(0, -1);
  if (since.some((one) => !one || !isPodReady(asPod(one)))) return [];
  const most = known.map(({ rollingUpdate, replicas, minReadySeconds }) => {
    const { maxUnavailable } = rollingUpdate ?? {};
    if (maxUnavailable === undefined || minReadySeconds > 0) return Infinity;
    const scaled = scaledIntOrPercent(maxUnavailable, replicas, 'down');
    return Math.max(1, scaled.ok ? scaled.value : 1);
  });
  const up = controlledBy(truth, 'pods', set.metadata.uid ?? '')
    .map(asPod)
    .filter((one) => {
      // As ready as it ever was since: what others do to it meanwhile isn't the set's doing.
      const versions = truth.versionsSince('pods', set.metadata.namespace ?? '', one.metadata.name ?? '', told);
      const own = one.metadata.name === pod.metadata.name;
      return (
        !own &&
        one.metadata.deletionTimestamp === undefined &&
        versions.some((version) => version && isPodReady(asPod(version)) && isPodActive(asPod(version)))
      );
    });
  const replicas = Math.min(...known.map((version) => version.replicas));
  const down = replicas - up.filter((one) => known.every((version) => isInRange(version, ordinalOf(one) ?? -1))).length;
  const others = truth
    .deletedByOthers('pods', set.metadata.namespace ?? '', told, 'statefulset-controller')
    .filter((name) => name.startsWith(`${set.metadata.name}-`));
  const limit = Math.max(...most) + others.length;
  return down > limit && new Set(known.map((version) => `${version.start}/${version.replicas}`)).size === 1
    ? [`${pod.metadata.name} is deleted while ${down} of ${replicas} are down, of ${limit} that may be`]
    : [];
}

function newestRevision({ truth }: World, set: KubeObject): string | undefined {
  const revisions = controlledBy(truth, 'controllerrevisions', set.metadata.uid ?? '');
  return revisions.toSorted((left, right) => Number(left['revision']) - Number(right['revision'])).at(-1)?.metadata
    .name;
}

function converged({ truth }: World, object: KubeObject): string[] {
  if (object.metadata.deletionTimestamp !== undefined) return [`${textOf(object)} is never gone`];
  const set = asStatefulSet(object);
  const pods = controlledBy(truth, 'pods', object.metadata.uid ?? '');
  const wrong: string[] = [];
  const ready = pods.filter((pod) => isPodReady(asPod(pod)) && isPodActive(asPod(pod)));
  const ordinals = ready.map((pod) => ordinalOf(asPod(pod)) ?? -1).toSorted((left, right) => left - right);
  const wanted = Array.from({ length: set.replicas }, (_, index) => set.start + index);
  if (ordinals.join() !== wanted.join()) wrong.push(`its pods are ${ordinals.join()} instead of ${wanted.join()}`);
  if (pods.length !== ready.length) wrong.push(`${pods.length - ready.length} of its pods are not ready`);
  const { replicas = 0, readyReplicas = 0, availableReplicas = 0, observedGeneration } = set.status;
  const counts = [replicas, readyReplicas, availableReplicas];
  if (counts.some((count) => count !== set.replicas)) wrong.push(`its status says ${counts.join()}`);
  if (observedGeneration !== object.metadata.generation) wrong.push('its generation is not observed');
  if (set.rollingUpdate) {
    const { partition = 0 } = set.rollingUpdate;
    const stale = ready
      .map(asPod)
      .filter((pod) => (ordinalOf(pod) ?? 0) - set.start >= partition && revisionOf(pod) !== set.status.updateRevision);
    wrong.push(...stale.map(({ metadata }) => `${metadata.name} is of an old revision`));
    if (partition === 0 && set.status.currentRevision !== set.status.updateRevision)
      wrong.push('its current revision is not the updated one');
  }
  return wrong.map((text) => `${textOf(object)}: ${text}`);
}
