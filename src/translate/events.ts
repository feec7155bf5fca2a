/** A host's Event in the words of the tenant. Pure. */
import { cloneJson, type JsonObject, type JsonValue } from '../api/json.ts';
import type { KubeObject } from '../api/object.ts';
import { markOn, type On } from '../api/side.ts';
import { scrubber, type NameLookup } from './host-texts.ts';
import type { Origin, Place } from './marks.ts';

/** What the Event is about. */
export interface EventSubject {
  readonly place: Place;
  readonly origin: Origin;
  /** For names with digests that its texts may hold. */
  readonly lookup: NameLookup;
}

/** Told as they are; the rest names the host. */
const passedFields = [
  'type',
  'reason',
  'action',
  'count',
  'firstTimestamp',
  'lastTimestamp',
  'eventTime',
  'series',
  'source',
  'reportingComponent',
  'reportingInstance',
] as const;

export function tenantEvent(subject: EventSubject, event: On<'host', KubeObject>): On<'tenant', KubeObject> {
  const { origin, place, lookup } = subject;
  const scrub = scrubber(place, origin, lookup);
  const about = jsonField(event, 'involvedObject');
  const message = event['message'];
  const told: KubeObject = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${origin.name}${lastPart(event.metadata.name ?? '')}`, namespace: origin.namespace },
    involvedObject: {
      ...pick(about, ['apiVersion', 'kind', 'fieldPath']),
      name: origin.name,
      namespace: origin.namespace,
      uid: origin.uid,
    },
    ...(typeof message === 'string' ? { message: scrub(message) } : {}),
  };
  for (const field of passedFields) {
    // Plain JSON; only `metadata` is an ObjectMeta.
    const value = event[field] as JsonValue | undefined;
    if (value !== undefined) told[field] = cloneJson(value);
  }
  return markOn('tenant', told);
}

/** `.17a4c…`: what makes the names of one object's Events differ. */
function lastPart(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot < 0 ? `.${name}` : name.slice(dot);
}

function jsonField(object: KubeObject, field: string): JsonObject {
  return (object[field] ?? {}) as JsonObject;
}

function pick(object: JsonObject, fields: readonly string[]): JsonObject {
  return Object.fromEntries(fields.flatMap((field) => (object[field] === undefined ? [] : [[field, object[field]]])));
}
