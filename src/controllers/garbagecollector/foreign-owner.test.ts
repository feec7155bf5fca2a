import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject, OwnerReference } from '../../api/object.ts';
import { configMaps, namespaces, nodes } from '../resources.ts';
import { eventually, world } from '../world.test-double.ts';
import { garbageCollector } from './garbagecollector-controller.ts';

const events = { group: '', version: 'v1', resource: 'events' };

test('who names an owner in another namespace is told so, and is collected when it has no other; so is told what is in no namespace', async () => {
  const { client, stop } = await world({ only: [garbageCollector] });
  for (const name of ['a', 'b', 'default'])
    await client.resource(namespaces).create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  const create = (namespace: string, name: string, ownerReferences: OwnerReference[] = []): Promise<KubeObject> =>
    client
      .resource(configMaps, namespace)
      .create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ownerReferences } });
  const owner = await create('b', 'owner');
  const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: owner.metadata.uid ?? '' };
  await create('a', 'one', [reference]);
  await create('a', 'two', [reference]);
  await client
    .resource(nodes)
    .create({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'node', ownerReferences: [reference] } });
  await eventually('both are gone', async () => {
    const { items } = await client.resource(configMaps, 'a').list();
    return items.every(({ metadata }) => metadata.name !== 'one' && metadata.name !== 'two');
  });
  const told = async (namespace: string): Promise<unknown[]> => {
    const { items } = await client.resource(events, namespace).list();
    return items.flatMap(({ reason, message, involvedObject, count }) =>
      reason === 'OwnerRefInvalidNamespace' ? [[(involvedObject as { name: string }).name, message, count]] : [],
    );
  };
  await eventually('all three have been told', async () => {
    return (await told('a')).length === 2 && (await told('default')).length === 1;
  });
  const message = (namespace: string): string =>
    `ownerRef [v1/ConfigMap, namespace: ${namespace}, name: owner, uid: ${reference.uid}] does not exist in namespace "${namespace}"`;
  assert.deepEqual(
    (await told('a')).toSorted((left, right) => String(left).localeCompare(String(right))),
    [
      ['one', message('a'), 1],
      ['two', message('a'), 1],
    ],
  );
  assert.deepEqual(await told('default'), [['node', message(''), 1]]);
  assert.equal((await client.resource(nodes).list()).items.length, 1);
  assert.equal((await client.resource(configMaps, 'b').get('owner')).metadata.uid, reference.uid);
  await stop();
});
