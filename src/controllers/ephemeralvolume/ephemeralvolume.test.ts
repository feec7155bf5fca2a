import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../api/object.ts';
import { namespaces, persistentVolumeClaims, pods, serviceAccounts } from '../resources.ts';
import { eventually, world } from '../world.test-double.ts';

const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
const events = { group: '', version: 'v1', resource: 'events' };

const podWith = (name: string, volume: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: {
    containers: [{ name: 'c', image: 'one' }],
    volumes: [{ name: volume, ephemeral: { volumeClaimTemplate: { spec } } }],
  },
});

test('a claim for each ephemeral volume: made, made again when it is lost, gone with its pod; one of somebody else’s is left alone', async () => {
  const { client, manager, writes, stop } = await world({ podsStay: true });
  await client.resource(namespaces).create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'demo' } });
  await eventually('there is an account', async () => {
    return (await client.resource(serviceAccounts, 'demo').list()).items.length > 0;
  });
  const claims = client.resource(persistentVolumeClaims, 'demo');
  const named = async (name: string): Promise<KubeObject | undefined> =>
    (await claims.list()).items.find(({ metadata }) => metadata.name === name);

  const pod = await client.resource(pods, 'demo').create(podWith('web', 'scratch'));
  await eventually('the claim is there', async () => (await named('web-scratch')) !== undefined);
  const first = await named('web-scratch');
  assert.equal(first?.metadata.ownerReferences?.[0]?.uid, pod.metadata.uid);
  await claims.delete('web-scratch');
  await eventually('there is another one', async () => {
    const uid = (await named('web-scratch'))?.metadata.uid;
    return uid !== undefined && uid !== first?.metadata.uid;
  });
  await eventually('nothing is left to do', async () => manager.idle);
  const before = writes.length;
  await client.resource(pods, 'demo').patch('web', 'merge', { metadata: { labels: { touched: 'yes' } } });
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(writes.length - before, 1);

  await claims.create({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'db-scratch' }, spec });
  await client.resource(pods, 'demo').create(podWith('db', 'scratch'));
  await eventually('the pod’s user is told', async () => {
    const { items } = await client.resource(events, 'demo').list();
    return items.some(
      ({ reason, message, source }) =>
        reason === 'FailedBinding' &&
        message ===
          'ephemeral volume scratch: PVC demo/db-scratch was not created for pod demo/db (pod is not owner)' &&
        (source as { component?: string }).component === 'ephemeral_volume',
    );
  });
  assert.equal((await named('db-scratch'))?.metadata.ownerReferences, undefined);
  await claims.delete('db-scratch');
  await eventually('the pod has its own', async () => {
    return (await named('db-scratch'))?.metadata.ownerReferences?.length === 1;
  });

  await client.resource(pods, 'demo').delete('web', { gracePeriodSeconds: 0 });
  await eventually('the claim goes with its pod', async () => (await named('web-scratch')) === undefined);
  await stop();
});
