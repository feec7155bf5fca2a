/** Roles and bindings that are wrong in themselves, written by the admin: what is said of them must be upstream's. */
import {
  clusterRoleBindingsPath,
  clusterRolesPath,
  roleBindingsPath,
  rolesPath,
  rule,
  type Loose,
} from '../../attack/cluster.ts';

const rbac = 'rbac.authorization.k8s.io';
const ref = (kind: string, name: string, apiGroup = rbac): Loose => ({ apiGroup, kind, name });
const pods = rule('get pods');

const rules: Readonly<Record<string, Loose>> = {
  empty: {},
  'no verbs': { ...pods, verbs: [] },
  'verbs that are null': { ...pods, verbs: null },
  'no groups': { ...pods, apiGroups: [] },
  'no resources': { ...pods, resources: [] },
  'paths and resources': { ...pods, nonResourceURLs: ['/x'] },
  'paths and names': { verbs: ['get'], resourceNames: ['a'], nonResourceURLs: ['/x'] },
  paths: { verbs: ['get'], nonResourceURLs: ['/x', ''] },
  'empty texts': { verbs: [''], apiGroups: [''], resources: [''], resourceNames: [''] },
  'an unknown field': { ...pods, attributeRestrictions: null },
};

const aggregations: Readonly<Record<string, Loose>> = {
  empty: {},
  'no selectors': { clusterRoleSelectors: [] },
  'an empty selector': { clusterRoleSelectors: [{}] },
  'a bad key': { clusterRoleSelectors: [{ matchLabels: { 'a b': 'c' } }] },
  'a bad value': { clusterRoleSelectors: [{ matchLabels: { a: 'b c' } }] },
  'a bad operator': { clusterRoleSelectors: [{ matchExpressions: [{ key: 'a', operator: 'Like', values: ['b'] }] }] },
  'no values': {
    clusterRoleSelectors: [{ matchLabels: { a: 'b' } }, { matchExpressions: [{ key: 'a', operator: 'In' }] }],
  },
  'too many values': {
    clusterRoleSelectors: [{ matchExpressions: [{ key: 'a', operator: 'Exists', values: ['b'] }] }],
  },
};

const subjects: Readonly<Record<string, Loose>> = {
  'no kind': { name: 'a' },
  'an unknown kind': { kind: 'Robot', name: 'a' },
  'no name': { kind: 'User', name: '' },
  'an account without a namespace': { kind: 'ServiceAccount', name: 'a' },
  'an account with a group': { kind: 'ServiceAccount', name: 'a', namespace: 'b', apiGroup: rbac },
  'an account with a bad name': { kind: 'ServiceAccount', name: 'A b', namespace: 'b' },
  'an account in a bad namespace': { kind: 'ServiceAccount', name: 'a', namespace: 'B b' },
  'a user of another group': { kind: 'User', name: 'a', apiGroup: 'v1' },
  'a group with a namespace': { kind: 'Group', name: 'a', namespace: 'b' },
  'a group of another group': { kind: 'Group', name: 'a', apiGroup: 'x' },
};

const refs: Readonly<Record<string, Loose>> = {
  none: undefined,
  empty: {},
  'no name': ref('ClusterRole', ''),
  'a bad name': ref('ClusterRole', 'a/b'),
  'a name of dots': ref('ClusterRole', '..'),
  'another group': ref('ClusterRole', 'a', 'apps'),
  'another kind': ref('User', 'a'),
  'a role': ref('Role', 'a'),
};

const names = ['a:b', 'A', 'a/b', 'a%b', '.', '..', 'a b', 'é', 'x'.repeat(300), '-', ''];

/** `name` → what is posted where. */
export const invalidObjects: readonly (readonly [name: string, path: string, body: Loose])[] = [
  ...Object.entries(rules).flatMap(([name, one], index) => [
    [`cluster role: ${name}`, clusterRolesPath, { metadata: { name: `i${index}` }, rules: [pods, one] }] as const,
    [`role: ${name}`, rolesPath('default'), { metadata: { name: `i${index}` }, rules: [one] }] as const,
  ]),
  ...Object.entries(aggregations).map(
    ([name, aggregationRule], index) =>
      [`aggregation: ${name}`, clusterRolesPath, { metadata: { name: `g${index}` }, aggregationRule }] as const,
  ),
  ...Object.entries(subjects).flatMap(([name, subject], index) => [
    [
      `cluster binding: ${name}`,
      clusterRoleBindingsPath,
      { metadata: { name: `s${index}` }, roleRef: ref('ClusterRole', 'view'), subjects: [subject] },
    ] as const,
    [
      `binding: ${name}`,
      roleBindingsPath('default'),
      { metadata: { name: `s${index}` }, roleRef: ref('Role', 'x'), subjects: [subject, subject] },
    ] as const,
  ]),
  ...Object.entries(refs).flatMap(([name, roleRef], index) => [
    [`cluster binding to: ${name}`, clusterRoleBindingsPath, { metadata: { name: `r${index}` }, roleRef }] as const,
    [`binding to: ${name}`, roleBindingsPath('default'), { metadata: { name: `r${index}` }, roleRef }] as const,
  ]),
  ...names.map((name) => [`named ${name.slice(0, 10)}`, rolesPath('default'), { metadata: { name } }] as const),
  ...names.map(
    (name) =>
      [
        `binding named ${name.slice(0, 10)}`,
        clusterRoleBindingsPath,
        { metadata: { name }, roleRef: ref('ClusterRole', 'view') },
      ] as const,
  ),
];
