/** Which owners a change of a pod concerns. Mirrors kubernetes pkg/controller/replicaset addPod, updatePod, deletePod, and their like. */
import type { GroupVersionKind } from '../api/gvk.ts';
import { equalJson } from '../api/json.ts';
import { objectKey, type KubeObject, type OwnerReference } from '../api/object.ts';
import type { Side } from '../api/side.ts';
import type { InformerHandler } from '../client/informer.ts';
import type { Lister } from '../client/object-store.ts';
import type { Expectations } from './expectations.ts';
import { matchesLabelSelector, type LabelSelector } from '../api/label-selector.ts';
import { controllerOf, refersTo } from './owner-reference.ts';

/** The index of pods that nobody controls, by their namespace. */
export const orphanIndex = 'orphan';

export interface PodObserver<S extends Side> {
  /** Those that may own pods. */
  readonly owners: Lister<S>;
  readonly gvk: GroupVersionKind;
  /** `undefined`: the owner adopts nothing. */
  readonly selectorOf: (owner: Readonly<KubeObject>) => LabelSelector | undefined;
  /** Of owners that count what they create and delete. */
  readonly expectations?: Expectations;
  readonly enqueue: (key: string) => void;
}

export function observePods<S extends Side>(observer: PodObserver<S>): InformerHandler<S> {
  const { expectations, enqueue } = observer;
  const deleted = (pod: KubeObject): void => {
    const key = controllerKey(observer, pod, controllerOf(pod));
    if (key === undefined) return;
    expectations?.creationObserved(key, objectKey(pod));
    expectations?.deletionObserved(key, objectKey(pod));
    enqueue(key);
  };
  return {
    onAdd: (pod) => {
      if (pod.metadata.deletionTimestamp !== undefined) return deleted(pod);
      const controller = controllerOf(pod);
      if (!controller) return enqueueMatching(observer, pod);
      const key = controllerKey(observer, pod, controller);
      if (key === undefined) return;
      expectations?.creationObserved(key, objectKey(pod));
      enqueue(key);
    },
    onUpdate: (old, pod) => {
      if (pod.metadata.deletionTimestamp !== undefined) {
        deleted(pod);
        if (!equalJson(old.metadata.labels, pod.metadata.labels)) deleted(old);
        return;
      }
      const controller = controllerOf(pod);
      const oldController = controllerOf(old);
      const moved = controller?.uid !== oldController?.uid;
      if (moved) enqueueKey(observer, controllerKey(observer, old, oldController));
      if (controller) return enqueueKey(observer, controllerKey(observer, pod, controller));
      if (moved || !equalJson(old.metadata.labels, pod.metadata.labels)) enqueueMatching(observer, pod);
    },
    onDelete: deleted,
  };
}

/** The key of the owner that the reference means; undefined when it means another kind, or another object of that name. */
function controllerKey<S extends Side>(
  observer: PodObserver<S>,
  pod: Readonly<KubeObject>,
  reference: OwnerReference | undefined,
): string | undefined {
  if (!reference || !refersTo(reference, observer.gvk)) return undefined;
  const key = `${pod.metadata.namespace}/${reference.name}`;
  return observer.owners.get(key)?.metadata.uid === reference.uid ? key : undefined;
}

function enqueueKey<S extends Side>(observer: PodObserver<S>, key: string | undefined): void {
  if (key !== undefined) observer.enqueue(key);
}

/** An orphan may be wanted by any owner whose selector it matches. */
function enqueueMatching<S extends Side>(observer: PodObserver<S>, pod: Readonly<KubeObject>): void {
  for (const owner of observer.owners.list(pod.metadata.namespace)) {
    if (matchesLabelSelector(observer.selectorOf(owner), pod.metadata.labels)) observer.enqueue(objectKey(owner));
  }
}
