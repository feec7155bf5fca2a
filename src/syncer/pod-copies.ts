/**
 * What is known of pods' copies beside what the informers show now, so that a pod isn't started twice: that a copy was on a node and is gone (it may
 * have run, though nothing of that has reached the tenant), and that one was made and hasn't been shown yet. What happened while no syncer was there,
 * the tenant's pod itself must show.
 */
import type { KubeObject } from '../api/object.ts';
import type { On } from '../api/side.ts';
import type { Informer } from '../client/informer.ts';
import type { Clock } from '../lib/clock.ts';
import { uidOf } from '../translate/identity.ts';
import { originOfCopy, type Origin, type Place } from '../translate/marks.ts';
import { viewPod } from '../translate/pods/pod-view.ts';

export interface PodCopies {
  /** A copy of the tenant's pod with this UID was on a node and is gone. */
  hasEnded(uid: string): boolean;
  /** That copy as it was last seen, if the tenant had not seen its end by then. */
  lastCopy(uid: string): On<'host', KubeObject> | undefined;
  /** A copy of the tenant's pod with this UID was made a moment ago. */
  isOnItsWay(uid: string): boolean;
  /** To be told of each copy that was made. Others than pods are ignored. */
  made(copy: On<'host', KubeObject>): void;
}

/** How long the host may take to show what was made; then it is looked at anew. */
export const shownWithinMs = 30_000;

export function createPodCopies(
  { place, clock }: { readonly place: Place; readonly clock: Clock },
  hostPods: Informer<'host'>,
  tenantPods: Informer<'tenant'>,
): PodCopies {
  /** UIDs of the tenant's pods that are there. */
  const ended = new Map<string, On<'host', KubeObject> | undefined>();
  const onTheirWay = new Map<string, { readonly copy: string; readonly until: number }>();
  const isThere = ({ namespace, name, uid }: Origin): boolean =>
    tenantPods.get(`${namespace}/${name}`)?.metadata.uid === uid;
  const isOver = ({ namespace, name }: Origin): boolean => {
    const pod = tenantPods.get(`${namespace}/${name}`);
    const phase = pod && viewPod(pod).status?.phase;
    return phase === 'Succeeded' || phase === 'Failed';
  };
  const shown = (copy: On<'host', KubeObject>): Origin | undefined => {
    const origin = originOfCopy(place, copy);
    if (origin && onTheirWay.get(origin.uid)?.copy === copy.metadata.uid) onTheirWay.delete(origin.uid);
    return origin;
  };
  hostPods.addHandler({
    onAdd: shown,
    onUpdate: (_old, copy) => shown(copy),
    onDelete: (copy) => {
      const origin = shown(copy);
      if (origin && isThere(origin) && viewPod(copy).spec.nodeName)
        ended.set(origin.uid, isOver(origin) ? undefined : copy);
    },
  });
  tenantPods.addHandler({
    onDelete: (pod) => {
      ended.delete(uidOf(pod));
      onTheirWay.delete(uidOf(pod));
    },
  });
  return {
    hasEnded: (uid) => ended.has(uid),
    lastCopy: (uid) => ended.get(uid),
    isOnItsWay: (uid) => (onTheirWay.get(uid)?.until ?? 0) > clock.monotonic(),
    made(copy) {
      const origin = copy.kind === 'Pod' ? originOfCopy(place, copy) : undefined;
      const { namespace = '', name = '' } = copy.metadata;
      if (!origin || !isThere(origin) || hostPods.get(`${namespace}/${name}`)?.metadata.uid === copy.metadata.uid)
        return;
      onTheirWay.set(origin.uid, { copy: uidOf(copy), until: clock.monotonic() + shownWithinMs });
    },
  };
}
