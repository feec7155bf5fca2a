/** What a store's disk holds, as objects. */
import type { KubeObject } from '../../src/api/object.ts';
import type { MemoryState } from '../../src/storage/memory/memory-store.ts';

/** All objects that a disk holds, of the kinds whose keys start so: `/registry/pods/`. */
export function objectsOn(disk: MemoryState, prefix: string): KubeObject[] {
  const found: KubeObject[] = [];
  for (const [key, entry] of disk.current) {
    if (key.startsWith(prefix)) found.push(objectOf(entry.value, entry.revision));
  }
  return found;
}

/** The object in a store's entry: its resourceVersion is the entry's revision. */
export function objectOf(value: Uint8Array, revision: number): KubeObject {
  const object = JSON.parse(Buffer.from(value).toString()) as KubeObject;
  object.metadata.resourceVersion = String(revision);
  return object;
}
