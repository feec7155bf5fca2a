/** Rights that one hasn't got, by writing them into a role. */
import { role, rule } from '../cluster.ts';
import { boundTo, byRoot, given, patched, paths, tried, type Family } from '../attack.ts';

const own = `${paths.clusterRoles}/{x}-own`;
const small = role('{x}-small', rule('get pods'));
const secrets = rule('get secrets');

export const byRole: Family = {
  name: 'by role',
  attacks: [
    {
      name: 'a cluster role with more than one has',
      tries: [...given(), tried('POST', paths.clusterRoles, role('{x}-more', secrets), 403)],
    },
    {
      name: 'a role with more than one has',
      tries: [...given(), tried('POST', paths.roles, role('more', secrets), 403)],
    },
    {
      name: 'a role with what one has is fine',
      tries: [...given(secrets), tried('POST', paths.roles, role('same', secrets), 201)],
    },
    {
      name: 'a role with what one has in another namespace only',
      tries: [
        ...given(),
        byRoot('POST', paths.roles, role('here', secrets), 201),
        byRoot('POST', paths.roleBindings, boundTo('here', 'Role', 'here'), 201),
        tried('POST', paths.roles, role('again', secrets), 201),
        tried('POST', paths.roles.replace('{x}', 'default'), role('{x}-elsewhere', secrets), 403),
        tried('POST', paths.clusterRoles, role('{x}-everywhere', secrets), 403),
      ],
    },
    {
      name: 'the role that one is bound to already, by PUT',
      tries: [
        ...given(),
        tried('PUT', own, role('{x}-own', rule('* *')), 403),
        tried('GET', '/api/v1/secrets', undefined, 403),
      ],
    },
    {
      name: 'the role that one is bound to already, by a merge patch',
      tries: [...given(), patched(own, 'merge-patch+json', { rules: [rule('* *')] }, 403)],
    },
    {
      name: 'the role that one is bound to already, by a strategic merge patch',
      tries: [...given(), patched(own, 'strategic-merge-patch+json', { rules: [secrets] }, 403)],
    },
    {
      name: 'the role that one is bound to already, by a JSON patch',
      tries: [...given(), patched(own, 'json-patch+json', [{ op: 'add', path: '/rules/-', value: secrets }], 403)],
    },
    {
      name: 'the role that one is bound to already, by a JSON patch of one verb',
      tries: [...given(), patched(own, 'json-patch+json', [{ op: 'add', path: '/rules/0/verbs/-', value: '*' }], 403)],
    },
    {
      name: 'the role that one is bound to already, by apply',
      tries: [
        ...given(),
        patched(
          `${own}?fieldManager=m&force=true`,
          'apply-patch+yaml',
          { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', ...role('{x}-own', secrets) },
          403,
        ),
      ],
    },
    {
      name: 'a role that is not there, by apply',
      tries: [
        ...given(),
        patched(
          `${paths.clusterRoles}/{x}-applied?fieldManager=m`,
          'apply-patch+yaml',
          { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', ...role('{x}-applied', secrets) },
          403,
        ),
        tried('GET', `${paths.clusterRoles}/{x}-applied`, undefined, 404),
      ],
    },
    {
      name: 'a role that is not there, by PUT',
      tries: [...given(), tried('PUT', `${paths.clusterRoles}/{x}-put`, role('{x}-put', secrets), 403)],
    },
    {
      name: 'dry runs tell nothing else',
      tries: [...given(), tried('POST', `${paths.clusterRoles}?dryRun=All`, role('{x}-dry', secrets), 403)],
    },
    {
      name: 'a generated name',
      tries: [
        ...given(),
        tried('POST', paths.clusterRoles, { metadata: { generateName: '{x}-' }, rules: [secrets] }, 403),
      ],
    },
    {
      name: 'deleted, and made again with more',
      tries: [
        ...given(),
        byRoot('POST', paths.clusterRoles, small, 201),
        tried('DELETE', `${paths.clusterRoles}/{x}-small`, undefined, 200),
        tried('POST', paths.clusterRoles, role('{x}-small', secrets), 403),
      ],
    },
    {
      name: 'another role of the same name, in a namespace',
      tries: [...given(), tried('POST', paths.roles, role('cluster-admin', rule('* *')), 403)],
    },
    {
      name: 'rules without verbs, or for nothing, grant nothing',
      tries: [
        ...given(),
        tried('POST', paths.clusterRoles, role('{x}-nothing'), 201),
        tried('POST', paths.clusterRoles, role('{x}-no-verbs', { ...secrets, verbs: [] }), 422),
      ],
    },
    {
      name: 'there are no status and no finalize to write it by',
      tries: [
        ...given(rule('update,patch rbac.authorization.k8s.io:clusterroles/status,clusterroles/finalize')),
        tried('PUT', `${own}/status`, role('{x}-own', secrets), 404),
        tried('PUT', `${own}/finalize`, role('{x}-own', secrets), 404),
        patched(`${own}/status`, 'merge-patch+json', { rules: [secrets] }, 404),
      ],
    },
    {
      name: 'finalizers and owners change whatever the role grants, and nothing besides',
      tries: [
        ...given(),
        byRoot('POST', paths.clusterRoles, role('{x}-big', rule('* *')), 201),
        patched(`${paths.clusterRoles}/{x}-big`, 'merge-patch+json', { metadata: { finalizers: ['a.b/c'] } }, 200),
        patched(
          `${paths.clusterRoles}/{x}-big`,
          'merge-patch+json',
          { metadata: { finalizers: [], labels: { a: 'b' } } },
          403,
        ),
        patched(`${paths.clusterRoles}/{x}-big`, 'merge-patch+json', { metadata: { finalizers: null } }, 200),
      ],
    },
    {
      name: 'a binding to what is gone is told of',
      tries: [
        ...given(),
        byRoot('POST', paths.clusterRoleBindings, boundTo('{x}-a', 'ClusterRole', '{x}-gone'), 201),
        tried('POST', paths.clusterRoles, role('{x}-more', secrets), 403),
        byRoot('POST', paths.roleBindings, boundTo('b', 'Role', 'gone-too'), 201),
        byRoot('POST', paths.roleBindings, boundTo('c', 'ClusterRole', '{x}-gone'), 201),
        tried('POST', paths.roles, role('more', secrets, rule('get,list,watch nodes'), rule('get /x,/y')), 403),
        tried('POST', paths.roleBindings, boundTo('d', 'ClusterRole', 'view'), 403),
        tried('GET', '/api/v1/namespaces/{x}/secrets', undefined, 403),
      ],
    },
    {
      name: 'who may escalate, may',
      tries: [
        ...given(rule('escalate rbac.authorization.k8s.io:clusterroles')),
        tried('POST', paths.clusterRoles, role('{x}-granted', secrets), 201),
        tried('POST', paths.roles, role('not-granted', secrets), 403),
      ],
    },
    {
      name: 'who may escalate one role, may not make it or another',
      tries: [
        ...given(rule('escalate rbac.authorization.k8s.io:clusterroles', '{x}-one')),
        tried('POST', paths.clusterRoles, role('{x}-one', secrets), 403),
        byRoot('POST', paths.clusterRoles, role('{x}-one'), 201),
        tried('PUT', `${paths.clusterRoles}/{x}-one`, role('{x}-one', secrets), 200),
        tried('PUT', `${paths.clusterRoles}/{x}-two`, role('{x}-two', secrets), 403),
      ],
    },
  ],
};
