/** The bootstrap roles over several starts: nobody loses anything, and what is broken is repaired. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  clusterRoleBindingsPath,
  clusterRolesPath,
  role,
  rule,
  startCluster,
  type Cluster,
  type Loose,
} from '../attack/cluster.ts';
import type { Store } from '../../src/storage/store.ts';
import { MemoryStore } from '../../src/storage/memory/memory-store.ts';

async function item(cluster: Cluster, path: string): Promise<Loose> {
  const { code, body } = await cluster.admin.get(path);
  return code === 404 ? undefined : body;
}

/** A store that counts its writes. */
function counted(): { readonly store: Store; writes(): number } {
  const store = new MemoryStore();
  const write = store.write.bind(store);
  let writes = 0;
  store.write = (one) => {
    writes++;
    return write(one);
  };
  return { store, writes: () => writes };
}

test('a second start writes nothing', async () => {
  const { store, writes } = counted();
  await startCluster(store);
  const before = writes();
  await startCluster(store);
  assert.equal(writes(), before);
});

test('what users broke is repaired at the next start, and what they added stays', async () => {
  const { store } = counted();
  const first = await startCluster(store);
  const edited = `${clusterRolesPath}/system:discovery`;
  await first.admin.patch(edited, 'merge-patch+json', { rules: [rule('get /own')] });
  await first.admin.delete(`${clusterRolesPath}/system:node`);
  await first.admin.patch(`${clusterRoleBindingsPath}/system:basic-user`, 'merge-patch+json', {
    subjects: [{ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: 'own' }],
  });
  await first.admin.delete(`${clusterRoleBindingsPath}/system:discovery`);
  await first.create(clusterRoleBindingsPath, {
    metadata: { name: 'system:discovery' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
  });
  await first.admin.patch(`${clusterRolesPath}/system:monitoring`, 'merge-patch+json', {
    metadata: { annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'false' } },
    rules: [],
  });
  await first.create(clusterRolesPath, role('own', rule('get pods')));

  const second = await startCluster(store);
  const discovery = await item(second, edited);
  assert.deepEqual(discovery.rules[0], rule('get /own'));
  assert.equal(discovery.rules.length, 1 + 11);
  assert.equal((await item(second, `${clusterRolesPath}/system:node`)).rules.length, 25);
  assert.deepEqual(
    (await item(second, `${clusterRoleBindingsPath}/system:basic-user`)).subjects.map(({ name }: Loose) => name),
    ['own', 'system:authenticated'],
  );
  assert.equal((await item(second, `${clusterRoleBindingsPath}/system:discovery`)).roleRef.name, 'system:discovery');
  assert.equal((await item(second, `${clusterRolesPath}/system:monitoring`)).rules, null);
  assert.ok(await item(second, `${clusterRolesPath}/own`));
  // And then there is peace.
  const revision = await store.revision();
  await startCluster(store);
  assert.equal(await store.revision(), revision);
});

test('aggregated roles that lost their rules get them back at the next start', async () => {
  const { store } = counted();
  const first = await startCluster(store);
  const whole = (await item(first, `${clusterRolesPath}/view`)).rules;
  await first.admin.patch(`${clusterRolesPath}/view`, 'merge-patch+json', { aggregationRule: null, rules: [] });
  assert.equal((await item(first, `${clusterRolesPath}/view`)).rules, null);
  const second = await startCluster(store);
  assert.deepEqual((await item(second, `${clusterRolesPath}/view`)).rules, whole);
});
