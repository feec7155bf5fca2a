/** What a tenant's syncer may do on its host: its namespace's objects, as its Role says, and nothing else at all. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createClient } from '../../src/client/create-client.ts';
import { hostRules } from '../../src/syncer/host-rules.ts';
import { syncedKinds } from '../../src/syncer/kinds/synced-kinds.ts';
import { provisionTenant } from '../../src/tenancy/provisioning.ts';
import { builtinResources } from '../../src/schema/builtin/catalog.ts';
import { rbacPath, startCluster, type Caller, type Cluster, type Loose } from '../attack/cluster.ts';

const rules = hostRules(syncedKinds);
const hostNamespace = 'sublet-demo';
let host: Cluster;
let syncer: Caller;

before(async () => {
  host = await startCluster();
  const client = createClient('host', host.exchange, {
    user: { name: 'root', groups: ['system:masters'] },
    userAgent: 'test',
  });
  await provisionTenant(client, { tenant: 'demo', hostNamespace }, rules);
  // A neighbour.
  await provisionTenant(client, { tenant: 'other', hostNamespace: 'sublet-other' }, rules);
  syncer = host.account(hostNamespace, 'sublet-demo');
});
after(() => host.close());

async function may(attributes: Loose): Promise<boolean> {
  const { code, body } = await syncer.post('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
    spec: { resourceAttributes: attributes },
  });
  assert.equal(code, 201);
  return body.status.allowed;
}

const verbs = [
  'get',
  'list',
  'watch',
  'create',
  'update',
  'patch',
  'delete',
  'deletecollection',
  'impersonate',
  'bind',
  'escalate',
  '*',
];
/** Every resource and subresource that is served, and what is not served but has a meaning. */
const resources = [
  ...builtinResources().flatMap(({ group, plural, subresources }) =>
    ['', ...subresources.map(({ name }) => name)].map((subresource) => ({ group, resource: plural, subresource })),
  ),
  ...['users', 'groups', 'serviceaccounts'].map((resource) => ({ group: '', resource, subresource: '' })),
  { group: '*', resource: '*', subresource: '' },
];

test('nothing in any other namespace, nor cluster-wide', async () => {
  const reviewing = new Set(['selfsubjectaccessreviews', 'selfsubjectrulesreviews', 'selfsubjectreviews']);
  for (const place of resources) {
    // What everybody may.
    if (reviewing.has(place.resource)) continue;
    for (const verb of verbs) {
      for (const namespace of ['', 'sublet-other', 'kube-system', 'default']) {
        assert.equal(
          await may({ ...place, verb, namespace }),
          false,
          `${verb} ${place.resource}.${place.group} in ${namespace}`,
        );
      }
    }
  }
});

test('in its own, what its Role says, to the verb', async () => {
  for (const { group, resource, subresource } of resources) {
    const name = subresource === '' ? resource : `${resource}/${subresource}`;
    const given = rules.filter(({ apiGroups, resources: named }) => apiGroups.includes(group) && named.includes(name));
    for (const verb of verbs) {
      if (resource.startsWith('selfsubject') && verb === 'create') continue;
      const expected = given.some((rule) => rule.verbs.includes(verb));
      assert.equal(
        await may({ group, resource, subresource, verb, namespace: hostNamespace }),
        expected,
        `${verb} ${name}.${group}`,
      );
    }
  }
});

test('it can’t give itself more', async () => {
  const more = { metadata: { name: 'sublet-demo' }, rules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }] };
  const namespaced = `${rbacPath}/namespaces/${hostNamespace}`;
  for (const answer of [
    await syncer.put(`${namespaced}/roles/sublet-demo`, more),
    await syncer.post(`${namespaced}/roles`, { ...more, metadata: { name: 'x' } }),
    await syncer.patch(`${namespaced}/rolebindings/sublet-demo`, 'merge-patch+json', { roleRef: { name: 'x' } }),
    await syncer.post(`${rbacPath}/clusterrolebindings`, more),
    await syncer.post(`/api/v1/namespaces/${hostNamespace}/serviceaccounts/sublet-demo/token`, { spec: {} }),
    await syncer.get('/api/v1/namespaces/sublet-other/pods'),
    await syncer.get('/api/v1/namespaces'),
    await syncer.get('/api/v1/nodes'),
  ]) {
    assert.equal(answer.code, 403, answer.message);
  }
  assert.equal((await syncer.get(`/api/v1/namespaces/${hostNamespace}/pods`)).code, 200);
});

test('no rule of it is wider than it looks', () => {
  for (const { apiGroups, resources: named, verbs: given } of rules) {
    for (const text of [...apiGroups, ...named, ...given]) assert.doesNotMatch(text, /\*/);
    assert.deepEqual(
      given.filter((verb) => ['bind', 'escalate', 'impersonate', 'deletecollection'].includes(verb)),
      [],
    );
  }
});
