import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newConflict } from '../api/status.ts';
import { FakeClock } from '../client/fake-clock.test-double.ts';
import type { Logger } from '../lib/logger.ts';
import { Controller, done, requeueAfter, type Reconcile } from './controller.ts';
import { Manager } from './manager.ts';

function started(reconcile: Reconcile) {
  const clock = new FakeClock(0);
  const warnings: string[] = [];
  const logger: Logger = {
    debug: () => undefined,
    info: () => undefined,
    error: () => undefined,
    warn: (_details, message) => warnings.push(message ?? ''),
    child: () => logger,
  };
  const controller = new Controller({ name: 'c', reconcile, clock, logger, concurrency: 2 });
  return { clock, controller, warnings };
}

test('a failure comes back, later and later, and a success forgets it', async () => {
  const times: number[] = [];
  const { clock, controller, warnings } = started(async () => {
    times.push(clock.now());
    if (times.length < 4) throw new Error('no');
    return done;
  });
  await controller.start();
  controller.queue.add('a');
  await clock.advance(1000);
  assert.deepEqual(times, [0, 5, 15, 35]);
  assert.equal(controller.queue.failures('a'), 0);
  assert.equal(warnings.length, 3);
  await controller.stop();
});

test('conflicts are retried without a warning', async () => {
  let runs = 0;
  const { clock, controller, warnings } = started(async () => {
    if (runs++ === 0) throw newConflict({ group: '', resource: 'pods' }, 'a', 'changed');
    return done;
  });
  await controller.start();
  controller.queue.add('a');
  await clock.advance(1000);
  assert.equal(runs, 2);
  assert.deepEqual(warnings, []);
  await controller.stop();
});

test('a result may ask to be looked at again, and a later one takes that back', async () => {
  const results = [requeueAfter(60_000), done];
  const { clock, controller } = started(async () => results.shift() ?? done);
  await controller.start();
  controller.queue.add('a');
  await clock.advance(10);
  assert.equal(controller.queue.nextWakeUp(), 60_000);
  controller.queue.add('a');
  await clock.advance(10);
  assert.equal(controller.queue.nextWakeUp(), undefined);
  await controller.stop();
});

test('one key is never worked on twice at a time, several keys are', async () => {
  let running = 0;
  let most = 0;
  const active = new Set<string>();
  const { clock, controller } = started(async (key) => {
    assert.ok(!active.has(key));
    active.add(key);
    most = Math.max(most, ++running);
    await new Promise<void>((resolve) => clock.after(10, resolve));
    running--;
    active.delete(key);
    return done;
  });
  await controller.start();
  for (const key of ['a', 'b', 'c']) controller.queue.add(key);
  await clock.advance(5);
  controller.queue.add('a');
  await clock.advance(100);
  assert.equal(most, 2);
  assert.equal(controller.queue.idle, true);
  await controller.stop();
});

test('stop waits for the work under way; the signal tells it', async () => {
  let ended = false;
  const { clock, controller } = started(async (_key, signal) => {
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    ended = true;
    return done;
  });
  await controller.start();
  controller.queue.add('a');
  await clock.advance(1);
  await controller.stop();
  assert.equal(ended, true);
});

test('a manager starts controllers after the informers have synced, and can be stopped while it waits', async () => {
  const order: string[] = [];
  const synced = Promise.withResolvers<void>();
  const { controller } = started(async (key) => {
    order.push(key);
    return done;
  });
  controller.queue.add('work');
  const informers = {
    name: 'i',
    start: async () => void order.push('informers'),
    stop: async () => void order.push('informers stop'),
    whenSynced: (signal?: AbortSignal) =>
      Promise.race([
        synced.promise,
        new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve())),
      ]),
  };
  const manager = new Manager({ name: 'm', informers: [informers], controllers: [controller] });
  const starting = manager.start();
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(order, ['informers']);
  synced.resolve();
  await starting;
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(order, ['informers', 'work']);
  await manager.stop();
  const waiting = new Manager({
    name: 'm',
    informers: [
      {
        ...informers,
        whenSynced: (signal) => new Promise((resolve) => signal?.addEventListener('abort', () => resolve())),
      },
    ],
    controllers: [],
  });
  const second = waiting.start();
  await new Promise((resolve) => setImmediate(resolve));
  await waiting.stop();
  await second;
});
