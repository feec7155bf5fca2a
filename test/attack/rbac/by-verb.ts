/** What one verb doesn't allow, by another. */
import { rule } from '../cluster.ts';
import { boundTo, byRoot, mallory, patched, paths, tried, type Family, type Try } from '../attack.ts';

const rbac = 'rbac.authorization.k8s.io';

function only(...rules: object[]): Try[] {
  return [
    byRoot('POST', paths.clusterRoles, { metadata: { name: '{x}-own' }, rules }, 201),
    byRoot('POST', paths.clusterRoleBindings, boundTo('{x}-own', 'ClusterRole', '{x}-own'), 201),
  ];
}

const lease = { metadata: { name: 'l' }, spec: {} };
const leases = '/apis/coordination.k8s.io/v1/namespaces/{x}/leases';

export const byVerb: Family = {
  name: 'by another verb',
  attacks: [
    {
      name: 'a PUT that creates',
      tries: [
        ...only(rule('get,update,patch coordination.k8s.io:leases')),
        tried('PUT', `${leases}/l`, lease, 403),
        tried('GET', `${leases}/l`, undefined, 404),
        byRoot('POST', leases, lease, 201),
        tried('PUT', `${leases}/l`, { ...lease, metadata: { name: 'l' } }, 422),
      ],
    },
    {
      name: 'an apply that creates',
      tries: [
        ...only(rule('get,update,patch configmaps')),
        patched(
          '/api/v1/namespaces/{x}/configmaps/c?fieldManager=m',
          'apply-patch+yaml',
          { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } },
          403,
        ),
        tried('GET', '/api/v1/namespaces/{x}/configmaps/c', undefined, 404),
      ],
    },
    {
      name: 'a PUT that creates, by who may',
      tries: [...only(rule('get,update,create coordination.k8s.io:leases')), tried('PUT', `${leases}/l`, lease, 201)],
    },
    {
      name: 'a role by PUT, by who may not create',
      tries: [
        ...only(rule(`get,update,patch ${rbac}:roles,rolebindings`)),
        tried('PUT', `${paths.roles}/r`, { metadata: { name: 'r' }, rules: [] }, 403),
        tried('PUT', `${paths.roleBindings}/r`, boundTo('r', 'ClusterRole', '{x}-own'), 403),
      ],
    },
    {
      name: 'a list or a watch for a get, and names for none',
      tries: [
        ...only(rule('get secrets', 'one')),
        byRoot('POST', '/api/v1/namespaces/{x}/secrets', { metadata: { name: 'one' } }, 201),
        tried('GET', '/api/v1/namespaces/{x}/secrets/one', undefined, 200),
        tried('GET', '/api/v1/namespaces/{x}/secrets/two', undefined, 403),
        tried('GET', '/api/v1/namespaces/{x}/secrets', undefined, 403),
        tried('GET', '/api/v1/namespaces/{x}/secrets?fieldSelector=metadata.name%3Done', undefined, 403),
        tried('GET', '/api/v1/namespaces/{x}/secrets?watch=1', undefined, 403),
        tried('GET', '/api/v1/watch/namespaces/{x}/secrets/one', undefined, 403),
        tried('DELETE', '/api/v1/namespaces/{x}/secrets', undefined, 403),
      ],
    },
    {
      name: 'a list of one name, by a field selector',
      tries: [
        ...only(rule('list secrets', 'one')),
        tried('GET', '/api/v1/namespaces/{x}/secrets?fieldSelector=metadata.name%3Done', undefined, 200),
        tried('GET', '/api/v1/namespaces/{x}/secrets?fieldSelector=metadata.name%3Dtwo', undefined, 403),
        tried('GET', '/api/v1/namespaces/{x}/secrets?fieldSelector=metadata.name!%3Done', undefined, 403),
        tried('GET', '/api/v1/secrets?fieldSelector=metadata.name%3Done', undefined, 200),
      ],
    },
    {
      name: 'other spellings of a path',
      tries: [
        ...only(rule('get pods')),
        tried('GET', '/api/v1/namespaces/{x}/Secrets', undefined, 403),
        tried('GET', '/api/v1/namespaces/{x}//secrets', undefined, 403),
        tried('GET', '/api/v1/namespaces/{x}/pods/../secrets', undefined, 403),
        tried('GET', '/api/v1/namespaces/{x}/pods%2F..%2Fsecrets', undefined, 403),
        tried('GET', '/api/v1/namespaces/{x}/secrets/', undefined, 403),
        tried('GET', '//api/v1/namespaces/{x}/secrets', undefined, 403),
        tried('GET', '/API/v1/namespaces/{x}/secrets', undefined, 403),
      ],
    },
    {
      name: 'names that look like those of others',
      tries: [
        byRoot('POST', paths.clusterRoles, { metadata: { name: '{x}-own' }, rules: [rule('list secrets')] }, 201),
        byRoot(
          'POST',
          paths.clusterRoleBindings,
          {
            ...boundTo('{x}-own', 'ClusterRole', '{x}-own'),
            subjects: [{ kind: 'ServiceAccount', namespace: '{x}', name: 'robot' }],
          },
          201,
        ),
        {
          as: { name: 'system:serviceaccount:{x}:robot', groups: [] },
          method: 'GET',
          path: '/api/v1/secrets',
          expect: 200,
        },
        ...[
          'system:serviceaccount:{x}:robots',
          'system:serviceaccount:{x}',
          'system:serviceaccount:{x}:robot:',
          '{x}:robot',
          'robot',
        ].map((name): Try => ({
          as: { name, groups: mallory.groups },
          method: 'GET',
          path: '/api/v1/secrets',
          expect: 403,
        })),
        {
          as: { name: '{x}-a', groups: ['system:serviceaccount:{x}:robot', 'System:Masters', 'system:master'] },
          method: 'GET',
          path: '/api/v1/secrets',
          expect: 403,
        },
      ],
    },
  ],
};
