/**
 * By which index the store finds the events of a watch with selectors, so that an event costs a thousand kubelets' watches one look at its node's name and
 * not a thousand. What an index finds is only a choice beforehand: the selection has the last word. Mirrors the triggers and indexers of apiserver
 * storage/cacher, for whatever field or label must have one value.
 */
import type { EventIndex, StoreEvent, WatchOptions } from '../../storage/store.ts';
import { currentObject, previousObject } from './watch-events.ts';
import { fieldsOf, type Selection } from './selection.ts';
import type { ServedResource } from './served-resource.ts';
import type { StoredObject } from './stored-object.ts';

/** Of one resource. More would cost every event more than they save. */
const indexesMax = 32;

const byKey: EventIndex = { valuesOf: ({ key }) => [key] };
const indexes = new WeakMap<ServedResource, Map<string, EventIndex>>();

/** `key`: of the one object that is watched. Absent: all events of the range are looked at. */
export function eventsOnly(
  resource: ServedResource,
  { labels, fields }: Selection,
  key: string | undefined,
): WatchOptions['only'] {
  if (key !== undefined) return { by: byKey, value: key };
  // What is stored of custom objects isn't yet what is selected from.
  if (resource.entryForm) return undefined;
  const field = fields.find(({ operator, value }) => operator === '=' && value !== '');
  if (field) {
    const by = indexOf(resource, `field ${field.field}`, ({ object }) => fieldsOf(resource, object)[field.field]);
    return by && { by, value: field.value };
  }
  const label = labels.find(({ operator, values }) => values.length === 1 && equalities.has(operator));
  const [value] = label?.values ?? [];
  if (!label || value === undefined) return undefined;
  const by = indexOf(resource, `label ${label.key}`, ({ object }) => ownLabel(object.metadata.labels, label.key));
  return by && { by, value };
}

const equalities: ReadonlySet<string> = new Set(['=', '==', 'in']);

function indexOf(
  resource: ServedResource,
  name: string,
  valueOf: (stored: StoredObject) => string | undefined,
): EventIndex | undefined {
  let known = indexes.get(resource);
  if (!known) indexes.set(resource, (known = new Map()));
  let index = known.get(name);
  if (!index && known.size < indexesMax) {
    index = { valuesOf: (event) => valuesOf(event, valueOf) };
    known.set(name, index);
  }
  return index;
}

function valuesOf(event: StoreEvent, valueOf: (stored: StoredObject) => string | undefined): string[] {
  const before = previousObject(event);
  return [currentObject(event), ...(before ? [before] : [])].flatMap((stored) => valueOf(stored) ?? []);
}

function ownLabel(labels: Readonly<Record<string, string>> | undefined, key: string): string | undefined {
  return labels && Object.hasOwn(labels, key) ? labels[key] : undefined;
}
