import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../api/object.ts';
import { validatingAdmissionPolicies } from '../resources.ts';
import { eventually, world } from '../world.test-double.ts';
import { validatingPolicyStatusController } from './validatingadmissionpolicy-status-controller.ts';

const policy = (name: string): KubeObject => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name },
  spec: {
    matchConstraints: {
      resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] }],
    },
    validations: [{ expression: 'object.spec.nothing == 1' }],
  },
});

test('each generation of a policy is checked once, and its status says what was found', async () => {
  const checked: (number | undefined)[] = [];
  const warning = { fieldRef: 'spec.validations[0].expression', warning: 'nothing there' };
  const { client, writes, stop } = await world({
    only: [validatingPolicyStatusController],
    checkPolicy: ({ metadata: { generation } }) => {
      checked.push(generation);
      return Promise.resolve(generation === 1 ? [warning] : []);
    },
  });
  const policies = client.resource(validatingAdmissionPolicies);
  const statusOf = async (name: string): Promise<{ observedGeneration?: number }> =>
    ((await policies.get(name)) as { status?: object }).status ?? {};
  const observed = (name: string, generation: number): Promise<void> =>
    eventually('its status', async () => (await statusOf(name)).observedGeneration === generation);
  await policies.create(policy('a'));
  await observed('a', 1);
  assert.deepEqual(await statusOf('a'), { observedGeneration: 1, typeChecking: { expressionWarnings: [warning] } });
  await policies.patch('a', 'merge', { spec: { validations: [{ expression: 'true' }] } });
  await observed('a', 2);
  assert.deepEqual(await statusOf('a'), { observedGeneration: 2 });
  await policies.patch('a', 'merge', { metadata: { labels: { a: 'b' } } });
  await policies.create(policy('b'));
  await observed('b', 1);
  assert.deepEqual(checked, [1, 2, 1]);
  assert.equal(writes.filter((write) => write.endsWith('/status')).length, 3);
  await stop();
});
