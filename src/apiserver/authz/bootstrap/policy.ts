/** The roles and bindings that every cluster has from its start, as objects. Made anew for each caller: it may change them. */
import type { JsonObject, JsonValue } from '../../../api/json.ts';
import type { KubeObject } from '../../../api/object.ts';
import type { PolicyRule } from '../policy-rule.ts';
import { rbacGroup, type RbacResource } from '../role-entries.ts';
import { bindings } from './bindings.ts';
import { clusterRoles } from './cluster-roles.ts';
import { controllerRoles } from './controller-roles.ts';
import { namespacedRoles } from './namespaced-roles.ts';
import { policyEntries, policyRule, type PolicyEntry } from './policy-text.ts';

const apiVersion = `${rbacGroup}/v1`;
const controllerPrefix = 'system:controller:';
const controllerNamespace = 'kube-system';

/** Roles that gather the rules of others, by the suffix of the label which those carry; and whom they are gathered by themselves. */
const aggregated = [
  { name: 'admin', gatheredBy: undefined },
  { name: 'edit', gatheredBy: 'admin' },
  { name: 'view', gatheredBy: 'edit' },
] as const;

/** Roles before the bindings that name them. */
export function bootstrapPolicy(): ReadonlyMap<RbacResource, readonly KubeObject[]> {
  const controllers = policyEntries(controllerRoles).map((entry) => ({
    ...entry,
    name: `${controllerPrefix}${entry.name}`,
  }));
  const others = policyEntries(clusterRoles);
  const entries = policyEntries(bindings);
  return new Map<RbacResource, readonly KubeObject[]>([
    ['clusterroles', [...aggregated.map(aggregatedRole), ...[...others, ...controllers].map(roleObject)]],
    ['roles', policyEntries(namespacedRoles).map(roleObject)],
    [
      'clusterrolebindings',
      [
        ...entries.filter(({ namespace }) => namespace === '').map(bindingObject),
        ...controllers.map(({ name }) => bindingObject({ namespace: '', name, lines: [controllerSubject(name)] })),
      ],
    ],
    ['rolebindings', entries.filter(({ namespace }) => namespace !== '').map(bindingObject)],
  ]);
}

function controllerSubject(role: string): string {
  return `account=${controllerNamespace}/${role.slice(controllerPrefix.length)}`;
}

function roleObject({ namespace, name, lines }: PolicyEntry): KubeObject {
  const gatherer = /^system:aggregate-to-(.*)$/.exec(name)?.[1];
  return {
    kind: namespace === '' ? 'ClusterRole' : 'Role',
    apiVersion,
    metadata: metadataOf(namespace, name, gatherer),
    rules: lines.map((line) => jsonRule(policyRule(line))),
  };
}

function aggregatedRole({ name, gatheredBy }: (typeof aggregated)[number]): KubeObject {
  return {
    kind: 'ClusterRole',
    apiVersion,
    metadata: metadataOf('', name, gatheredBy),
    rules: null,
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [aggregationLabel(name)]: 'true' } }] },
  };
}

function bindingObject({ namespace, name, lines }: PolicyEntry): KubeObject {
  const fields = lines.map((line) => line.split('=') as [kind: string, value: string]);
  const role = fields.find(([kind]) => kind === 'role')?.[1] ?? name;
  const subjects = fields.filter(([kind]) => kind !== 'role').map(([kind, value]) => subject(kind, value));
  return {
    kind: namespace === '' ? 'ClusterRoleBinding' : 'RoleBinding',
    apiVersion,
    metadata: metadataOf(namespace, name, undefined),
    ...(subjects.length === 0 ? {} : { subjects }),
    roleRef: { apiGroup: rbacGroup, kind: namespace === '' ? 'ClusterRole' : 'Role', name: role },
  };
}

function subject(kind: string, value: string): JsonObject {
  if (kind !== 'account') return { kind: kind === 'user' ? 'User' : 'Group', apiGroup: rbacGroup, name: value };
  const [namespace = '', name = ''] = value.split('/');
  return { kind: 'ServiceAccount', name, namespace };
}

function metadataOf(namespace: string, name: string, gatherer: string | undefined): KubeObject['metadata'] {
  return {
    name,
    ...(namespace === '' ? {} : { namespace }),
    labels: {
      'kubernetes.io/bootstrapping': 'rbac-defaults',
      ...(gatherer === undefined ? {} : { [aggregationLabel(gatherer)]: 'true' }),
    },
    annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
  };
}

function aggregationLabel(role: string): string {
  return `${rbacGroup}/aggregate-to-${role}`;
}

/** A rule is plain lists of texts. */
function jsonRule(rule: PolicyRule): JsonValue {
  return Object.fromEntries(
    Object.entries(rule).map(([field, list]: [string, readonly string[]]) => [field, [...list]]),
  );
}
