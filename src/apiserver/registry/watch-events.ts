/**
 * From a change in the store to what a watcher sees of it. What is derived from an event is kept beside it, since all watchers get the
 * same event objects: each is put together, and encoded, once. Mirrors apiserver storage/cacher convertToWatchEvent.
 */
import type { StoreEvent } from '../../storage/store.ts';
import { storedObject, storedObjectOf } from './stored-form.ts';
import { matchesSelection, selectsEverything, type Selection } from './selection.ts';
import type { ServedResource } from './served-resource.ts';
import { StoredObject } from './stored-object.ts';

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: StoredObject;
}

/** As served. `undefined`: the watcher doesn't see it. */
export function watchEventOf(
  resource: ServedResource,
  selection: Selection,
  event: StoreEvent,
): WatchEvent | undefined {
  const seen = selectsEverything(selection) ? seenByAll(event) : seenBySome(resource, selection, event);
  return seen && { type: seen.type, object: served(resource, seen.object) };
}

interface Derived {
  /** The new state, or the last one of what was deleted, at the event's revision. */
  current?: StoredObject;
  /** The state before, at its own revision. */
  previous?: StoredObject;
  /** The state before, at the event's revision: for who no longer sees the object. */
  left?: StoredObject;
}

const derived = new WeakMap<StoreEvent, Derived>();
const conversions = new WeakMap<ServedResource, WeakMap<StoredObject, StoredObject>>();

function derivedOf(event: StoreEvent): Derived {
  let found = derived.get(event);
  if (!found) derived.set(event, (found = {}));
  return found;
}

function currentOf(event: StoreEvent): StoredObject {
  return (derivedOf(event).current ??= storedObject(event.value, event.revision));
}

function seenByAll(event: StoreEvent): WatchEvent {
  const object = currentOf(event);
  if (event.type === 'delete') return { type: 'DELETED', object };
  return { type: event.previous ? 'MODIFIED' : 'ADDED', object };
}

function seenBySome(resource: ServedResource, selection: Selection, event: StoreEvent): WatchEvent | undefined {
  const object = currentOf(event);
  const matches = matchesSelection(resource, selection, object);
  if (event.type === 'delete') return matches ? { type: 'DELETED', object } : undefined;
  const { previous } = event;
  const matched =
    previous !== undefined &&
    matchesSelection(resource, selection, (derivedOf(event).previous ??= storedObjectOf(previous)));
  if (matches) return { type: matched ? 'MODIFIED' : 'ADDED', object };
  if (!matched) return undefined;
  return { type: 'DELETED', object: (derivedOf(event).left ??= storedObject(previous.value, event.revision)) };
}

function served(resource: ServedResource, stored: StoredObject): StoredObject {
  if (!resource.fromStorage) return stored;
  let converted = conversions.get(resource);
  if (!converted) conversions.set(resource, (converted = new WeakMap()));
  let object = converted.get(stored);
  if (!object) {
    const { kind, apiVersion, metadata, ...rest } = resource.fromStorage(stored.decode());
    object = new StoredObject(Buffer.from(JSON.stringify({ kind, apiVersion, metadata, ...rest })), stored.revision);
    converted.set(stored, object);
  }
  return object;
}
