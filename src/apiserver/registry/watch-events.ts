/**
 * From a change in the store to what a watcher sees of it. What is derived from an event is kept for the turn in which all watchers get the
 * same event objects: each is put together, and encoded, once. Mirrors apiserver storage/cacher convertToWatchEvent.
 */
import { escapeHtml } from '../../api/codec/escape-html.ts';
import { TurnCache } from '../../lib/turn-cache.ts';
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
  current?: StoredObject;
  previous?: StoredObject;
  /** The state before, at the event's revision: for who no longer sees the object. */
  left?: StoredObject;
}

const derived = new TurnCache<StoreEvent, Derived>(() => ({}));
const conversions = new WeakMap<ServedResource, TurnCache<StoredObject, StoredObject>>();

/** The new state, or the last one of what was deleted, at the event's revision; in stored form. */
export function currentObject(event: StoreEvent): StoredObject {
  return (derived.get(event).current ??= storedObject(event.value, event.revision));
}

/** The state before, at its own revision; in stored form. Of a deletion it is the last one. */
export function previousObject(event: StoreEvent): StoredObject | undefined {
  return event.previous && (derived.get(event).previous ??= storedObjectOf(event.previous));
}

function seenByAll(event: StoreEvent): WatchEvent {
  const object = currentObject(event);
  if (event.type === 'delete') return { type: 'DELETED', object };
  return { type: event.previous ? 'MODIFIED' : 'ADDED', object };
}

function seenBySome(resource: ServedResource, selection: Selection, event: StoreEvent): WatchEvent | undefined {
  const object = currentObject(event);
  const matches = matchesSelection(resource, selection, object);
  if (event.type === 'delete') return matches ? { type: 'DELETED', object } : undefined;
  const { previous } = event;
  const before = previousObject(event);
  const matched = before !== undefined && matchesSelection(resource, selection, before);
  if (matches) return { type: matched ? 'MODIFIED' : 'ADDED', object };
  if (!matched || !previous) return undefined;
  return { type: 'DELETED', object: (derived.get(event).left ??= storedObject(previous.value, event.revision)) };
}

function served(resource: ServedResource, stored: StoredObject): StoredObject {
  const { fromStorage } = resource;
  if (!fromStorage) return stored;
  let converted = conversions.get(resource);
  if (!converted) conversions.set(resource, (converted = new TurnCache((one) => convertedObject(one, fromStorage))));
  return converted.get(stored);
}

function convertedObject(stored: StoredObject, convert: NonNullable<ServedResource['fromStorage']>): StoredObject {
  const { kind, apiVersion, metadata, ...rest } = convert(stored.decode());
  const text = escapeHtml(JSON.stringify({ kind, apiVersion, metadata, ...rest }));
  return new StoredObject(Buffer.from(text), stored.revision);
}
