/**
 * Between the bytes of the store and the form in which the registry has a resource's objects. For built-in kinds these are the same; custom
 * objects are converted, pruned and defaulted on the way, as their definition says today. Mirrors the codec of apiserver storage.
 */
import { encodeForStorage } from '../../api/resource-version.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Entry, StoreEvent } from '../../storage/store.ts';
import type { ServedResource } from './served-resource.ts';
import { storedObjectOf } from './stored-form.ts';
import type { StoredObject } from './stored-object.ts';

/** @throws StatusError */
export async function readEntries(
  { entryForm }: ServedResource,
  entries: readonly Entry[],
): Promise<readonly StoredObject[]> {
  if (!entryForm) return entries.map(storedObjectOf);
  const values = await entryForm.read(entries.map(({ value }) => value));
  return entries.map((entry, index) => storedObjectOf({ ...entry, value: values[index] ?? entry.value }));
}

/** @throws StatusError */
export async function readEntry(resource: ServedResource, entry: Entry): Promise<StoredObject> {
  if (!resource.entryForm) return storedObjectOf(entry);
  const [read] = await readEntries(resource, [entry]);
  return read ?? storedObjectOf(entry);
}

/** @throws StatusError */
export async function writtenValue({ entryForm }: ServedResource, object: KubeObject): Promise<Uint8Array> {
  return entryForm ? entryForm.write(object) : encodeForStorage(object);
}

/** One for each resource and event, so that all watchers get the same. */
const read = new WeakMap<ServedResource, WeakMap<StoreEvent, StoreEvent>>();

/** Events with their values as served; at once where no one else has to be asked. @throws StatusError */
export function readEvents(
  resource: ServedResource,
  events: readonly StoreEvent[],
): readonly StoreEvent[] | Promise<readonly StoreEvent[]> {
  const { entryForm } = resource;
  if (!entryForm) return events;
  let known = read.get(resource);
  if (!known) read.set(resource, (known = new WeakMap()));
  const served = known;
  const fresh = events.filter((event) => !served.has(event));
  const values = entryForm.read(fresh.flatMap(({ value, previous }) => (previous ? [value, previous.value] : [value])));
  const finish = (readValues: readonly Uint8Array[]): readonly StoreEvent[] => {
    let at = 0;
    for (const event of fresh) {
      const value = readValues[at++] ?? event.value;
      const { previous } = event;
      const before = previous && { ...previous, value: readValues[at++] ?? previous.value };
      served.set(event, { ...event, value, previous: before });
    }
    return events.map((event) => served.get(event) ?? event);
  };
  return values instanceof Promise ? values.then(finish) : finish(values);
}
