/**
 * Where the traffic of a Service without selector goes, in both forms, as its owner wrote it. Addresses stay as they are; what they belong to is not told:
 * on the host it is nobody's affair. Pure.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../api/json.ts';
import type { KubeObject } from '../api/object.ts';
import { markOn, nameOn, type On } from '../api/side.ts';
import { contentOf, updatedContent } from './content.ts';
import { hasMarks, markLabels, originOf, type Origin, type Place } from './marks.ts';
import { copyMetadata } from './metadata.ts';
import { hostName } from './names.ts';

const serviceNameLabel = 'kubernetes.io/service-name';
const sliceManagerLabel = 'endpointslice.kubernetes.io/managed-by';
const endpointsManagerLabel = 'endpoints.kubernetes.io/managed-by';
/** The host has these controllers itself; what they make in the tenant, they make there of the copies. */
const controllers = new Set(['endpointslice-controller.k8s.io', 'endpointslicemirroring-controller.k8s.io']);
const subsetFields = ['subsets'];
const sliceFields = ['addressType', 'endpoints', 'ports'];

/** The Service that an EndpointSlice is of, as a key; `undefined`: of none, or made by a controller that the host has, too. */
export function serviceOfSlice({ metadata }: Readonly<KubeObject>): string | undefined {
  const service = metadata.labels?.[serviceNameLabel];
  if (!service || controllers.has(metadata.labels?.[sliceManagerLabel] ?? '')) return undefined;
  return `${metadata.namespace ?? ''}/${service}`;
}

/** Whether somebody writes a Service's endpoints by hand: it goes somewhere, and selects nothing. */
export function isWithoutSelector(service: Readonly<KubeObject>): boolean {
  const { spec } = service;
  if (!isJsonObject(spec) || spec['type'] === 'ExternalName') return false;
  return !isJsonObject(spec['selector']) || Object.keys(spec['selector']).length === 0;
}

/** Whether it leads elsewhere than to the very machine where it is used: API servers refuse those, but for what they write themselves. */
export function leadsElsewhere(endpoints: Readonly<KubeObject>): boolean {
  return ![...addressesOf(endpoints)].some((address) => /^(127\.|::1$)/.test(address));
}

export function copyEndpoints(place: Place, endpoints: On<'tenant', KubeObject>): On<'host', KubeObject> {
  const content = contentOf(endpoints, subsetFields);
  for (const subset of objectsIn(content['subsets'])) {
    for (const address of [...objectsIn(subset['addresses']), ...objectsIn(subset['notReadyAddresses'])])
      delete address['targetRef'];
  }
  const metadata = copyMetadata(place, withLabels(endpoints, { [endpointsManagerLabel]: undefined }));
  return markOn('host', { apiVersion: 'v1', kind: 'Endpoints', metadata, ...content });
}

/** Whether the host's own controller made them of the copy of a Service, whose labels they have, when that had a selector. */
export function wereMadeOfCopy(place: Place, { namespace }: Origin, { metadata }: On<'host', KubeObject>): boolean {
  const labels = Object.entries(markLabels(place.tenant, namespace));
  return labels.every(([key, value]) => metadata.labels?.[key] === value) && !hasMarks(metadata);
}

export function updatedEndpointsCopy(
  current: On<'host', KubeObject>,
  wanted: On<'host', KubeObject>,
): On<'host', KubeObject> {
  return updatedContent(subsetFields, current, wanted);
}

export function copySlice(place: Place, slice: On<'tenant', KubeObject>): On<'host', KubeObject> {
  const content = contentOf(slice, sliceFields);
  for (const endpoint of objectsIn(content['endpoints'])) delete endpoint['targetRef'];
  const { namespace } = originOf(slice);
  const service = nameOn('tenant', slice.metadata.labels?.[serviceNameLabel] ?? '');
  const named = withLabels(slice, { [serviceNameLabel]: hostName(place.tenant, namespace, service) });
  const metadata = copyMetadata(place, named);
  return markOn('host', { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata, ...content });
}

export function updatedSliceCopy(
  current: On<'host', KubeObject>,
  wanted: On<'host', KubeObject>,
): On<'host', KubeObject> {
  return updatedContent(sliceFields, current, wanted);
}

function* addressesOf(endpoints: Readonly<KubeObject>): Generator<string> {
  const { subsets, endpoints: slice } = contentOf(endpoints, ['subsets', 'endpoints']);
  for (const subset of objectsIn(subsets)) {
    for (const { ip } of [...objectsIn(subset['addresses']), ...objectsIn(subset['notReadyAddresses'])])
      if (typeof ip === 'string') yield ip;
  }
  for (const { addresses } of objectsIn(slice)) {
    for (const address of Array.isArray(addresses) ? addresses : []) if (typeof address === 'string') yield address;
  }
}

function objectsIn(list: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(list) ? list.filter((item) => isJsonObject(item)) : [];
}

/** `undefined`: without. */
function withLabels(
  object: On<'tenant', KubeObject>,
  change: Readonly<Record<string, string | undefined>>,
): Readonly<KubeObject> {
  const changed = Object.entries({ ...object.metadata.labels, ...change });
  const labels = Object.fromEntries(changed.flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
  return { ...object, metadata: { ...object.metadata, labels } };
}
