/** Aggregated roles: who is told that a role was written finds them changed. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  binding,
  clusterRoleBindingsPath,
  clusterRolesPath,
  role,
  rule,
  startCluster,
  type Cluster,
  type Loose,
} from '../attack/cluster.ts';

let cluster: Cluster;
before(async () => {
  cluster = await startCluster();
});
after(() => cluster.close());

function labelled(name: string, labels: Record<string, string>, ...rules: Loose[]): Loose {
  return { ...role(name, ...rules), metadata: { name, labels } };
}

function gathering(name: string, ...matchLabels: Record<string, string>[]): Loose {
  return {
    ...role(name),
    aggregationRule: { clusterRoleSelectors: matchLabels.map((labels) => ({ matchLabels: labels })) },
  };
}

async function rulesOf(name: string): Promise<Loose[]> {
  return (await cluster.admin.get(`${clusterRolesPath}/${name}`)).body.rules ?? [];
}

async function has(name: string, group: string): Promise<boolean> {
  return (await rulesOf(name)).some(({ apiGroups }) => apiGroups?.includes(group));
}

test('view, edit and admin take up what is labelled, change with it, and forget it', async () => {
  await cluster.create(clusterRoleBindingsPath, binding('viewer', 'ClusterRole', 'admin', 'User viewer'));
  const ask = { spec: { resourceAttributes: { verb: 'get', group: 'example.com', resource: 'things' } } };
  const may = async (): Promise<boolean> => {
    const { body } = await cluster.user('viewer').post('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', ask);
    return body.status.allowed;
  };
  assert.equal(await may(), false);
  const label = { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' };
  await cluster.create(clusterRolesPath, labelled('things', label, rule('get example.com:things')));
  assert.equal(await may(), true);
  for (const name of ['view', 'edit', 'admin']) assert.ok(await has(name, 'example.com'), name);
  await cluster.admin.patch(`${clusterRolesPath}/things`, 'merge-patch+json', {
    rules: [rule('get other.com:things')],
  });
  assert.equal(await may(), false);
  assert.ok(await has('admin', 'other.com'));
  await cluster.admin.delete(`${clusterRolesPath}/things`);
  for (const name of ['view', 'edit', 'admin']) assert.equal(await has(name, 'other.com'), false, name);
});

test('rules are gathered selector by selector, by name, each once', async () => {
  await cluster.create(clusterRolesPath, labelled('b', { x: '1' }, rule('get b'), rule('get same')));
  await cluster.create(clusterRolesPath, labelled('a', { x: '1', y: '1' }, rule('get a'), rule('get same')));
  await cluster.create(clusterRolesPath, labelled('c', { y: '1' }, rule('get c')));
  await cluster.create(clusterRolesPath, gathering('sum', { y: '1' }, { x: '1' }));
  assert.deepEqual(await rulesOf('sum'), [rule('get a'), rule('get same'), rule('get c'), rule('get b')]);
});

test('what is written into a gathering role by hand does not stay', async () => {
  await cluster.create(clusterRolesPath, labelled('p', { p: '1' }, rule('get p')));
  await cluster.create(clusterRolesPath, { ...gathering('sum-p', { p: '1' }), rules: [rule('* *')] });
  assert.deepEqual(await rulesOf('sum-p'), [rule('get p')]);
  await cluster.admin.patch(`${clusterRolesPath}/sum-p`, 'merge-patch+json', { rules: [rule('* *')] });
  assert.deepEqual(await rulesOf('sum-p'), [rule('get p')]);
});

test('a role does not gather itself', async () => {
  await cluster.create(clusterRolesPath, {
    ...gathering('self', { s: '1' }),
    metadata: { name: 'self', labels: { s: '1' } },
    rules: [rule('get x')],
  });
  assert.deepEqual(await rulesOf('self'), []);
});

test('roles gather what others have gathered, ten deep', async () => {
  for (let depth = 1; depth <= 10; depth++) {
    await cluster.create(clusterRolesPath, {
      ...gathering(`deep-${depth}`, { deep: String(depth - 1) }),
      metadata: { name: `deep-${depth}`, labels: { deep: String(depth) } },
    });
  }
  await cluster.create(clusterRolesPath, labelled('deep-0', { deep: '0' }, rule('get depths')));
  assert.deepEqual(await rulesOf('deep-10'), [rule('get depths')]);
  await cluster.admin.delete(`${clusterRolesPath}/deep-0`);
  assert.deepEqual(await rulesOf('deep-10'), []);
});

test('roles that gather each other in a circle come to rest', async () => {
  const names = ['ring-0', 'ring-1', 'ring-2'];
  for (const [index, name] of names.entries()) {
    await cluster.create(clusterRolesPath, labelled(name, { ring: String(index) }, rule(`get ${name}`)));
  }
  for (const [index, name] of names.entries()) {
    const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { ring: String((index + 1) % 3) } }] };
    const { code } = await cluster.admin.patch(`${clusterRolesPath}/${name}`, 'merge-patch+json', { aggregationRule });
    assert.equal(code, 200);
  }
  const revision = await cluster.store.revision();
  await cluster.admin.get(`${clusterRolesPath}/ring-0`);
  assert.equal(await cluster.store.revision(), revision);
});

test('more than fits into one role is not gathered', async () => {
  const big = (name: string): Loose =>
    labelled(
      name,
      { big: '1' },
      ...Array.from({ length: 200 }, (_, index) => rule(`get ${name}-${index}-${'x'.repeat(4000)}`)),
    );
  await cluster.create(clusterRolesPath, gathering('biggest', { big: '1' }));
  await cluster.create(clusterRolesPath, big('big-a'));
  assert.equal((await rulesOf('biggest')).length, 200);
  await cluster.create(clusterRolesPath, big('big-b'));
  assert.equal((await rulesOf('biggest')).length, 200);
});

test('many at once', async () => {
  await cluster.create(clusterRolesPath, gathering('many', { many: '1' }));
  const names = Array.from({ length: 100 }, (_, index) => `many-${String(index).padStart(3, '0')}`);
  await Promise.all(
    names.map((name) => cluster.create(clusterRolesPath, labelled(name, { many: '1' }, rule(`get ${name}`)))),
  );
  assert.deepEqual(
    await rulesOf('many'),
    names.map((name) => rule(`get ${name}`)),
  );
});
