/** What of an object must be equal on both sides: all but names' random parts, UIDs, times, revisions and addresses. */
import { isJsonObject, type JsonObject, type JsonValue } from '../../../src/api/json.ts';
import type { KubeObject } from '../../../src/api/object.ts';
import { fieldOf } from './scenario.ts';

export type UidNames = ReadonlyMap<string, string>;

const uid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

const ownTexts: readonly (readonly [RegExp, string])[] = [
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, '<time>'],
  [/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g, '<certificate>'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, '<token>'],
  // The same in base64.
  [/\bLS0tLS1CRUdJTiBDRVJUSUZJQ0FUR[\w+/=]+/g, '<certificate>'],
  [/\bZXlK[\w+/=]+/g, '<token>'],
  [/X509SHA256=[0-9a-f]{64}/g, 'X509SHA256=<digest>'],
  [/simulated:\/\/[0-9a-f]{64}/g, 'simulated://<id>'],
  [/\b10\.96\.\d+\.\d+\b/g, '<cluster IP>'],
  [/\b10\.24[4-7]\.\d+\.\d+\b/g, '<pod IP>'],
  [/\b172\.30\.0\.\d+\b/g, '<node IP>'],
  [/\bnode-\d\b/g, '<node>'],
  // In the order of Go's maps.
  [/(?<=multiple HPAs: )\[[^\]]*\]/g, '<names>'],
  // A random ending.
  [/(?<=[a-z0-9])-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, '-<random>'],
  // A job of a schedule has its minute.
  [/-\d{8}\b/g, '-<minute>'],
];

/** `names`: whose the UIDs are, as far as they are known. */
export function normalText(text: string, names: UidNames): string {
  const known = text.replaceAll(uid, (found) => `<uid of ${names.get(found) ?? 'somebody'}>`);
  return ownTexts.reduce((result, [pattern, instead]) => result.replaceAll(pattern, instead), known);
}

/** `fields`: with those that each manager manages. */
export function normalObject(object: KubeObject, names: UidNames, fields: boolean): JsonObject {
  const { managedFields, resourceVersion: _, uid: _own, ...metadata } = withoutTiming(object);
  const rest = {
    ...withSortedPorts(withSortedConditions(object)),
    metadata: { ...metadata, ...managersOf(managedFields, fields) },
  };
  const normal = normalValue(rest, names, '');
  return isJsonObject(normal) ? normal : {};
}

/** What hangs on how many changes came at once, for those who wait a little before they write. */
function withoutTiming({ kind, metadata }: KubeObject): KubeObject['metadata'] {
  if (kind !== 'EndpointSlice' && kind !== 'Endpoints') return metadata;
  const { generation: _, annotations, ...rest } = metadata;
  const { 'endpoints.kubernetes.io/last-change-trigger-time': _time, ...others } = annotations ?? {};
  return { ...rest, ...(Object.keys(others).length > 0 ? { annotations: others } : {}) };
}

/** A Deployment's are in the order of their last changes, which may come in one round of its controller or in two. */
function withSortedConditions(object: KubeObject): KubeObject {
  const { status } = object;
  if (object.kind !== 'Deployment' || !isJsonObject(status) || !Array.isArray(status['conditions'])) return object;
  const conditions = status['conditions'].toSorted((left, right) =>
    byText(fieldOf(left, 'type'), fieldOf(right, 'type')),
  );
  return { ...object, status: { ...status, conditions } };
}

/** Upstream sorts them by a hash. */
function withSortedPorts(object: KubeObject): KubeObject {
  const { ports } = object;
  return object.kind === 'EndpointSlice' && Array.isArray(ports)
    ? { ...object, ports: ports.toSorted(byText) }
    : object;
}

/** Kind and name of each object by its UID. */
export function uidNames(objects: readonly KubeObject[]): UidNames {
  return new Map(
    objects.map(({ kind, metadata }) => [metadata.uid ?? '', `${kind}/${normalText(metadata.name ?? '', new Map())}`]),
  );
}

function normalValue(value: JsonValue, names: UidNames, key: string): JsonValue {
  if (typeof value === 'string') return key === 'resourceVersion' ? '<revision>' : normalText(value, names);
  if (typeof value === 'number') return key === 'nodePort' || key === 'healthCheckNodePort' ? '<port>' : value;
  if (Array.isArray(value)) {
    const items = value.map((item) => normalValue(item, names, key));
    return unordered.has(key) ? items.toSorted(byText) : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, inner]): [string, JsonValue] => [
    normalText(name, names),
    normalValue(inner ?? null, names, name),
  ]);
  return Object.fromEntries(entries.toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

/** Lists whose order says nothing. */
const unordered = new Set([
  'managers',
  'endpoints',
  'addresses',
  'notReadyAddresses',
  'finalizers',
  'ownerReferences',
  'subsets',
  'uncountedTerminatedPods',
  'volumes',
  'succeeded',
  'failed',
]);

export const byText = (left: unknown, right: unknown): number =>
  JSON.stringify(left) < JSON.stringify(right) ? -1 : JSON.stringify(left) > JSON.stringify(right) ? 1 : 0;

/** Who has written what, by what way. */
function managersOf(entries: JsonValue | undefined, fields: boolean): { managers?: string[] } {
  if (!Array.isArray(entries)) return {};
  const managers = entries.map((entry) => {
    // As the API has them.
    const { manager, operation, apiVersion, subresource = '', fieldsV1 } = entry as unknown as ManagedFieldsEntry;
    return [manager, operation, apiVersion, subresource, ...(fields ? [fieldsText(fieldsV1)] : [])].join(' ');
  });
  return { managers };
}

interface ManagedFieldsEntry {
  readonly manager: string;
  readonly operation: string;
  readonly apiVersion: string;
  readonly subresource?: string;
  readonly fieldsV1: JsonObject;
}

const triggerTime = 'f:endpoints.kubernetes.io/last-change-trigger-time';

/** Names of fields, in the order of their normal texts. */
function fieldsText(fields: JsonObject): string {
  const inner = Object.entries(fields).flatMap(([name, value]) => {
    if (!isJsonObject(value) || name === triggerTime || (name === 'f:annotations' && isOnlyTime(value))) return [];
    const text = normalText(name, new Map());
    return [Object.keys(value).length === 0 ? text : `${text}${fieldsText(value)}`];
  });
  return `{${inner.toSorted().join()}}`;
}

function isOnlyTime(annotations: JsonObject): boolean {
  return Object.keys(annotations).every((name) => name === triggerTime || name === '.');
}
