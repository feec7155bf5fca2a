/** Texts that come from the host with names of the host in them. Pure. */
import type { KubeObject } from '../api/object.ts';
import { originOfCopy, type Place } from './marks.ts';

/**
 * Makes texts about `copy` speak of the tenant's object: the copy's name becomes the object's, `namespace/name` too, and the host namespace
 * the tenant's.
 */
export function scrubber(place: Place, copy: Readonly<KubeObject>): (text: string) => string {
  const origin = originOfCopy(place, copy);
  const hostName = copy.metadata.name;
  if (!origin || !hostName) return (text) => text;
  return (text) =>
    text
      .replaceAll(`${place.hostNamespace}/${hostName}`, `${origin.namespace}/${origin.name}`)
      .replaceAll(`${hostName}_${place.hostNamespace}`, `${origin.name}_${origin.namespace}`)
      .replaceAll(hostName, origin.name)
      .replaceAll(`"${place.hostNamespace}"`, `"${origin.namespace}"`);
}
