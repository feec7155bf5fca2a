/** ReplicaSets and ReplicationControllers: never more pods made than there are to be, but for those of whose creation nobody could know. */
import { equalJson } from '../../../../src/api/json.ts';
import { matchesLabelSelector, type LabelSelector } from '../../../../src/api/label-selector.ts';
import { objectKey, type KubeObject } from '../../../../src/api/object.ts';
import { controllerOf } from '../../../../src/controller/owner-reference.ts';
import { asPod, isPodActive, isPodReady, type Pod } from '../../../../src/controller/pod.ts';
import type { TruthWrite } from '../truth.ts';
import { activePods, isCreation, isDeletion, specOf, statusOf, textOf, type Check } from './check.ts';

interface Spec {
  readonly replicas: number;
  readonly selector: LabelSelector & Record<string, string>;
}

const flavours = [
  { plural: 'replicasets', kind: 'ReplicaSet', controller: 'replicaset' },
  { plural: 'replicationcontrollers', kind: 'ReplicationController', controller: 'replicationcontroller' },
] as const;

export function replicaSetCheck(): Check {
  /** By the owner's UID: when a pod was lost that it didn't delete. */
  const losses = new Map<string, number[]>();
  return {
    onWrite({ truth, machine }, write) {
      if (write.plural !== 'pods') return [];
      noteLoss(losses, write);
      const reference = controllerOf(write.after ?? write.before ?? { metadata: {} });
      const flavour = flavours.find(({ kind }) => kind === reference?.kind);
      const set = flavour && truth.byUid(reference?.uid ?? '');
      if (!flavour || !set || write.controller !== `${flavour.controller}-controller`) return [];
      const { namespace = '', name = '' } = set.metadata;
      const told = Math.min(
        machine.views.told(flavour.controller, objectKey(set), flavour.plural),
        machine.views.told(flavour.controller, objectKey(set), 'pods'),
      );
      const sizes = truth
        .versionsSince(flavour.plural, namespace, name, told)
        .filter((version) => version?.metadata.uid === set.metadata.uid)
        .map((version) => specOf<Spec>(version).replicas ?? 1);
      const pods = activePods(truth, set.metadata.uid ?? '').filter(({ metadata }) => matches(set, metadata.labels));
      if (isCreation(write)) {
        const isUnseen = ({ metadata: { uid = '' } }: Pod): boolean =>
          machine.views.isUnknown(uid, flavour.controller, objectKey(set), 'pods');
        const unseen = pods.filter(isUnseen).length;
        const most = Math.max(...sizes) + unseen;
        return pods.length > most ? [`${textOf(set)} has ${pods.length} pods, and may have ${most}`] : [];
      }
      const alone = write.request?.path.endsWith(`/${write.before?.metadata.name}`) === true;
      if (!isDeletion(write) || !alone || set.metadata.deletionTimestamp !== undefined) return [];
      const least = Math.min(...sizes);
      const lost = (losses.get(set.metadata.uid ?? '') ?? []).filter((revision) => revision > told).length;
      return pods.length + lost < least && matches(set, write.before?.metadata.labels)
        ? [`${textOf(set)} is left with ${pods.length} pods by itself, and must have ${least}`]
        : [];
    },
    whenQuiet: ({ truth }) => flavours.flatMap(({ plural }) => truth.list(plural).flatMap((set) => converged(set))),
  };
}

function isOwn(controller: string | undefined): boolean {
  return controller === 'replicaset-controller' || controller === 'replicationcontroller-controller';
}

function noteLoss(losses: Map<string, number[]>, { controller, before, after, revision }: TruthWrite): void {
  const uid = controllerOf(before ?? { metadata: {} })?.uid;
  if (isOwn(controller) || !before || uid === undefined || !isPodActive(asPod(before))) return;
  const kept = after && isPodActive(asPod(after)) && controllerOf(after)?.uid === uid;
  if (!kept || !equalJson(before.metadata.labels, after.metadata.labels)) {
    losses.set(uid, [...(losses.get(uid) ?? []), revision]);
  }
}

function matches(set: KubeObject, labels: Readonly<Record<string, string>> | undefined): boolean {
  const { selector } = specOf<Spec>(set);
  const wanted = set.kind === 'ReplicaSet' ? selector : { matchLabels: selector ?? {} };
  return matchesLabelSelector(wanted, labels);
}

function converged(set: KubeObject): string[] {
  if (set.metadata.deletionTimestamp !== undefined) return [`${textOf(set)} is never gone`];
  const { replicas = 1 } = specOf<Spec>(set);
  const status = statusOf<Record<string, number>>(set);
  const wrong = ['replicas', 'readyReplicas', 'availableReplicas', 'fullyLabeledReplicas'].filter(
    (field) => field !== 'fullyLabeledReplicas' && (status[field] ?? 0) !== replicas,
  );
  if (status['observedGeneration'] !== set.metadata.generation) wrong.push('observedGeneration');
  return wrong.map((field) => `${textOf(set)} of ${replicas} has ${field} ${status[field]} in the end`);
}

/** By truth, when all is quiet. */
export const replicaSetPods: Check = {
  whenQuiet: ({ truth }) =>
    flavours
      .flatMap(({ plural }) => truth.list(plural))
      .flatMap((set) => {
        const { replicas = 1 } = specOf<Spec>(set);
        const pods = activePods(truth, set.metadata.uid ?? '').filter(isPodReady);
        return pods.length === replicas ? [] : [`${textOf(set)} has ${pods.length} ready pods instead of ${replicas}`];
      }),
};
