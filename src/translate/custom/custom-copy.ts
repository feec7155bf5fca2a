/**
 * A tenant's custom object on the host, and what the host says of it. Everything but the status goes as it is; what must be another there, the rules say:
 * first names and selectors, then patches. Only the status comes back, and what patches bring. Pure.
 */
import { createHash } from 'node:crypto';
import { cloneJson, equalJson, isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';
import type { KubeObject, ObjectMeta } from '../../api/object.ts';
import { markOn, nameOn, type On } from '../../api/side.ts';
import { clusterHostName, clusterMetadata } from '../cluster-copies.ts';
import { scrubber } from '../host-texts.ts';
import { markLabels, originOf, ownPrefix, type Place } from '../marks.ts';
import { copyMetadata, updatedMetadata } from '../metadata.ts';
import { hostName } from '../names.ts';
import { pinLabelSelector, pinMapSelector, type LabelSelector } from '../selectors.ts';
import { placesOf, type Place as FieldPlace } from './field-path.ts';
import { applyPatches } from './patches.ts';
import { namedBy, renameReferences } from './references.ts';
import { objectCostMax, PatchError, type CustomRules, type PatchVariables, type Selection } from './rules.ts';

/** Tells whether the tenant, or the operator's rules, want something else since the copy was last written. */
const contentAnnotation = `${ownPrefix}content`;

export interface CustomTarget {
  readonly place: Place;
  readonly rules: CustomRules;
  readonly scope?: 'Cluster' | undefined;
}

/** The copy as it is created on the host. @throws PatchError, PathError for what can't be carried, in words for its owner */
export function copyCustom(
  { place, rules, scope }: CustomTarget,
  object: On<'tenant', KubeObject>,
  current: On<'host', KubeObject> | undefined,
): On<'host', KubeObject> {
  const origin = originOf(object);
  const { apiVersion, kind, metadata, status: _, ...rest } = object;
  // Plain JSON; only `metadata` is an ObjectMeta.
  const content = cloneJson(rest as JsonObject);
  const { labels = {}, annotations = {} } = metadata;
  content['metadata'] = { labels: { ...labels }, annotations: { ...annotations } };
  renameReferences(content, origin.namespace, rules.references, {
    name: ({ namespace, name }) => hostName(place.tenant, nameOn('tenant', namespace), nameOn('tenant', name)),
    namespace: place.hostNamespace,
  });
  for (const selection of rules.selections) pin(content, selection, place, origin.namespace);
  applyPatches(content, rules.toHost, variablesOf(place, object, current, scope), { costLeft: objectCostMax });
  const { metadata: patched, ...fields } = content;
  // A door: made above, and patches leave texts there.
  const own = patched as Pick<ObjectMeta, 'labels' | 'annotations'>;
  const made =
    scope === 'Cluster'
      ? clusterMetadata(place, object)
      : copyMetadata(place, { apiVersion, kind, metadata: { ...metadata, ...own } });
  return markOn('host', {
    apiVersion,
    kind,
    metadata: { ...made, annotations: { ...made.annotations, [contentAnnotation]: digest(fields) } },
    ...fields,
  });
}

/**
 * The existing copy, brought up to date; `current` itself when nothing is to be done. What the host fills in stays, and so does what it makes of what
 * was asked for, until the tenant asks for something else; what it takes away or turns round is put back.
 */
export function updatedCustomCopy(
  current: On<'host', KubeObject>,
  wanted: On<'host', KubeObject>,
): On<'host', KubeObject> {
  const metadata = updatedMetadata(current.metadata, wanted.metadata);
  const isChanged =
    current.metadata.annotations?.[contentAnnotation] !== wanted.metadata.annotations?.[contentAnnotation];
  const { apiVersion: _, kind: __, metadata: ___, ...fields } = wanted;
  // Plain JSON; only `metadata` is an ObjectMeta.
  const wantedFields = fields as JsonObject;
  const isThere = Object.entries(wantedFields).every(([key, value]) => covers(current[key] as JsonValue, value));
  const sameMarks =
    equalJson(metadata.labels ?? {}, current.metadata.labels ?? {}) &&
    equalJson(metadata.annotations ?? {}, current.metadata.annotations ?? {});
  if (sameMarks && isThere && !isChanged) return current;
  if (isThere && !isChanged) return markOn('host', { ...current, metadata });
  const kept: KubeObject = { apiVersion: wanted.apiVersion, kind: wanted.kind, metadata };
  if (current['status'] !== undefined) kept['status'] = current['status'];
  return markOn('host', { ...kept, ...wantedFields });
}

/**
 * The tenant's object with what the host says of it; `object` itself where that is known. `fields`: what patches bring into it beside the status.
 * @throws PatchError, PathError
 */
export function tenantView(
  { place, rules, scope }: CustomTarget,
  object: On<'tenant', KubeObject>,
  copy: On<'host', KubeObject>,
): { readonly fields: On<'tenant', KubeObject>; readonly status: JsonValue | undefined } {
  const variables = variablesOf(place, object, copy, scope);
  const budget = { costLeft: objectCostMax };
  const toTenant = scrubbed(place, rules, object);
  const said: JsonObject = {};
  if (copy['status'] !== undefined) said['status'] = toTenant(copy['status'] as JsonValue);
  applyPatches(
    said,
    rules.fromHost.filter(({ path }) => path.steps[0] === 'status'),
    variables,
    budget,
  );
  const brought = rules.fromHost.filter(({ path }) => path.steps[0] !== 'status');
  if (brought.length === 0) return { fields: object, status: said['status'] };
  // Plain JSON all through.
  const fields = cloneJson(object as JsonObject);
  for (const patch of brought) {
    const [found] = placesOf(copy as JsonObject, patch.path, false);
    const seed: JsonObject = {};
    if (found?.value !== undefined)
      for (const place of placesOf(seed, patch.path, true)) place.set(toTenant(found.value));
    applyPatches(seed, [patch], variables, budget);
    const [result] = placesOf(seed, patch.path, false);
    for (const place of placesOf(fields, patch.path, result !== undefined)) {
      if (result?.value === undefined) place.remove();
      else place.set(result.value);
    }
  }
  // As before: what was cloned is an object of the tenant's.
  const isSame = equalJson(fields, object as JsonObject);
  return { fields: isSame ? object : markOn('tenant', fields as unknown as KubeObject), status: said['status'] };
}

function variablesOf(
  place: Place,
  object: On<'tenant', KubeObject>,
  current: On<'host', KubeObject> | undefined,
  scope: 'Cluster' | undefined,
): Omit<PatchVariables, 'value'> {
  const { namespace, name } = originOf(object);
  return {
    // Plain JSON all through.
    tenant: object as JsonObject,
    host: (current as JsonObject | undefined) ?? null,
    context: {
      tenant: place.tenant,
      hostNamespace: place.hostNamespace,
      hostName: scope === 'Cluster' ? clusterHostName(place, name) : hostName(place.tenant, namespace, name),
    },
  };
}

/** Names of the host become the tenant's, wherever they stand. */
function scrubbed(
  place: Place,
  { references }: CustomRules,
  object: On<'tenant', KubeObject>,
): (value: JsonValue) => JsonValue {
  const names = new Map(
    namedBy(object, references).map(({ namespace, name }) => [
      hostName(place.tenant, nameOn('tenant', namespace), nameOn('tenant', name)) as string,
      name,
    ]),
  );
  const scrub = scrubber(place, originOf(object), (name) => names.get(name));
  const inside = (value: JsonValue): JsonValue => {
    if (typeof value === 'string') return scrub(value);
    if (Array.isArray(value)) return value.map(inside);
    return isJsonObject(value)
      ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, inside(one)]))
      : value;
  };
  return inside;
}

function pin(content: JsonObject, { path, type }: Selection, { tenant }: Place, namespace: string): void {
  const own = nameOn('tenant', namespace);
  for (const place of placesOf(content, path, type === 'labels')) {
    if (type === 'selector') pinSelector(place, path.text, (selector) => pinLabelSelector(tenant, own, selector));
    else if (type === 'map') {
      if (place.value !== undefined && place.value !== null)
        place.set(pinMapSelector(tenant, own, textsAt(place, path.text)));
    } else place.set({ ...textsAt(place, path.text), ...markLabels(tenant, own) });
  }
}

function pinSelector(place: FieldPlace, text: string, pinned: (selector: LabelSelector) => LabelSelector): void {
  const { value } = place;
  if (value === undefined || value === null) return;
  const wrong = new PatchError(`${text} must be a label selector`);
  if (!isJsonObject(value)) throw wrong;
  const { matchLabels = {}, matchExpressions = [] } = value;
  const isFine =
    isJsonObject(matchLabels) &&
    Array.isArray(matchExpressions) &&
    matchExpressions.every((one) => isJsonObject(one) && typeof one['key'] === 'string');
  if (!isFine) throw wrong;
  // A door: checked just now.
  place.set(pinned(value));
}

function textsAt({ value = {} }: FieldPlace, text: string): Record<string, string> {
  const entries = Object.entries(isJsonObject(value) ? value : { value });
  const texts = entries.flatMap(([key, one]) => (typeof one === 'string' ? [[key, one]] : []));
  if (!isJsonObject(value) || texts.length < entries.length) throw new PatchError(`${text} must be labels`);
  return Object.fromEntries(texts);
}

/** Whether all that is wanted is there; there may be more. */
function covers(current: JsonValue | undefined, wanted: JsonValue): boolean {
  if (isJsonObject(wanted)) {
    if (!isJsonObject(current)) return Object.keys(wanted).length === 0 && current === undefined;
    return Object.entries(wanted).every(([key, value]) =>
      covers(Object.hasOwn(current, key) ? current[key] : undefined, value),
    );
  }
  if (!Array.isArray(wanted)) return equalJson(current, wanted) || (wanted === null && current === undefined);
  if (!Array.isArray(current)) return wanted.length === 0 && current === undefined;
  return wanted.length === current.length && wanted.every((value, index) => covers(current[index], value));
}

function digest(fields: JsonObject): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(fields)))
    .digest('hex')
    .slice(0, 16);
}

/** The order of keys says nothing. A bigint is written as what it is. */
function sorted(value: JsonValue): unknown {
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return value.map(sorted);
  if (!isJsonObject(value)) return value;
  return Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, one]) => [key, sorted(one)]);
}
