/** A StatefulSet's life over the real API server. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { ordinalOf } from './identity.ts';
import { controllerRevisions, namespaces, persistentVolumeClaims, pods, statefulSets } from '../resources.ts';
import { eventually, world } from '../world.test-double.ts';

function database(spec: JsonObject = {}): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db', namespace: 'demo' },
    spec: {
      replicas: 3,
      serviceName: 'db',
      selector: { matchLabels: { app: 'db' } },
      template: {
        metadata: { labels: { app: 'db' } },
        spec: { containers: [{ name: 'c', image: 'one', volumeMounts: [{ name: 'data', mountPath: '/data' }] }] },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: 'data', labels: { tier: 'disk' } },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        },
      ],
      ...spec,
    },
  };
}

async function demo() {
  const made = await world();
  const { client } = made;
  await client.resource(namespaces).create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'demo' } });
  const sets = client.resource(statefulSets, 'demo');
  const listed = async (gvr: typeof pods): Promise<KubeObject[]> => (await client.resource(gvr, 'demo').list()).items;
  const statusOf = async () => (await sets.get('db'))['status'] as Readonly<Record<string, unknown>>;
  const images = async (): Promise<string[]> =>
    (await listed(pods))
      .toSorted((left, right) => (ordinalOf(left) ?? 0) - (ordinalOf(right) ?? 0))
      .map((pod) => (pod['spec'] as { containers: { image: string }[] }).containers[0]?.image ?? '');
  const upgrade = (image: string) =>
    sets.patch('db', 'strategic', { spec: { template: { spec: { containers: [{ name: 'c', image }] } } } });
  return { ...made, sets, listed, statusOf, images, upgrade };
}

test('pods come one after the other, each with its name, its place and its claim', async () => {
  const { sets, listed, statusOf, stop } = await demo();
  await sets.create(database());
  await eventually('three are available', async () => (await statusOf())['availableReplicas'] === 3);
  const made = (await listed(pods)).toSorted((left, right) => (ordinalOf(left) ?? 0) - (ordinalOf(right) ?? 0));
  assert.deepEqual(
    made.map(({ metadata }) => metadata.name),
    ['db-0', 'db-1', 'db-2'],
  );
  const [, second] = made;
  const spec = second?.['spec'] as Readonly<Record<string, unknown>>;
  assert.equal(spec['hostname'], 'db-1');
  assert.equal(spec['subdomain'], 'db');
  assert.ok(JSON.stringify(spec['volumes']).includes('"claimName":"data-db-1"'));
  const { updateRevision, currentRevision, collisionCount } = await statusOf();
  assert.equal(currentRevision, updateRevision);
  assert.equal(collisionCount, 0);
  assert.equal(second?.metadata.labels?.['apps.kubernetes.io/pod-index'], '1');
  assert.equal(second?.metadata.labels?.['statefulset.kubernetes.io/pod-name'], 'db-1');
  assert.equal(second?.metadata.labels?.['controller-revision-hash'], updateRevision);
  const claims = await listed(persistentVolumeClaims);
  const names = new Set(claims.map(({ metadata }) => metadata.name));
  assert.deepEqual(names, new Set(['data-db-0', 'data-db-1', 'data-db-2']));
  assert.deepEqual(claims[0]?.metadata.labels, { app: 'db', tier: 'disk' });
  assert.equal(claims[0]?.metadata.ownerReferences, undefined);
  await stop();
});

test('a new template is rolled out from the top; going back takes the old revision again; history is kept short', async () => {
  const { sets, listed, statusOf, images, upgrade, stop } = await demo();
  await sets.create(database({ revisionHistoryLimit: 1 }));
  await eventually('three are available', async () => (await statusOf())['availableReplicas'] === 3);
  const { currentRevision: first } = await statusOf();
  const rolledOut = async (image: string): Promise<boolean> => {
    const { currentRevision, updateRevision, availableReplicas } = await statusOf();
    const all = await images();
    return (
      all.length === 3 &&
      all.every((one) => one === image) &&
      availableReplicas === 3 &&
      currentRevision === updateRevision
    );
  };
  await upgrade('two');
  await eventually('the second template runs', () => rolledOut('two'));
  await upgrade('one');
  await eventually('the first template runs again', () => rolledOut('one'));
  assert.equal((await statusOf())['currentRevision'], first);
  for (const image of ['three', 'four']) {
    await upgrade(image);
    await eventually(`${image} runs`, () => rolledOut(image));
  }
  await eventually('one old revision is left', async () => (await listed(controllerRevisions)).length === 2);
  await stop();
});

test('ordinals below the partition keep the old template', async () => {
  const { sets, statusOf, images, upgrade, stop } = await demo();
  await sets.create(database({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } }));
  await eventually('three are available', async () => (await statusOf())['availableReplicas'] === 3);
  await upgrade('two');
  await eventually(
    'the last is new',
    async () => (await images())[2] === 'two' && (await statusOf())['readyReplicas'] === 3,
  );
  assert.deepEqual(await images(), ['one', 'one', 'two']);
  assert.equal((await statusOf())['updatedReplicas'], 1);
  await stop();
});

test('a smaller set deletes the highest first, and their claims if it shall', async () => {
  const { sets, listed, statusOf, stop } = await demo();
  const persistentVolumeClaimRetentionPolicy = { whenScaled: 'Delete', whenDeleted: 'Delete' };
  await sets.create(database({ persistentVolumeClaimRetentionPolicy }));
  await eventually('three are available', async () => (await statusOf())['availableReplicas'] === 3);
  await sets.patch('db', 'merge', { spec: { replicas: 1 } });
  await eventually('one pod with its claim is left', async () => {
    const names = (await listed(persistentVolumeClaims)).map(({ metadata }) => metadata.name);
    return (await listed(pods)).length === 1 && names.join() === 'data-db-0';
  });
  await sets.delete('db');
  await eventually('nothing is left', async () => {
    const left = [
      ...(await listed(pods)),
      ...(await listed(persistentVolumeClaims)),
      ...(await listed(controllerRevisions)),
    ];
    return left.length === 0;
  });
  await stop();
});

test('what is collected of a set that is being deleted is not made again', async () => {
  const { sets, listed, statusOf, client, writes, stop } = await demo();
  await sets.create(database({ replicas: 1 }));
  await eventually('it is available', async () => (await statusOf())['availableReplicas'] === 1);
  const held = client.resource(pods, 'demo');
  await held.patch('db-0', 'merge', { metadata: { finalizers: ['example.com/hold'] } });
  await sets.delete('db', { propagationPolicy: 'Foreground' });
  await eventually('its revision is collected', async () => (await listed(controllerRevisions)).length === 0);
  const before = (await sets.get('db')).metadata.resourceVersion;
  await held.patch('db-0', 'merge', { status: { conditions: [] } }, { subresource: 'status' });
  await eventually('the set says so', async () => (await sets.get('db')).metadata.resourceVersion !== before);
  await held.patch('db-0', 'merge', { metadata: { finalizers: null } });
  await eventually('it is gone', async () => (await sets.list()).items.length === 0);
  const made = writes.filter((text) => text.startsWith('POST') && text.endsWith('/controllerrevisions'));
  assert.equal(made.length, 1);
  await stop();
});
