/** The plan that all mirrored kinds share: what is to be seen is there and up to date, what isn't is not; what isn't ours stays as it is. Pure. */
import type { KubeObject } from '../api/object.ts';
import type { On } from '../api/side.ts';
import { refOf, uidOf } from '../translate/identity.ts';
import type { Image } from '../translate/mirrors/image.ts';
import { mirrorOf } from '../translate/mirrors/mirror.ts';
import { noteOf } from '../translate/mirrors/note.ts';
import { nothingToDo, type Action, type Plan } from './action.ts';
import type { MirroredKind } from './mirrored-kind.ts';

/** Somebody's own is never touched. */
const namesake = 'the host has something of this name for the tenant, which is not shown: this object is in its place';

/** `current`: what the tenant has under the name; `image`: what it is to see; none: `along` goes as well, last. */
export function planMirror(
  kind: MirroredKind,
  current: On<'tenant', KubeObject> | undefined,
  image: Image | undefined,
  now: number,
  along: readonly Action[] = [],
): Plan {
  const { gvr } = kind;
  const mirror = kind.mirror ?? mirrorOf;
  if (!current) {
    return { actions: image ? [{ type: 'create-tenant', gvr, object: mirror(undefined, image, now) }] : along };
  }
  const note = noteOf(current);
  // What goes as soon as its finalizers are gone, and that brings the next plan.
  if (current.metadata.deletionTimestamp !== undefined) return nothingToDo;
  if (!note) return image?.uid === undefined ? nothingToDo : { actions: [], refusal: namesake };
  const isAnother = image?.uid !== undefined && note.uid !== undefined && image.uid !== note.uid;
  if (!image || isAnother || kind.mustBeMadeAnew?.(current, image)) {
    const ref = refOf(current);
    const deletion: Action = { type: 'delete-tenant', gvr, ref, uid: uidOf(current), gracePeriodSeconds: 0 };
    return { actions: image ? [deletion] : [deletion, ...along] };
  }
  const updated = mirror(current, image, now);
  if (updated !== current) return { actions: [{ type: 'update-tenant', gvr, object: updated }] };
  const withStatus = kind.withStatus?.(current, image, now) ?? current;
  return withStatus === current
    ? nothingToDo
    : { actions: [{ type: 'update-tenant-status', gvr, object: withStatus }] };
}
