/**
 * Labels and annotations of a copy. The tenant's pass through, but for Sublet's own prefix; what the host's people or controllers add to a
 * copy stays there. To tell the two apart after a restart, a copy notes which keys came from the tenant.
 */
import { parseJson } from '../api/codec/parse-json.ts';
import type { KubeObject, ObjectMeta } from '../api/object.ts';
import { hostName } from './names.ts';
import { markAnnotations, markLabels, originOf, ownPrefix, type Place } from './marks.ts';

const keysAnnotation = `${ownPrefix}keys`;

/** Client-side apply's note is as large as the object, and of no use on the host. */
const dropped = new Set(['kubectl.kubernetes.io/last-applied-configuration']);

/** The metadata with which a tenant's object is created on the host. */
export function copyMetadata(place: Place, object: Readonly<KubeObject>): ObjectMeta {
  const origin = originOf(object);
  const labels = passedThrough(object.metadata.labels);
  const annotations = passedThrough(object.metadata.annotations);
  return {
    name: hostName(place.tenant, origin.namespace, origin.name),
    namespace: place.hostNamespace,
    labels: { ...labels, ...markLabels(place.tenant, origin.namespace) },
    annotations: {
      ...annotations,
      ...markAnnotations(origin),
      [keysAnnotation]: JSON.stringify({
        labels: Object.keys(labels).toSorted(),
        annotations: Object.keys(annotations).toSorted(),
      }),
    },
  };
}

/**
 * The metadata of an existing copy brought up to date: `wanted` from {@link copyMetadata}, keys that the tenant has removed gone, all
 * that the host added kept.
 */
export function updatedMetadata(current: Readonly<ObjectMeta>, wanted: Readonly<ObjectMeta>): ObjectMeta {
  const before = passedKeys(current);
  return {
    ...current,
    labels: replaceKeys(current.labels ?? {}, before.labels, wanted.labels ?? {}),
    annotations: replaceKeys(current.annotations ?? {}, before.annotations, wanted.annotations ?? {}),
  };
}

/** Whether the tenant's label or annotation of that key is the copy's, too. */
export function passesThrough(key: string): boolean {
  return !key.startsWith(ownPrefix) && !dropped.has(key);
}

function replaceKeys(
  current: Readonly<Record<string, string>>,
  gone: readonly string[],
  wanted: Readonly<Record<string, string>>,
): Record<string, string> {
  const kept = Object.entries(current).filter(([key]) => !gone.includes(key));
  return { ...Object.fromEntries(kept), ...wanted };
}

/** Labels or annotations, without those that are not the tenant's to set on its host. */
function passedThrough(entries: Readonly<Record<string, string>> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(entries ?? {}).filter(([key]) => passesThrough(key)));
}

/** What the copy notes; a note that somebody spoiled counts as none, so that at worst a stale key stays. */
function passedKeys(metadata: Readonly<ObjectMeta>): { labels: readonly string[]; annotations: readonly string[] } {
  let noted: unknown;
  try {
    noted = parseJson(metadata.annotations?.[keysAnnotation] ?? '{}');
  } catch {
    noted = {};
  }
  return { labels: textsOf(noted, 'labels'), annotations: textsOf(noted, 'annotations') };
}

function textsOf(noted: unknown, key: 'labels' | 'annotations'): readonly string[] {
  if (typeof noted !== 'object' || noted === null || !(key in noted)) return [];
  const list: unknown = Object.entries(noted).find(([name]) => name === key)?.[1];
  return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : [];
}
