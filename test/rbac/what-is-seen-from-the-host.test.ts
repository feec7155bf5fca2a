/** What a tenant's syncer may read beyond its host namespace: what the tenant is to see, for as long as it is to see it. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Client } from '../../src/client/client.ts';
import { createClient } from '../../src/client/create-client.ts';
import { clusterRules, hostRules, rulesElsewhere } from '../../src/syncer/host-rules.ts';
import { syncedKinds } from '../../src/syncer/kinds/synced-kinds.ts';
import type { FromHost } from '../../src/syncer/mirrored-kind.ts';
import { mirroredKinds } from '../../src/syncer/mirrors/mirrored-kinds.ts';
import { deprovisionTenant, provisionTenant } from '../../src/tenancy/provisioning.ts';
import { clusterRolesPath, startCluster, type Caller, type Cluster } from '../attack/cluster.ts';

const place = { tenant: 'demo', hostNamespace: 'sublet-demo' };
/** Another tenant of that name, in another host namespace. */
const namesake = { tenant: 'demo', hostNamespace: 'elsewhere' };
const roleName = 'sublet:sublet-demo:demo';
let host: Cluster;
let client: Client<'host'>;
let syncer: Caller;

before(async () => {
  host = await startCluster();
  client = createClient('host', host.exchange, {
    user: { name: 'root', groups: ['system:masters'] },
    userAgent: 'test',
  });
  syncer = host.account(place.hostNamespace, 'sublet-demo');
});
after(() => host.close());

async function provision(of: typeof place, fromHost: FromHost): Promise<void> {
  const elsewhere = rulesElsewhere(mirroredKinds, fromHost);
  await provisionTenant(client, of, hostRules(syncedKinds), clusterRules(mirroredKinds, fromHost), elsewhere);
}

async function codes(): Promise<readonly number[]> {
  const answers = [
    await syncer.get('/api/v1/nodes'),
    await syncer.patch('/api/v1/nodes/node-1', 'merge-patch+json', { metadata: { labels: { a: 'b' } } }),
    await syncer.get('/api/v1/namespaces'),
    await syncer.get('/api/v1/secrets'),
  ];
  return answers.map(({ code }) => code);
}

async function clusterRoleCode(name: string): Promise<number> {
  return (await host.admin.get(`${clusterRolesPath}/${name}`)).code;
}

test('nodes are read when they are to be seen, and never written', async () => {
  await provision(place, {});
  await provision(namesake, { nodes: {} });
  assert.deepEqual(await codes(), [403, 403, 403, 403]);
  await provision(place, { nodes: {} });
  assert.deepEqual(await codes(), [200, 403, 403, 403]);
});

test('what is switched off again can’t be read any more', async () => {
  await provision(place, { nodes: {} });
  await provision(place, {});
  assert.deepEqual(await codes(), [403, 403, 403, 403]);
  assert.equal(await clusterRoleCode(roleName), 404);
  assert.equal(await clusterRoleCode('sublet:elsewhere:demo'), 200);
});

test('a ClusterRole of somebody else under that name stays', async () => {
  const own = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: roleName },
    rules: [],
  };
  await client.resource({ group: 'rbac.authorization.k8s.io', version: 'v1', resource: 'clusterroles' }).create(own);
  await provision(place, {});
  assert.equal(await clusterRoleCode(roleName), 200);
  await host.admin.delete(`${clusterRolesPath}/${roleName}`);
});

test('a tenant that goes leaves no ClusterRole behind', async () => {
  await provision(place, { nodes: {} });
  await deprovisionTenant(client, place);
  assert.equal(await clusterRoleCode(roleName), 404);
  assert.equal(await clusterRoleCode('sublet:elsewhere:demo'), 200);
});

test('of other namespaces exactly what is mapped is read, for as long as it is', async () => {
  const third = { tenant: 'third', hostNamespace: 'sublet-third' };
  const reader = host.account(third.hostNamespace, 'sublet-third');
  const secrets = '/api/v1/namespaces/platform/secrets';
  await host.admin.post('/api/v1/namespaces', { metadata: { name: 'platform' } });
  await host.admin.post(secrets, { metadata: { name: 'registry' } });
  await host.admin.post(secrets, { metadata: { name: 'other' } });
  const mapped: FromHost = { secrets: { mappings: [{ from: 'platform/registry', to: 'default/registry' }] } };
  const found = async (): Promise<readonly number[]> => {
    const answers = [
      await reader.get(`${secrets}/registry`),
      await reader.get(`${secrets}?fieldSelector=metadata.name%3Dregistry`),
      await reader.get(`${secrets}/other`),
      await reader.get(secrets),
      await reader.get('/api/v1/namespaces/platform/configmaps'),
      await reader.delete(`${secrets}/registry`),
    ];
    return answers.map(({ code }) => code);
  };
  await provision(third, mapped);
  await provision(namesake, mapped);
  assert.deepEqual(await found(), [200, 200, 403, 403, 403, 403]);
  await provision(third, {});
  assert.deepEqual(await found(), [403, 403, 403, 403, 403, 403]);
  await provision(third, mapped);
  await deprovisionTenant(client, third);
  const roles = await client
    .resource({ group: 'rbac.authorization.k8s.io', version: 'v1', resource: 'roles' }, 'platform')
    .list();
  assert.deepEqual(
    roles.items.map(({ metadata }) => metadata.name),
    ['sublet:elsewhere:demo'],
  );
});
