/** Rights that one hasn't got, by letting a role gather them. */
import { role, rule } from '../cluster.ts';
import { boundTo, byRoot, given, patched, paths, tried, type Family } from '../attack.ts';

const label = 'rbac.authorization.k8s.io/aggregate-to-{x}';
const selectors = { clusterRoleSelectors: [{ matchLabels: { [label]: 'true' } }] };
const everything = { clusterRoleSelectors: [{ matchLabels: {} }] };
const labelled = (name: string, ...rules: object[]): object => ({
  metadata: { name, labels: { [label]: 'true' } },
  rules,
});

export const byAggregation: Family = {
  name: 'by aggregation',
  attacks: [
    {
      name: 'a role that gathers',
      tries: [
        ...given(),
        tried('POST', paths.clusterRoles, { ...role('{x}-all'), aggregationRule: everything }, 403),
        tried('POST', paths.clusterRoles, { ...role('{x}-some'), aggregationRule: selectors }, 403),
        tried('POST', paths.clusterRoles, { ...role('{x}-none'), aggregationRule: { clusterRoleSelectors: [] } }, 422),
      ],
    },
    {
      name: 'a role that one is bound to, made to gather',
      tries: [
        ...given(),
        patched(`${paths.clusterRoles}/{x}-own`, 'merge-patch+json', { aggregationRule: everything }, 403),
        patched(
          `${paths.clusterRoles}/{x}-own`,
          'json-patch+json',
          [{ op: 'add', path: '/aggregationRule', value: everything }],
          403,
        ),
      ],
    },
    {
      name: 'a gathering role: its selectors, its end, its labels',
      tries: [
        ...given(),
        byRoot('POST', paths.clusterRoles, { ...role('{x}-sum'), aggregationRule: selectors }, 201),
        patched(`${paths.clusterRoles}/{x}-sum`, 'merge-patch+json', { aggregationRule: everything }, 403),
        patched(`${paths.clusterRoles}/{x}-sum`, 'merge-patch+json', { aggregationRule: null }, 403),
        patched(`${paths.clusterRoles}/{x}-sum`, 'merge-patch+json', { metadata: { labels: { a: 'b' } } }, 403),
      ],
    },
    {
      name: 'rules for a gathering role that one is bound to',
      tries: [
        ...given(),
        byRoot('POST', paths.clusterRoles, { ...role('{x}-sum'), aggregationRule: selectors }, 201),
        byRoot('POST', paths.clusterRoleBindings, boundTo('{x}-sum', 'ClusterRole', '{x}-sum'), 201),
        tried('POST', paths.clusterRoles, labelled('{x}-part', rule('get secrets')), 403),
        tried('GET', '/api/v1/secrets', undefined, 403),
      ],
    },
    {
      name: 'a label on a role that is bigger than oneself',
      tries: [
        ...given(),
        byRoot('POST', paths.clusterRoles, { ...role('{x}-sum'), aggregationRule: selectors }, 201),
        byRoot('POST', paths.clusterRoleBindings, boundTo('{x}-sum', 'ClusterRole', '{x}-sum'), 201),
        byRoot('POST', paths.clusterRoles, role('{x}-part', rule('get secrets')), 201),
        patched(
          `${paths.clusterRoles}/{x}-part`,
          'merge-patch+json',
          { metadata: { labels: { [label]: 'true' } } },
          403,
        ),
        patched(
          `${paths.clusterRoles}/cluster-admin`,
          'merge-patch+json',
          { metadata: { labels: { [label]: 'true' } } },
          403,
        ),
      ],
    },
    {
      name: 'who has everything may let gather',
      tries: [
        ...given(rule('* *:*'), rule('* /*'), { verbs: ['*'], nonResourceURLs: ['*'] }),
        tried('POST', paths.clusterRoles, { ...role('{x}-sum'), aggregationRule: selectors }, 201),
      ],
    },
    {
      name: 'who may escalate may let gather',
      tries: [
        ...given(rule('escalate rbac.authorization.k8s.io:clusterroles')),
        tried('POST', paths.clusterRoles, { ...role('{x}-sum'), aggregationRule: selectors }, 201),
      ],
    },
  ],
};
