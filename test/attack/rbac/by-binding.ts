/** Rights that one hasn't got, by binding oneself, or friends, to a role that has them. */
import { binding, role, rule } from '../cluster.ts';
import { boundTo, byRoot, given, patched, paths, tried, type Family, type Try } from '../attack.ts';

const secrets = rule('get secrets');
const bigRole = byRoot('POST', paths.clusterRoles, role('{x}-big', secrets), 201);
const localRole = byRoot('POST', paths.roles, role('big', secrets), 201);
const rbac = 'rbac.authorization.k8s.io';
const triesNothing: Try = tried('GET', '/api/v1/namespaces/{x}/secrets', undefined, 403);

export const byBinding: Family = {
  name: 'by binding',
  attacks: [
    {
      name: 'to the admin of the cluster',
      tries: [
        ...given(),
        tried('POST', paths.clusterRoleBindings, boundTo('{x}-b', 'ClusterRole', 'cluster-admin'), 403),
        tried('POST', paths.roleBindings, boundTo('b', 'ClusterRole', 'cluster-admin'), 403),
        triesNothing,
      ],
    },
    {
      name: 'to a bigger role',
      tries: [
        ...given(),
        bigRole,
        localRole,
        tried('POST', paths.clusterRoleBindings, boundTo('{x}-b', 'ClusterRole', '{x}-big'), 403),
        tried('POST', paths.roleBindings, boundTo('b', 'ClusterRole', '{x}-big'), 403),
        tried('POST', paths.roleBindings, boundTo('b', 'Role', 'big'), 403),
        triesNothing,
      ],
    },
    {
      name: 'to a role that one has all rules of',
      tries: [
        ...given(secrets),
        bigRole,
        tried('POST', paths.clusterRoleBindings, boundTo('{x}-b', 'ClusterRole', '{x}-big'), 201),
      ],
    },
    {
      name: 'to a role that is not there, to fill it later',
      tries: [
        ...given(),
        tried('POST', paths.clusterRoleBindings, boundTo('{x}-b', 'ClusterRole', '{x}-later'), 404),
        tried('POST', paths.roleBindings, boundTo('b', 'Role', 'later'), 404),
      ],
    },
    {
      name: 'to another role, in a binding that is there',
      tries: [
        ...given(),
        bigRole,
        byRoot('POST', paths.clusterRoles, role('{x}-small'), 201),
        tried('POST', paths.clusterRoleBindings, boundTo('{x}-b', 'ClusterRole', '{x}-small'), 201),
        tried('PUT', `${paths.clusterRoleBindings}/{x}-b`, boundTo('{x}-b', 'ClusterRole', '{x}-big'), 403),
        patched(`${paths.clusterRoleBindings}/{x}-b`, 'merge-patch+json', { roleRef: { name: '{x}-big' } }, 403),
      ],
    },
    {
      name: 'to another role that one has, in a binding that is there',
      tries: [
        ...given(secrets),
        bigRole,
        tried('POST', paths.clusterRoleBindings, boundTo('{x}-b', 'ClusterRole', '{x}-own'), 201),
        tried('PUT', `${paths.clusterRoleBindings}/{x}-b`, boundTo('{x}-b', 'ClusterRole', '{x}-big'), 422),
      ],
    },
    {
      name: 'as one more subject of a bigger binding',
      tries: [
        ...given(),
        bigRole,
        byRoot('POST', paths.clusterRoleBindings, binding('{x}-b', 'ClusterRole', '{x}-big', 'User alice'), 201),
        patched(
          `${paths.clusterRoleBindings}/{x}-b`,
          'json-patch+json',
          [{ op: 'add', path: '/subjects/-', value: { kind: 'User', apiGroup: rbac, name: '{x}-mallory' } }],
          403,
        ),
        patched(
          `${paths.clusterRoleBindings}/{x}-b`,
          'strategic-merge-patch+json',
          { subjects: [{ kind: 'User', apiGroup: rbac, name: '{x}-mallory' }] },
          403,
        ),
        patched(
          `${paths.clusterRoleBindings}/{x}-b?fieldManager=m&force=true`,
          'apply-patch+yaml',
          { apiVersion: `${rbac}/v1`, kind: 'ClusterRoleBinding', ...boundTo('{x}-b', 'ClusterRole', '{x}-big') },
          403,
        ),
        triesNothing,
      ],
    },
    {
      name: 'deleted, and made again with oneself',
      tries: [
        ...given(),
        bigRole,
        byRoot('POST', paths.clusterRoleBindings, binding('{x}-b', 'ClusterRole', '{x}-big', 'User alice'), 201),
        tried('DELETE', `${paths.clusterRoleBindings}/{x}-b`, undefined, 200),
        tried('POST', paths.clusterRoleBindings, boundTo('{x}-b', 'ClusterRole', '{x}-big'), 403),
      ],
    },
    {
      name: 'a generated name, a dry run, a PUT or an apply of what is not there',
      tries: [
        ...given(),
        bigRole,
        tried(
          'POST',
          paths.clusterRoleBindings,
          { ...boundTo('', 'ClusterRole', '{x}-big'), metadata: { generateName: '{x}-' } },
          403,
        ),
        tried('POST', `${paths.clusterRoleBindings}?dryRun=All`, boundTo('{x}-b', 'ClusterRole', '{x}-big'), 403),
        tried('PUT', `${paths.clusterRoleBindings}/{x}-b`, boundTo('{x}-b', 'ClusterRole', '{x}-big'), 403),
        patched(
          `${paths.clusterRoleBindings}/{x}-b?fieldManager=m`,
          'apply-patch+yaml',
          { apiVersion: `${rbac}/v1`, kind: 'ClusterRoleBinding', ...boundTo('{x}-b', 'ClusterRole', '{x}-big') },
          403,
        ),
      ],
    },
    {
      name: 'to groups of everybody, of the system, and to accounts',
      tries: [
        ...given(),
        bigRole,
        ...[
          'Group system:masters',
          'Group system:authenticated',
          'Group system:unauthenticated',
          'User system:anonymous',
        ].map((subject) =>
          tried('POST', paths.clusterRoleBindings, binding('{x}-b', 'ClusterRole', '{x}-big', subject), 403),
        ),
        tried(
          'POST',
          paths.roleBindings,
          binding('b', 'ClusterRole', '{x}-big', 'ServiceAccount {x}/default', 'Group system:serviceaccounts'),
          403,
        ),
      ],
    },
    {
      name: 'other spellings of kinds and groups',
      tries: [
        ...given(),
        bigRole,
        tried(
          'POST',
          paths.clusterRoleBindings,
          { ...boundTo('{x}-b', 'ClusterRole', '{x}-big'), roleRef: { kind: 'ClusterRole', name: '{x}-big' } },
          403,
        ),
        tried(
          'POST',
          paths.clusterRoleBindings,
          {
            ...boundTo('{x}-b', 'ClusterRole', '{x}-big'),
            roleRef: { apiGroup: 'RBAC.authorization.k8s.io', kind: 'ClusterRole', name: '{x}-big' },
          },
          403,
        ),
        tried(
          'POST',
          paths.clusterRoleBindings,
          {
            ...boundTo('{x}-b', 'ClusterRole', '{x}-big'),
            roleRef: { apiGroup: rbac, kind: 'clusterrole', name: '{x}-big' },
          },
          500,
        ),
        tried(
          'POST',
          paths.roleBindings,
          { ...boundTo('b', 'Role', '{x}-big'), roleRef: { apiGroup: rbac, kind: 'Role', name: '{x}-big' } },
          404,
        ),
        tried('POST', paths.clusterRoleBindings, { ...boundTo('{x}-b', 'ClusterRole', '{X}-BIG') }, 404),
      ],
    },
    {
      name: 'who may bind one role, may bind that one',
      tries: [
        ...given(rule(`bind ${rbac}:clusterroles`, '{x}-big')),
        bigRole,
        tried('POST', paths.clusterRoleBindings, boundTo('{x}-b', 'ClusterRole', '{x}-big'), 201),
        tried('POST', paths.clusterRoleBindings, boundTo('{x}-c', 'ClusterRole', 'cluster-admin'), 403),
      ],
    },
    {
      name: 'who may bind in a namespace, may bind there',
      tries: [
        ...given(),
        bigRole,
        byRoot('POST', paths.roles, role('binder', rule(`bind ${rbac}:clusterroles`, '{x}-big')), 201),
        byRoot('POST', paths.roleBindings, boundTo('binder', 'Role', 'binder'), 201),
        tried('POST', paths.roleBindings, boundTo('b', 'ClusterRole', '{x}-big'), 201),
        tried('POST', paths.clusterRoleBindings, boundTo('{x}-b', 'ClusterRole', '{x}-big'), 403),
        tried('POST', paths.roleBindings.replace('{x}', 'default'), boundTo('{x}-b', 'ClusterRole', '{x}-big'), 403),
      ],
    },
    {
      name: 'a binding that has a wrong form is refused for what it grants, first',
      tries: [
        ...given(),
        bigRole,
        tried(
          'POST',
          paths.clusterRoleBindings,
          { ...boundTo('{x}-b', 'ClusterRole', '{x}-big'), subjects: [{ kind: 'Nobody', name: '' }] },
          403,
        ),
        tried(
          'POST',
          paths.clusterRoleBindings,
          { ...boundTo('{x}-b', 'ClusterRole', '{x}-own'), subjects: [{ kind: 'Nobody', name: '' }] },
          422,
        ),
      ],
    },
  ],
};
