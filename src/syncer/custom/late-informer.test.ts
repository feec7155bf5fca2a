import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { test } from 'node:test';
import { createClient } from '../../client/create-client.ts';
import { FakeApi } from '../../client/fake-api.test-double.ts';
import { FakeClock } from '../../client/fake-clock.test-double.ts';
import { InformerFactory } from '../../client/informer-factory.ts';
import type { Logger } from '../../lib/logger.ts';
import { LateInformer } from './late-informer.ts';

const gvr = { group: '', version: 'v1', resource: 'configmaps' };
const nothing = (): void => undefined;
const logger: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => logger };

function source(...names: readonly string[]) {
  const api = new FakeApi();
  const client = createClient('tenant', api.exchange);
  const factory = new InformerFactory({
    client,
    clock: new FakeClock(),
    random: { next: () => 0, uuid: () => '' },
    logger,
  });
  const make = (name: string): Promise<unknown> =>
    client.resource(gvr, 'a').create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'a' } });
  return {
    informer: factory.informer({ gvr }),
    start: async () => {
      for (const name of names) await make(name);
      await factory.start();
      await factory.whenSynced();
    },
    stop: () => factory.stop(),
  };
}

function listening(late: LateInformer<'tenant'>): string[] {
  const heard: string[] = [];
  late.addHandler({
    onAdd: ({ metadata }) => void heard.push(`+${metadata.name}`),
    onDelete: ({ metadata }) => void heard.push(`-${metadata.name}`),
  });
  return heard;
}

test('who listens hears of what comes with a source, and that it is gone with it', async () => {
  const late = new LateInformer<'tenant'>(gvr);
  const heard = listening(late);
  late.addIndex('first', ({ metadata }) => [metadata.name?.[0] ?? '']);
  assert.equal(late.hasSynced(), false);
  assert.deepEqual([late.list(), late.byIndex('first', 'x'), late.get('a/x')], [[], [], undefined]);
  const one = source('x', 'y');
  late.show(one.informer);
  await one.start();
  await late.whenSynced();
  assert.deepEqual(heard, ['+x', '+y']);
  assert.deepEqual([late.size, late.byIndex('first', 'x').length, late.get('a/y')?.metadata.name], [2, 1, 'y']);
  const two = source('z');
  await two.start();
  late.show(two.informer);
  assert.deepEqual(heard.slice(2), ['-x', '-y', '+z']);
  late.show(undefined);
  assert.deepEqual(heard.slice(5), ['-z']);
  assert.equal(late.size, 0);
  await Promise.all([one.stop(), two.stop()]);
});

test('it is known that there is nothing when that is said, and not before', async () => {
  const late = new LateInformer<'tenant'>(gvr);
  let known = false;
  void late.whenSynced().then(() => (known = true));
  await setImmediate();
  assert.equal(known, false);
  late.show(undefined);
  await setImmediate();
  assert.deepEqual([known, late.hasSynced()], [true, true]);
});

test('who no longer listens hears nothing', async () => {
  const late = new LateInformer<'tenant'>(gvr);
  const heard: string[] = [];
  const remove = late.addHandler({ onAdd: ({ metadata }) => void heard.push(metadata.name ?? '') });
  remove();
  const one = source('x');
  late.show(one.informer);
  await one.start();
  assert.deepEqual(heard, []);
  await one.stop();
});
