/**
 * Which objects a controller owns, adopts and lets go. Mirrors kubernetes pkg/controller BaseControllerRefManager.ClaimObject.
 */
import type { KubeObject } from '../api/object.ts';
import { controllerOf } from './owner-reference.ts';

export interface Claims<T> {
  /** Controlled and matching. */
  readonly owned: readonly T[];
  /** Orphans that match: to be adopted. */
  readonly adopt: readonly T[];
  /** Controlled, but no longer matching: to be released. */
  readonly release: readonly T[];
}

/**
 * Sorts `objects`. An owner that is being deleted adopts nothing and releases nothing; neither does an object that is. Pure.
 */
export function planClaims<T extends Pick<KubeObject, 'metadata'>>(
  owner: Pick<KubeObject, 'metadata'>,
  matches: (object: T) => boolean,
  objects: readonly T[],
): Claims<T> {
  const claims = { owned: [] as T[], adopt: [] as T[], release: [] as T[] };
  const ending = owner.metadata.deletionTimestamp !== undefined;
  for (const object of objects) {
    const controller = controllerOf(object);
    if (controller && controller.uid !== owner.metadata.uid) continue;
    const fixed = ending || object.metadata.deletionTimestamp !== undefined;
    if (controller) {
      if (matches(object)) claims.owned.push(object);
      else if (!ending) claims.release.push(object);
    } else if (!fixed && matches(object)) claims.adopt.push(object);
  }
  return claims;
}
