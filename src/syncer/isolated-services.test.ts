import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../api/json.ts';
import type { KubeObject } from '../api/object.ts';
import { markOn, type On } from '../api/side.ts';
import { StatusError } from '../api/status.ts';
import { originOf } from '../translate/marks.ts';
import type { IsolationPolicy } from '../translate/policy/policy.ts';
import { isolatedAddresses } from './isolated-services.ts';
import { services } from './kinds/services.ts';
import { viewOf } from './view.test-double.ts';

const isolation: IsolationPolicy = {
  services: { types: ['ClusterIP', 'ExternalName'], externalIPs: ['192.0.2.0/24'] },
};

function serviceOf(spec: JsonObject): On<'tenant', KubeObject> {
  const metadata = { name: 'web', namespace: 'default', uid: 'u1' };
  return markOn('tenant', { apiVersion: 'v1', kind: 'Service', metadata, spec });
}

const cases: readonly (readonly [title: string, spec: JsonObject, words: RegExp | undefined])[] = [
  ['a cluster IP', {}, undefined],
  ['a node port', { type: 'NodePort' }, /spec.type: NodePort is not allowed; ClusterIP and ExternalName may be used/],
  ['a load balancer', { type: 'LoadBalancer' }, /LoadBalancer is not allowed/],
  ['an address that it may claim', { externalIPs: ['192.0.2.7'] }, undefined],
  [
    'an address of somebody else',
    { externalIPs: ['192.0.2.7', '8.8.8.8'] },
    /spec.externalIPs: 8.8.8.8 is not allowed/,
  ],
  ['the same in the other family', { externalIPs: ['::ffff:8.8.8.8'] }, /::ffff:8.8.8.8 is not allowed/],
  ['what is no address', { externalIPs: ['192.0.2.7/0'] }, /192.0.2.7\/0 is not allowed/],
  ['an address of a load balancer', { loadBalancerIP: '10.0.0.1' }, /spec.loadBalancerIP: 10.0.0.1/],
];

for (const [title, spec, words] of cases) {
  test(`${title}: ${words ? 'refused when it is written, and not carried over' : 'allowed'}`, async () => {
    const service = serviceOf(spec);
    const give = isolatedAddresses(isolation, () => Promise.resolve({ clusterIP: '10.0.0.9' }));
    const plan = services.plan(
      'default/web',
      { tenant: service, host: undefined, origin: undefined },
      viewOf({ isolation }),
    );
    if (!words) {
      assert.deepEqual(await give(service, undefined, false), { clusterIP: '10.0.0.9' });
      assert.deepEqual(
        plan.actions.map(({ type }) => type),
        ['create-host'],
      );
      return;
    }
    await assert.rejects(give(service, undefined, false), (error) => {
      assert.ok(error instanceof StatusError);
      assert.equal(error.status.code, 403);
      assert.match(error.status.message ?? '', /services "web" is forbidden: not allowed by the operator's policy: /);
      assert.match(error.status.message ?? '', words);
      return true;
    });
    assert.deepEqual(plan.actions, []);
    assert.deepEqual(
      plan.notices?.map(({ reason }) => reason),
      ['PolicyViolation'],
    );
    assert.match(plan.notices?.[0]?.message ?? '', words);
  });
}

test('one that was there before may be changed, but gets nothing new on the host', async () => {
  const old = serviceOf({ type: 'NodePort' });
  const give = isolatedAddresses(isolation, () => Promise.resolve({}));
  assert.deepEqual(await give(serviceOf({ type: 'NodePort', sessionAffinity: 'ClientIP' }), old, false), {});
  await assert.rejects(give(serviceOf({ type: 'NodePort', externalIPs: ['8.8.8.8'] }), old, false), /8.8.8.8/);
  const first = services.plan('default/web', { tenant: old, host: undefined, origin: undefined }, viewOf());
  const [create] = first.actions;
  assert.ok(create?.type === 'create-host');
  const changed = serviceOf({ type: 'NodePort', externalIPs: ['8.8.8.8'] });
  const held = services.plan(
    'default/web',
    { tenant: changed, host: create.object, origin: originOf(changed) },
    viewOf({ isolation }),
  );
  assert.deepEqual(held.actions, []);
  assert.equal(held.notices?.length, 1);
});
