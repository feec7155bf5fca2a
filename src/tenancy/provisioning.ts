/**
 * Makes and removes what a tenant has on its host: the host namespace, and an account that may touch nothing else.
 */
import type { Client } from '../client/client.ts';
import { isAlreadyExists, unlessNotFound } from '../controller/status-cause.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../api/json.ts';
import type { KubeList, KubeObject } from '../api/object.ts';
import { StatusError } from '../api/status.ts';

/** A rule of a Role. Mirrors rbac/v1 PolicyRule. */
export interface PolicyRule extends JsonObject {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
}

export interface TenantPlace {
  /** The tenant's name. */
  readonly tenant: string;
  readonly hostNamespace: string;
}

export interface AccountToken {
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

const namespaces = { group: '', version: 'v1', resource: 'namespaces' };
const serviceAccounts = { group: '', version: 'v1', resource: 'serviceaccounts' };
const serviceCidrs = { group: 'networking.k8s.io', version: 'v1', resource: 'servicecidrs' };
const roles = { group: 'rbac.authorization.k8s.io', version: 'v1', resource: 'roles' };
const clusterRoles = { group: 'rbac.authorization.k8s.io', version: 'v1', resource: 'clusterroles' };
const clusterRoleBindings = { group: 'rbac.authorization.k8s.io', version: 'v1', resource: 'clusterrolebindings' };
const roleBindings = { group: 'rbac.authorization.k8s.io', version: 'v1', resource: 'rolebindings' };

/** Says whom a namespace was made for; one without it is not ours to delete. */
const tenantLabel = 'sublet.dev/tenant';
const managedBy = { 'app.kubernetes.io/managed-by': 'sublet' };

/**
 * Makes or repairs the tenant's namespace, account, role and binding on the host. Level-triggered: call it as often as you like. `clusterRules`: what it may
 * do beyond its namespace; none: it has no ClusterRole, and one that it had before goes. `elsewhere`: what it may read in further namespaces, which must be
 * there; in all others it loses what it had.
 */
export async function provisionTenant(
  host: Client<'host'>,
  place: TenantPlace,
  rules: readonly PolicyRule[],
  clusterRules: readonly PolicyRule[] = [],
  elsewhere: ReadonlyMap<string, readonly PolicyRule[]> = new Map(),
): Promise<void> {
  const { tenant, hostNamespace } = place;
  const account = accountName(tenant);
  const metadata = { name: account, namespace: hostNamespace, labels: managedBy };
  await createUnlessThere(host, namespaces, undefined, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: hostNamespace, labels: { ...managedBy, [tenantLabel]: tenant } },
  });
  await createUnlessThere(host, serviceAccounts, hostNamespace, { apiVersion: 'v1', kind: 'ServiceAccount', metadata });
  await createOrReplace(host, roles, hostNamespace, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata,
    rules: [...rules],
  });
  await createOrReplace(host, roleBindings, hostNamespace, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: account },
    subjects: [{ kind: 'ServiceAccount', name: account, namespace: hostNamespace }],
  });
  if (clusterRules.length === 0) await removeClusterRole(host, place);
  else await provideClusterRole(host, place, clusterRules);
  for (const [namespace, there] of elsewhere) await provideRoleElsewhere(host, place, namespace, there);
  await removeRolesElsewhere(host, place, elsewhere);
}

async function provideRoleElsewhere(
  host: Client<'host'>,
  place: TenantPlace,
  namespace: string,
  rules: readonly PolicyRule[],
): Promise<void> {
  const { tenant, hostNamespace } = place;
  const metadata = { name: clusterRoleName(place), namespace, labels: { ...managedBy, [tenantLabel]: tenant } };
  await createOrReplace(host, roles, namespace, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata,
    rules: [...rules],
  });
  await createOrReplace(host, roleBindings, namespace, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: metadata.name },
    subjects: [{ kind: 'ServiceAccount', name: accountName(tenant), namespace: hostNamespace }],
  });
}

/** But for those that are `kept`. Who may not look for them has never made one. */
async function removeRolesElsewhere(
  host: Client<'host'>,
  place: TenantPlace,
  kept: ReadonlyMap<string, unknown> = new Map(),
): Promise<void> {
  for (const gvr of [roleBindings, roles]) {
    const items = await unlessRefused(host.resource(gvr).list({ labelSelector: `${tenantLabel}=${place.tenant}` }));
    for (const { metadata } of items) {
      const { name, namespace = '', uid } = metadata;
      if (name !== clusterRoleName(place) || kept.has(namespace)) continue;
      await unlessNotFound(
        host.resource(gvr, namespace).delete(name, uid === undefined ? {} : { preconditions: { uid } }),
      );
    }
  }
}

async function unlessRefused(attempt: Promise<KubeList>): Promise<readonly KubeObject[]> {
  try {
    return (await attempt).items;
  } catch (error) {
    if (!(error instanceof StatusError) || error.status.code !== 403) throw error;
    return [];
  }
}

async function provideClusterRole(
  host: Client<'host'>,
  place: TenantPlace,
  rules: readonly PolicyRule[],
): Promise<void> {
  const { tenant, hostNamespace } = place;
  const metadata = { name: clusterRoleName(place), labels: { ...managedBy, [tenantLabel]: tenant } };
  await createOrReplace(host, clusterRoles, undefined, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata,
    rules: [...rules],
  });
  await createOrReplace(host, clusterRoleBindings, undefined, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: metadata.name },
    subjects: [{ kind: 'ServiceAccount', name: accountName(tenant), namespace: hostNamespace }],
  });
}

/** Binding first: a role that is bound to nobody gives nothing. Who may not look at cluster roles has never made one. */
async function removeClusterRole(host: Client<'host'>, place: TenantPlace): Promise<void> {
  for (const gvr of [clusterRoleBindings, clusterRoles]) {
    try {
      const found = await host.resource(gvr).get(clusterRoleName(place));
      if (found.metadata.labels?.[tenantLabel] !== place.tenant) continue;
      const { uid } = found.metadata;
      await host.resource(gvr).delete(clusterRoleName(place), uid === undefined ? {} : { preconditions: { uid } });
    } catch (error) {
      if (!(error instanceof StatusError) || (error.status.code !== 404 && error.status.code !== 403)) throw error;
    }
  }
}

/** A short-lived token of the tenant's account on the host. */
export async function issueAccountToken(
  host: Client<'host'>,
  place: TenantPlace,
  expirationSeconds: number,
): Promise<AccountToken> {
  const answer = await host
    .resource(serviceAccounts, place.hostNamespace)
    .createSubresource(accountName(place.tenant), 'token', {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      metadata: {},
      spec: { expirationSeconds },
    });
  const { token, expirationTimestamp } = statusOf(answer);
  if (typeof token !== 'string' || typeof expirationTimestamp !== 'string') {
    throw new Error(`the host gave no token for ${accountName(place.tenant)}`);
  }
  return { token, expiresAt: Date.parse(expirationTimestamp) };
}

/** From which the host gives Services their addresses; undefined where it does not say (before Kubernetes 1.33), or not to us. */
export async function serviceCidrsOf(host: Client<'host'>): Promise<readonly string[] | undefined> {
  try {
    const { spec = null } = await host.resource(serviceCidrs).get('kubernetes');
    const cidrs = isJsonObject(spec) ? spec['cidrs'] : undefined;
    return Array.isArray(cidrs) ? cidrs.filter((cidr) => typeof cidr === 'string') : undefined;
  } catch (error) {
    if (error instanceof StatusError) return undefined;
    throw error;
  }
}

/**
 * Removes the tenant's account, roles and bindings, and the host namespace if it was made for this tenant and no other lives there; else the next of those
 * has it from then on. The tenant's copies are the syncer's to delete, before.
 */
export async function deprovisionTenant(host: Client<'host'>, place: TenantPlace): Promise<void> {
  const account = accountName(place.tenant);
  await removeClusterRole(host, place);
  await removeRolesElsewhere(host, place);
  const found = await unlessNotFound(host.resource(namespaces).get(place.hostNamespace));
  if (!found) return;
  await unlessNotFound(host.resource(roleBindings, place.hostNamespace).delete(account));
  await unlessNotFound(host.resource(roles, place.hostNamespace).delete(account));
  await unlessNotFound(host.resource(serviceAccounts, place.hostNamespace).delete(account));
  if (found.metadata.labels?.[tenantLabel] !== place.tenant) return;
  const [heir] = await tenantsIn(host, place.hostNamespace);
  const { uid } = found.metadata;
  if (heir !== undefined) {
    const labels = { [tenantLabel]: heir };
    await host.resource(namespaces).patch(place.hostNamespace, 'merge', { metadata: { labels } });
    return;
  }
  await unlessNotFound(
    host.resource(namespaces).delete(place.hostNamespace, uid === undefined ? {} : { preconditions: { uid } }),
  );
}

/** Who has an account in a host namespace. */
async function tenantsIn(host: Client<'host'>, hostNamespace: string): Promise<readonly string[]> {
  const labelSelector = Object.entries(managedBy)
    .map(([name, value]) => `${name}=${value}`)
    .join();
  const { items } = await host.resource(serviceAccounts, hostNamespace).list({ labelSelector });
  return items.flatMap(({ metadata: { name = '' } }) =>
    name.startsWith(accountPrefix) ? [name.slice(accountPrefix.length)] : [],
  );
}

const accountPrefix = 'sublet-';

function accountName(tenant: string): string {
  return `${accountPrefix}${tenant}`;
}

/** Tenants of two host namespaces may have one name; neither has a colon in it. */
function clusterRoleName({ tenant, hostNamespace }: TenantPlace): string {
  return `sublet:${hostNamespace}:${tenant}`;
}

/** Whether it was created. */
async function createUnlessThere(
  host: Client<'host'>,
  gvr: { group: string; version: string; resource: string },
  namespace: string | undefined,
  object: KubeObject,
): Promise<boolean> {
  try {
    await host.resource(gvr, namespace).create(object);
    return true;
  } catch (error) {
    if (isAlreadyExists(error)) return false;
    throw error;
  }
}

async function createOrReplace(
  host: Client<'host'>,
  gvr: { group: string; version: string; resource: string },
  namespace: string | undefined,
  object: KubeObject,
): Promise<void> {
  const created = await createUnlessThere(host, gvr, namespace, object);
  if (!created) await host.resource(gvr, namespace).update(object);
}

function statusOf(object: KubeObject): Readonly<Record<string, JsonValue>> {
  const status = object['status'];
  // Typed view of a TokenRequest's answer; its fields are checked by the caller.
  return (typeof status === 'object' && status !== null ? status : {}) as Readonly<Record<string, JsonValue>>;
}
