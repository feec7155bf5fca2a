/**
 * How a host object says whose copy it is. An object is a tenant's copy only if all of it agrees: the label, the annotations, the UID mark
 * and the name; a label that some controller or person copied elsewhere proves nothing.
 */
import type { KubeObject, ObjectMeta } from '../api/object.ts';
import { nameOn, type Name, type ObjectRef } from '../api/side.ts';
import { hostName } from './names.ts';

/** Prefix of Sublet's own labels and annotations. A tenant's are dropped from its copies. */
export const ownPrefix = 'sublet.dev/';

export const tenantLabel = `${ownPrefix}tenant`;
export const namespaceLabel = `${ownPrefix}namespace`;

const nameAnnotation = `${ownPrefix}name`;
const namespaceAnnotation = `${ownPrefix}namespace`;
const uidAnnotation = `${ownPrefix}uid`;

/** On pods: the service account's name in the tenant. */
export const serviceAccountAnnotation = `${ownPrefix}service-account`;

/** On pods: `hostname.subdomain`, under which its headless Service's DNS knows it in the tenant. */
export const endpointNameAnnotation = `${ownPrefix}endpoint-name`;

/** On what Sublet made for a tenant's object and that isn't its copy: what for. */
const purposeAnnotation = `${ownPrefix}purpose`;

/** Paths of the downward API where a host pod finds the tenant's own words. */
export const markPaths = {
  name: `metadata.annotations['${nameAnnotation}']`,
  namespace: `metadata.annotations['${namespaceAnnotation}']`,
  uid: `metadata.annotations['${uidAnnotation}']`,
  serviceAccount: `metadata.annotations['${serviceAccountAnnotation}']`,
} as const;

/** Which tenant, in which host namespace. */
export interface Place {
  readonly tenant: string;
  readonly hostNamespace: Name<'host'>;
}

/** The place of a tenant that runs in this host namespace. */
export function placeOf(place: { readonly tenant: string; readonly hostNamespace: string }): Place {
  return { tenant: place.tenant, hostNamespace: nameOn('host', place.hostNamespace) };
}

/** A tenant's object that a host object is the copy of. */
export interface Origin extends ObjectRef<'tenant'> {
  readonly uid: string;
}

export function markLabels(tenant: string, namespace: Name<'tenant'>): Record<string, string> {
  return { [tenantLabel]: tenant, [namespaceLabel]: namespace };
}

export function markAnnotations(origin: Origin): Record<string, string> {
  return { [nameAnnotation]: origin.name, [namespaceAnnotation]: origin.namespace, [uidAnnotation]: origin.uid };
}

/** Whether something says whose copy it is, be it true or not. */
export function hasMarks({ annotations }: Readonly<ObjectMeta>): boolean {
  return Object.keys(annotations ?? {}).some((key) => key.startsWith(ownPrefix));
}

/** The selector, as text, of all copies of one tenant. */
export function tenantSelector(tenant: string): string {
  return `${tenantLabel}=${tenant}`;
}

/** The marks of what was made for a tenant's object and isn't its copy. */
export function purposeMarks(tenant: string, origin: Origin, purpose: string) {
  return {
    labels: markLabels(tenant, origin.namespace),
    annotations: { ...markAnnotations(origin), [purposeAnnotation]: purpose },
  };
}

/**
 * Whose an object is that was made for `purpose`: the way back. `undefined` when it wasn't, or its marks disagree. `nameFor` gives
 * the name that it must have.
 */
export function originOfMade(
  place: Place,
  made: Readonly<KubeObject>,
  purpose: string,
  nameFor: (origin: Origin) => string,
): Origin | undefined {
  if (made.metadata.annotations?.[purposeAnnotation] !== purpose) return undefined;
  const origin = originByMarks(place, made);
  return origin && made.metadata.name === nameFor(origin) ? origin : undefined;
}

/** Where a tenant's object is, with the UID that its copy must carry. */
export function originOf(object: Readonly<KubeObject>): Origin {
  const { namespace = '', name = '', uid = '' } = object.metadata;
  return { namespace: nameOn('tenant', namespace), name: nameOn('tenant', name), uid };
}

/** Whose copy a host object is: the way back. `undefined` when it isn't a copy of this tenant's, or its marks disagree. */
export function originOfCopy(place: Place, copy: Readonly<KubeObject>): Origin | undefined {
  const origin = originByMarks(place, copy);
  if (!origin || copy.metadata.annotations?.[purposeAnnotation] !== undefined) return undefined;
  return copy.metadata.name === hostName(place.tenant, origin.namespace, origin.name) ? origin : undefined;
}

/** What the marks say, name apart. */
function originByMarks(place: Place, object: Readonly<KubeObject>): Origin | undefined {
  const { labels, annotations, namespace } = object.metadata;
  const origin: Origin = {
    namespace: nameOn('tenant', annotations?.[namespaceAnnotation] ?? ''),
    name: nameOn('tenant', annotations?.[nameAnnotation] ?? ''),
    uid: annotations?.[uidAnnotation] ?? '',
  };
  if (origin.namespace === '' || origin.name === '' || origin.uid === '') return undefined;
  if (labels?.[tenantLabel] !== place.tenant || labels[namespaceLabel] !== origin.namespace) return undefined;
  return namespace === place.hostNamespace ? origin : undefined;
}
