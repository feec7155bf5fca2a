/** What is in use is not deleted under its users. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../api/object.ts';
import { namespaces, persistentVolumeClaims, persistentVolumes, pods, volumeAttributesClasses } from '../resources.ts';
import { eventually, world } from '../world.test-double.ts';

const claim: KubeObject = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data', namespace: 'demo' },
  spec: {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '1Gi' } },
    volumeAttributesClassName: 'fast',
  },
};

function user(nodeName: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'user', namespace: 'demo' },
    spec: {
      nodeName,
      containers: [{ name: 'c', image: 'one' }],
      volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }],
    },
  };
}

async function demo() {
  const made = await world();
  await made.client.resource(namespaces).create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'demo' } });
  return {
    ...made,
    claims: made.client.resource(persistentVolumeClaims, 'demo'),
    pods: made.client.resource(pods, 'demo'),
  };
}

test('a claim waits for the pods that use it', async () => {
  const { claims, pods: podClient, stop } = await demo();
  const made = await claims.create(claim);
  assert.deepEqual(made.metadata.finalizers, ['kubernetes.io/pvc-protection']);
  await podClient.create(user('node-1'));
  await claims.delete('data');
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.ok((await claims.get('data')).metadata.deletionTimestamp);
  await podClient.delete('user', { gracePeriodSeconds: 0 });
  await eventually('it is gone', async () => (await claims.list()).items.length === 0);
  await stop();
});

test('a claim that only waiting pods name goes at once', async () => {
  const { claims, pods: podClient, stop } = await demo();
  await claims.create(claim);
  await podClient.create(user(''));
  await claims.delete('data');
  await eventually('it is gone', async () => (await claims.list()).items.length === 0);
  await stop();
});

test('a class of attributes waits for its claims; a volume for being released', async () => {
  const { client, claims, stop } = await demo();
  const classes = client.resource(volumeAttributesClasses);
  await classes.create({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'VolumeAttributesClass',
    metadata: { name: 'fast' },
    driverName: 'd.io',
    parameters: { a: 'b' },
  });
  await claims.create(claim);
  await classes.delete('fast');
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.ok((await classes.get('fast')).metadata.deletionTimestamp);
  await claims.delete('data');
  await eventually('the class is gone', async () => (await classes.list()).items.length === 0);
  const volumes = client.resource(persistentVolumes);
  const spec = { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/a' } };
  await volumes.create({ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'v' }, spec });
  await volumes.patch('v', 'merge', { status: { phase: 'Bound' } }, { subresource: 'status' });
  await volumes.delete('v');
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.ok((await volumes.get('v')).metadata.deletionTimestamp);
  await volumes.patch('v', 'merge', { status: { phase: 'Released' } }, { subresource: 'status' });
  await eventually('the volume is gone', async () => (await volumes.list()).items.length === 0);
  await stop();
});
