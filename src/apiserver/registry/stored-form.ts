/** From what the store holds to what the registry hands out. */
import type { Entry } from '../../storage/store.ts';
import { StoredObject } from './stored-object.ts';

/** The object of an entry, with the entry's revision as its resourceVersion. Copies and decodes nothing. */
export function storedObjectOf(entry: Entry): StoredObject {
  return storedObject(entry.value, entry.revision);
}

/** The same from the parts. */
export function storedObject(value: Uint8Array, revision: number): StoredObject {
  return StoredObject.of(value, revision);
}
