/** DaemonSets: one pod for each node, but for the surge; no more nodes without one than may be. */
import { objectKey, type KubeObject } from '../../../../src/api/object.ts';
import { controllerOf } from '../../../../src/controller/owner-reference.ts';
import { asPod, isPodActive, isPodReady, type Pod } from '../../../../src/controller/pod.ts';
import { targetNode } from '../../../../src/controllers/daemonset/daemon-pod.ts';
import {
  asDaemonSet,
  surgeCount,
  unavailableCount,
  type DaemonSet,
} from '../../../../src/controllers/daemonset/daemon-set.ts';
import { eligibilityOf } from '../../../../src/controllers/daemonset/eligibility.ts';
import type { Truth, TruthWrite } from '../truth.ts';
import type { World } from '../world.ts';
import { activePods, controlledBy, isCreation, isDeletion, textOf, type Check } from './check.ts';

export function daemonSetCheck(): Check {
  /** By the set's UID: when a pod of it was lost, or was no longer ready, which it didn't delete; and when nodes changed. */
  const losses = new Map<string, number[]>();
  const nodeChanges: number[] = [];
  return {
    onWrite(world, write) {
      if (write.plural === 'nodes') nodeChanges.push(write.revision);
      if (write.plural !== 'pods') return [];
      const reference = controllerOf(write.after ?? write.before ?? { metadata: {} });
      const set = reference?.kind === 'DaemonSet' ? world.truth.byUid(reference.uid) : undefined;
      if (!set) return [];
      if (isLoss(write))
        losses.set(set.metadata.uid ?? '', [...(losses.get(set.metadata.uid ?? '') ?? []), write.revision]);
      if (write.controller !== 'daemonset-controller' || set.metadata.deletionTimestamp !== undefined) return [];
      if (isCreation(write) && write.after) return created(world, set, write.after);
      const alone = write.request?.path.endsWith(`/${write.before?.metadata.name}`) === true;
      if (!isDeletion(write) || !alone || !write.before) return [];
      const lost = [...(losses.get(set.metadata.uid ?? '') ?? []), ...nodeChanges];
      return deleted(world, set, write.before, lost);
    },
    whenQuiet: (world) => world.truth.list('daemonsets').flatMap((set) => converged(world, set)),
  };
}

function isLoss({ controller, before, after }: TruthWrite): boolean {
  if (controller === 'daemonset-controller' || !before || !isUp(before)) return false;
  return !after || !isUp(after);
}

function isUp(object: KubeObject): boolean {
  return isPodActive(asPod(object)) && isPodReady(asPod(object));
}

function versions({ truth, machine }: World, set: KubeObject): DaemonSet[] {
  const { namespace = '', name = '', uid } = set.metadata;
  const told = machine.views.told('daemonset', objectKey(set), 'daemonsets');
  return truth
    .versionsSince('daemonsets', namespace, name, told)
    .flatMap((version) => (version && version.metadata.uid === uid ? [asDaemonSet(version)] : []));
}

function onNode(truth: Truth, uid: string, node: string | undefined): Pod[] {
  return activePods(truth, uid).filter((pod) => targetNode(pod) === node);
}

function created(world: World, set: KubeObject, made: KubeObject): string[] {
  const node = targetNode(asPod(made));
  const isUnseen = ({ metadata }: Pod): boolean =>
    world.machine.views.isUnknown(metadata.uid ?? '', 'daemonset', objectKey(set), 'pods');
  const there = onNode(world.truth, set.metadata.uid ?? '', node).filter((pod) => !isUnseen(pod));
  const surges = versions(world, set).some((version) => surgeCount(version, 1) > 0);
  const most = surges ? 2 : 1;
  return there.length > most ? [`${textOf(set)} has ${there.length} pods for ${node}, and may have ${most}`] : [];
}

function deleted(world: World, set: KubeObject, pod: KubeObject, losses: readonly number[]): string[] {
  const { truth, machine } = world;
  const told = machine.views.told('daemonset', objectKey(set), 'pods');
  const { namespace = '', name = '', uid = '' } = pod.metadata;
  const seen = truth.versionsSince('pods', namespace, name, told).slice(0, -1);
  if (seen.some((one) => !one || !isUp(one))) return [];
  const known = versions(world, set);
  // Its template's readiness takes time that only the controller's clock knows.
  if (known.some(({ minReadySeconds }) => minReadySeconds > 0)) return [];
  const nodes = truth.list('nodes');
  const desired = nodes.filter((node) => known.every((version) => eligibilityOf(version)(node).shouldRun));
  const node = targetNode(asPod(pod));
  if (!desired.some(({ metadata }) => metadata.name === node)) return [];
  const others = onNode(truth, set.metadata.uid ?? '', node).filter(({ metadata }) => metadata.uid !== uid);
  if (others.length > 0) return [];
  const up = controlledBy(truth, 'pods', set.metadata.uid ?? '').filter(isUp);
  const down = desired.filter(({ metadata }) => !up.some((one) => targetNode(asPod(one)) === metadata.name)).length;
  const most = Math.max(1, ...known.map((version) => unavailableCount(version, desired.length)));
  const lost = losses.filter(
    (revision) => revision > Math.min(told, machine.views.told('daemonset', objectKey(set), 'nodes')),
  );
  return down > most + lost.length
    ? [`${textOf(set)} leaves ${down} nodes without a ready pod, and may leave ${most}`]
    : [];
}

function converged({ truth }: World, object: KubeObject): string[] {
  if (object.metadata.deletionTimestamp !== undefined) return [`${textOf(object)} is never gone`];
  const set = asDaemonSet(object);
  const eligible = eligibilityOf(set);
  const wanted = truth.list('nodes').filter((node) => eligible(node).shouldRun);
  const tolerated = truth.list('nodes').filter((node) => eligible(node).shouldContinue);
  const wrong: string[] = [];
  const nodesOf = (pods: readonly Pod[]): string[] => pods.map((pod) => targetNode(pod) ?? '').toSorted();
  const pods = activePods(truth, object.metadata.uid ?? '');
  const there = nodesOf(pods);
  const missing = wanted.filter(({ metadata }) => !there.includes(metadata.name ?? ''));
  wrong.push(...missing.map(({ metadata }) => `it has no pod on ${metadata.name}`));
  const strays = there.filter((node) => !tolerated.some(({ metadata }) => metadata.name === node));
  if (strays.length > 0) wrong.push(`it has pods on ${strays.join()}`);
  if (new Set(there).size !== there.length) wrong.push(`it has several pods on one of ${there.join()}`);
  if (pods.some((pod) => !isPodReady(pod))) wrong.push('some of its pods are not ready');
  const { desiredNumberScheduled = 0, numberReady = 0, updatedNumberScheduled = 0, observedGeneration } = set.status;
  if (observedGeneration !== object.metadata.generation) wrong.push('its generation is not observed');
  if (desiredNumberScheduled !== wanted.length)
    wrong.push(`it wants ${desiredNumberScheduled} of ${wanted.length} nodes`);
  if (numberReady !== wanted.length) wrong.push(`it says ${numberReady} of ${wanted.length} are ready`);
  if (set.rollingUpdate && updatedNumberScheduled !== wanted.length)
    wrong.push(`it says ${updatedNumberScheduled} of ${wanted.length} are updated`);
  return wrong.map((text) => `${textOf(object)}: ${text}`);
}
