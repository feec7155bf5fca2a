/** Nobody gets rights that he hasn't been given: each attack against an API server alone. Beside upstream: test/differential/rbac-attacks.test.ts. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { mallory, withOwnTexts, type Attack } from './attack.ts';
import { startCluster, type Caller, type Cluster } from './cluster.ts';
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

async function run(attack: Attack, own: string): Promise<void> {
  await cluster.create('/api/v1/namespaces', { metadata: { name: own } });
  for (const { as, method, path, body, type, expect } of withOwnTexts(attack.tries, own)) {
    const caller: Caller = as === 'root' ? cluster.admin : cluster.as(as);
    const answer = await caller.call(method, path, body, type && `application/${type}`);
    assert.equal(answer.code, expect, `${method} ${path}: ${answer.message.slice(0, 1000)}`);
  }
}
