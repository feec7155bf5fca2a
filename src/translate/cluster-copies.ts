/**
 * Copies of a tenant's objects that have no namespace. On the host they stand among everybody's, so their names are made of the host namespace, too (two
 * host namespaces may each have a tenant of one name), and nothing of the tenant's labels and annotations goes along: by those a host tells which class is
 * its default, and an operator which classes others see. Pure.
 */
import type { KubeObject, ObjectMeta } from '../api/object.ts';
import { nameOn, type Name } from '../api/side.ts';
import { originOf, ownPrefix, tenantLabel, type Origin, type Place } from './marks.ts';
import { hostName } from './names.ts';

const hostNamespaceLabel = `${ownPrefix}host-namespace`;
const nameAnnotation = `${ownPrefix}name`;
const uidAnnotation = `${ownPrefix}uid`;

/** Total, deterministic and injective over tenants, host namespaces and names. */
export function clusterHostName({ tenant, hostNamespace }: Place, name: Name<'tenant'>): Name<'host'> {
  return hostName(tenant, nameOn('tenant', hostNamespace), name);
}

/** As text: all copies without a namespace of one tenant. */
export function clusterSelector({ tenant, hostNamespace }: Place): string {
  return `${tenantLabel}=${tenant},${hostNamespaceLabel}=${hostNamespace}`;
}

/** As text: what is the host's own, and no tenant's copy. */
export const noTenantsCopy = `!${tenantLabel}`;

/** With which a tenant's object is created on the host. */
export function clusterMetadata(place: Place, object: Readonly<KubeObject>): ObjectMeta {
  const { name, uid } = originOf(object);
  return {
    name: clusterHostName(place, name),
    labels: { [tenantLabel]: place.tenant, [hostNamespaceLabel]: place.hostNamespace },
    annotations: { [nameAnnotation]: name, [uidAnnotation]: uid },
  };
}

/** Whose copy it is: the way back. `undefined` when it isn't a copy of this tenant's, or its marks disagree. */
export function originOfClusterCopy(place: Place, copy: Readonly<KubeObject>): Origin | undefined {
  const { labels, annotations, namespace, name: found } = copy.metadata;
  const name = nameOn('tenant', annotations?.[nameAnnotation] ?? '');
  const uid = annotations?.[uidAnnotation] ?? '';
  if (name === '' || uid === '' || namespace !== undefined) return undefined;
  if (labels?.[tenantLabel] !== place.tenant || labels[hostNamespaceLabel] !== place.hostNamespace) return undefined;
  return found === clusterHostName(place, name) ? { namespace: nameOn('tenant', ''), name, uid } : undefined;
}
