import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../api/json.ts';
import { namespaces, pods, serviceAccounts } from '../resources.ts';
import { eventually, world } from '../world.test-double.ts';
import { disruptionController } from './disruption-controller.ts';

test('a pod that was to be disrupted two minutes ago, and lives, no longer says that it is', async () => {
  const { client, stop } = await world({ only: [disruptionController], podsStay: true });
  await client.resource(namespaces).create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'demo' } });
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } };
  await client.resource(serviceAccounts, 'demo').create(account);
  const resource = client.resource(pods, 'demo');
  const conditionOf = async (name: string): Promise<JsonObject | undefined> => {
    const { conditions = [] } = (await resource.get(name))['status'] as { conditions?: JsonObject[] };
    return conditions.find(({ type }) => type === 'DisruptionTarget');
  };
  for (const [name, reason] of [
    ['spared', 'EvictionByEvictionAPI'],
    ['ending', 'TerminationByKubelet'],
  ] as const) {
    const spec = { containers: [{ name: 'c', image: 'one' }] };
    await resource.create({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec });
    const lastTransitionTime = '2020-01-01T00:00:00Z';
    const conditions = [{ type: 'DisruptionTarget', status: 'True', reason, message: 'm', lastTransitionTime }];
    await resource.patch(name, 'strategic', { status: { conditions } }, { subresource: 'status' });
  }
  await eventually('it is taken back', async () => (await conditionOf('spared'))?.['status'] === 'False');
  const { lastTransitionTime, ...rest } = (await conditionOf('spared')) ?? {};
  assert.deepEqual(rest, { type: 'DisruptionTarget', status: 'False', observedGeneration: 1, lastProbeTime: null });
  assert.notEqual(lastTransitionTime, '2020-01-01T00:00:00Z');
  assert.equal((await conditionOf('ending'))?.['status'], 'True');
  await stop();
});
