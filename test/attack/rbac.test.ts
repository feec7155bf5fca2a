/** Nobody gets rights that he hasn't been given: each attack against an API server alone. Beside upstream: test/differential/rbac-attacks.test.ts. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { mallory, withOwnTexts, type Attack } from './attack.ts';
import {
  binding,
  clusterRoleBindingsPath,
  clusterRolesPath,
  startCluster,
  type Caller,
  type Cluster,
  type Loose,
} from './cluster.ts';
import { rbacAttacks } from './rbac/families.ts';

let cluster: Cluster;
before(async () => {
  cluster = await startCluster();
});
after(() => cluster.close());

for (const [at, { name, attacks }] of rbacAttacks.entries()) {
  describe(name, () => {
    for (const [index, attack] of attacks.entries()) test(attack.name, () => run(attack, `a${at}-${index}`));
  });
}

test('all of this was tried by somebody who may do nothing else', async () => {
  const { code } = await cluster.user(mallory.name).get('/api/v1/secrets');
  assert.equal(code, 403);
});

describe('rules that would take hours to compare are refused at once', () => {
  const many = (prefix: string, count: number): string[] =>
    Array.from({ length: count }, (_, index) => `${prefix}${index}`);
  const attacker = (): Caller => cluster.user('greedy');
  const role = (name: string, rules: Loose[]): Loose => ({ metadata: { name }, rules });
  before(async () => {
    const own = { verbs: ['*'], apiGroups: ['rbac.authorization.k8s.io'], resources: ['clusterrolebindings'] };
    const writing = { ...own, verbs: ['create', 'update', 'get'], resources: ['clusterroles'] };
    await cluster.create(clusterRolesPath, role('greedy', [own, writing]));
    await cluster.create(clusterRoleBindingsPath, binding('greedy', 'ClusterRole', 'greedy', 'User greedy'));
  });
  const bombs: Readonly<Record<string, Loose[]>> = {
    'a rule of many lists': [
      {
        verbs: many('v', 2000),
        apiGroups: many('g', 2000),
        resources: many('r', 2000),
        resourceNames: many('n', 2000),
      },
    ],
    'many rules': many('v', 20_000).map((verb) => ({
      verbs: [verb, 'x'],
      apiGroups: ['a', 'b'],
      resources: ['c', 'd'],
    })),
    'many paths': [{ verbs: many('v', 1000), nonResourceURLs: many('/u*', 20_000) }],
  };
  for (const [name, rules] of Object.entries(bombs)) {
    test(name, { timeout: 60_000 }, async () => {
      const { code, message } = await attacker().post(clusterRolesPath, role('bomb', rules));
      assert.equal(code, 403);
      assert.match(message, /more RBAC permissions at once than can be compared|not currently held/);
    });
  }
  test('many rules against many of one’s own', { timeout: 60_000 }, async () => {
    const rules = many('r', 3000).map((resource) => ({ verbs: ['get'], apiGroups: [''], resources: [resource] }));
    await cluster.create(clusterRolesPath, role('greedy-own', rules));
    await cluster.create(clusterRoleBindingsPath, binding('greedy-own', 'ClusterRole', 'greedy-own', 'User greedy'));
    const wanted = many('r', 3001).map((resource) => ({
      verbs: ['get', 'list'],
      apiGroups: [''],
      resources: [resource],
    }));
    assert.equal((await attacker().post(clusterRolesPath, role('bomb', wanted))).code, 403);
  });
});

async function run(attack: Attack, own: string): Promise<void> {
  await cluster.create('/api/v1/namespaces', { metadata: { name: own } });
  for (const { as, method, path, body, type, expect } of withOwnTexts(attack.tries, own)) {
    const caller: Caller = as === 'root' ? cluster.admin : cluster.as(as);
    const answer = await caller.call(method, path, body, type && `application/${type}`);
    assert.equal(answer.code, expect, `${method} ${path}: ${answer.message.slice(0, 1000)}`);
  }
}
