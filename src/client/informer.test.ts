import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiResponse } from '../api/exchange.ts';
import { objectKey, type KubeObject } from '../api/object.ts';
import { silentLogger } from '../lib/logger.ts';
import { createClient } from './create-client.ts';
import { FakeApi, type FakeApiOptions } from './fake-api.test-double.ts';
import { FakeClock, seededRandom, settle } from './fake-clock.test-double.ts';
import { InformerFactory } from './informer-factory.ts';
import type { InformerSelection } from './informer.ts';

const pods = { group: '', version: 'v1', resource: 'pods' };

function pod(name: string, labels: Record<string, string> = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels, managedFields: [{ manager: 'kubectl' }] },
    spec: { nodeName: 'n' },
  };
}

async function started(options: FakeApiOptions = {}, selection: Partial<InformerSelection> = {}) {
  const api = new FakeApi(options);
  const clock = new FakeClock();
  const client = createClient('tenant', api.exchange);
  for (const name of ['a', 'b', 'c']) await client.resource(pods, 'x').create(pod(name, { name }));
  const factory = new InformerFactory({ client, clock, random: seededRandom(), logger: silentLogger });
  const informer = factory.informer({ gvr: pods, ...selection });
  const heard: string[] = [];
  informer.addHandler({
    onAdd: (object, initial) => heard.push(`+${objectKey(object)}${initial ? ' initial' : ''}`),
    onUpdate: (_old, object) => heard.push(`~${objectKey(object)}`),
    onDelete: (object) => heard.push(`-${objectKey(object)}`),
  });
  await factory.start();
  await clock.advance(2000);
  const names = (): string[] =>
    informer
      .list()
      .map((object) => object.metadata.name ?? '')
      .sort();
  return { api, clock, client, factory, informer, heard, names };
}

for (const watchList of [true, false]) {
  test(`an informer shows what is there and each change (${watchList ? 'watch-list' : 'paged list'})`, async () => {
    const { api, client, factory, informer, heard, names } = await started({ watchList });
    await factory.whenSynced();
    assert.equal(informer.hasSynced(), true);
    assert.deepEqual(heard.splice(0), ['+x/a initial', '+x/b initial', '+x/c initial']);
    await client.resource(pods, 'x').delete('b');
    await client.resource(pods, 'y').create(pod('d'));
    api.change('/api/v1/namespaces/x/pods/a', (object) => (object['spec'] = { nodeName: 'm' }));
    await settle();
    assert.deepEqual(heard.splice(0), ['-x/b', '+y/d', '~x/a']);
    assert.deepEqual(names(), ['a', 'c', 'd']);
    assert.deepEqual(
      informer.list('y').map((object) => object.metadata.name),
      ['d'],
    );
    assert.equal(informer.get('x/a')?.metadata['managedFields'], undefined);
    await factory.stop();
  });
}

test('a list of several pages is read whole', async () => {
  const api = new FakeApi({ watchList: false });
  const client = createClient('tenant', api.exchange);
  for (let index = 0; index < 1203; index++) await client.resource(pods, 'x').create(pod(`p${index}`));
  const clock = new FakeClock();
  const factory = new InformerFactory({
    client,
    clock,
    random: seededRandom(),
    logger: silentLogger,
    watchList: false,
  });
  const informer = factory.informer({ gvr: pods });
  await factory.start();
  await factory.whenSynced();
  assert.equal(informer.size, 1203);
  await factory.stop();
});

test('a watch that breaks off is resumed without telling anything twice', async () => {
  const { api, clock, factory, heard, names } = await started();
  heard.splice(0);
  api.endWatches();
  await clock.advance(1000);
  api.change('/api/v1/namespaces/x/pods/a', (object) => (object['spec'] = { nodeName: 'm' }));
  await settle();
  assert.deepEqual(heard, ['~x/a']);
  assert.deepEqual(names(), ['a', 'b', 'c']);
  await factory.stop();
});

test('410 Gone: the state is read anew, and only the differences are told', async () => {
  let down = false;
  const unavailable: ApiResponse = { status: 503, headers: {}, body: Buffer.from('down') };
  const { api, clock, client, factory, heard, names } = await started({
    intercept: (request) => (down && request.method === 'GET' ? unavailable : undefined),
  });
  heard.splice(0);
  down = true;
  api.expireWatches();
  await clock.advance(1000);
  await client.resource(pods, 'x').delete('c');
  await client.resource(pods, 'x').create(pod('e'));
  down = false;
  await clock.advance(60_000);
  assert.deepEqual(heard, ['+x/e', '-x/c']);
  assert.deepEqual(names(), ['a', 'b', 'e']);
  await factory.stop();
});

test('an object deleted and created anew within a gap is told as both', async () => {
  const { api, clock, client, factory, heard } = await started();
  heard.splice(0);
  api.expireWatches();
  await client.resource(pods, 'x').delete('a');
  await client.resource(pods, 'x').create(pod('a'));
  await clock.advance(1000);
  assert.deepEqual(heard, ['-x/a', '+x/a']);
  await factory.stop();
});

test('selections are shared by what they select; indexes find by namespace, owner and what is added', async () => {
  const { client, factory, informer } = await started({}, { labelSelector: 'name=a' });
  assert.equal(factory.informer({ gvr: pods, labelSelector: 'name=a' }), informer);
  assert.notEqual(factory.informer({ gvr: pods }), informer);
  assert.equal(informer.size, 1);
  informer.addIndex('node', (object) => [String((object['spec'] as { nodeName?: string }).nodeName)]);
  assert.deepEqual(informer.byIndex('node', 'n').map(objectKey), ['x/a']);
  const owned = pod('owned', { name: 'a' });
  owned.metadata.ownerReferences = [{ apiVersion: 'v1', kind: 'Pod', name: 'a', uid: 'u1' }];
  await client.resource(pods, 'x').create(owned);
  await settle();
  assert.deepEqual(informer.byIndex('owner', 'u1').map(objectKey), ['x/owned']);
  assert.throws(() => informer.byIndex('none', ''), /no index/);
  await factory.stop();
});

test('a handler that throws keeps no other from hearing', async () => {
  const { client, factory, informer } = await started();
  const heard: string[] = [];
  informer.addHandler({ onAdd: () => assert.fail('a bug') });
  informer.addHandler({ onAdd: (object) => heard.push(objectKey(object)) });
  await client.resource(pods, 'x').create(pod('z'));
  await settle();
  assert.deepEqual(heard, ['x/a', 'x/b', 'x/c', 'x/z']);
  await factory.stop();
});
