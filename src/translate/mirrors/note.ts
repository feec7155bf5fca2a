/**
 * How a tenant's object says that it mirrors one of the host. The note names the object itself, so that a copy of it under another name or in another
 * namespace, as users make, is theirs; it tells which keys came from the host, so that what the tenant adds stays the tenant's, after a restart too. An object without
 * a note is never touched; who takes the note away takes the object over.
 */
import { parseJson } from '../../api/codec/parse-json.ts';
import { isJsonObject, type JsonValue } from '../../api/json.ts';
import { objectKey, type KubeObject, type ObjectMeta } from '../../api/object.ts';
import { ownPrefix } from '../marks.ts';
import type { Image } from './image.ts';

/** What came from the host, by what it is: `labels`, `taints`, … */
export type MirroredKeys = Readonly<Record<string, readonly string[]>>;

export interface MirrorNote {
  /** Of the host's object; absent: there was none, and what is shown was made up. */
  readonly uid: string | undefined;
  readonly keys: MirroredKeys;
}

const noteAnnotation = `${ownPrefix}mirrored`;

/** `undefined`: the object is somebody's own. */
export function noteOf({ metadata }: Readonly<KubeObject>): MirrorNote | undefined {
  const text = metadata.annotations?.[noteAnnotation];
  if (text === undefined) return undefined;
  let noted: unknown;
  try {
    noted = parseJson(text);
  } catch {
    return undefined;
  }
  if (!isJsonObject(noted) || noted['name'] !== objectKey({ metadata })) return undefined;
  const { uid, keys } = noted;
  return { uid: typeof uid === 'string' ? uid : undefined, keys: isJsonObject(keys) ? keysOf(keys) : {} };
}

/** Of one sort; what was never noted is empty. */
export function notedKeys(note: MirrorNote | undefined, sort: string): readonly string[] {
  return (note && Object.hasOwn(note.keys, sort) ? note.keys[sort] : undefined) ?? [];
}

/**
 * The metadata of a mirror: the host's labels and annotations, those that the tenant added itself, and a note of which are which. `more`: further keys to
 * be noted.
 */
export function mirroredMetadata(
  current: Readonly<KubeObject> | undefined,
  image: Image,
  more: MirroredKeys,
): ObjectMeta {
  const note = current && noteOf(current);
  const { labels, annotations, name, namespace } = image;
  const place = namespace === undefined ? { name } : { name, namespace };
  const text = JSON.stringify({
    name: objectKey({ metadata: place }),
    ...(image.uid === undefined ? {} : { uid: image.uid }),
    keys: { labels: Object.keys(labels).toSorted(), annotations: Object.keys(annotations).toSorted(), ...more },
  });
  const { labels: shown, ...before } = current?.metadata ?? {};
  const merged = replaced(shown, notedKeys(note, 'labels'), labels);
  return {
    ...before,
    ...place,
    // API servers don't keep what is empty.
    ...(Object.keys(merged).length === 0 ? {} : { labels: merged }),
    annotations: {
      ...replaced(before.annotations, notedKeys(note, 'annotations'), annotations),
      [noteAnnotation]: text,
    },
  };
}

function replaced(
  current: Readonly<Record<string, string>> = {},
  gone: readonly string[],
  wanted: Readonly<Record<string, string>>,
): Record<string, string> {
  const kept = Object.entries(current).filter(([key]) => !gone.includes(key));
  return { ...Object.fromEntries(kept), ...wanted };
}

function keysOf(noted: Readonly<Record<string, JsonValue>>): MirroredKeys {
  return Object.fromEntries(
    Object.entries(noted).map(([sort, list]) => [
      sort,
      Array.isArray(list) ? list.filter((key) => typeof key === 'string') : [],
    ]),
  );
}
