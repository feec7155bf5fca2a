import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '../../client/fake-clock.test-double.ts';
import { silentLogger } from '../../lib/logger.ts';
import { emptyMemoryState, MemoryStore } from '../../storage/memory/memory-store.ts';
import type { StoreEvent } from '../../storage/store.ts';
import { EventExpiry } from './event-expiry.ts';

const lifeMs = 3_600_000;
const key = (name: string): string => `/registry/events/default/${name}`;

function world(state = emptyMemoryState(), clock = new FakeClock(), eventsMax = 1000) {
  const store = new MemoryStore(state);
  const expiry = new EventExpiry({ store, clock, logger: silentLogger, lifeMs, eventsMax });
  return {
    state,
    clock,
    store,
    expiry,
    async put(name: string, fields: object = {}, expected = 0): Promise<number> {
      const creationTimestamp = new Date(clock.now()).toISOString();
      const value = Buffer.from(JSON.stringify({ metadata: { name, creationTimestamp }, ...fields }));
      const result = await store.write({ key: key(name), value, expected });
      assert.ok(result.ok);
      return result.revision;
    },
    async names(): Promise<string[]> {
      const { entries } = await store.list({ prefix: '/registry/events/' });
      return entries.map((entry) => entry.key.split('/').at(-1) ?? '');
    },
    async close(): Promise<void> {
      await expiry.stop();
      await store.close();
    },
  };
}

test('an event is gone when its time is over, and not before', async () => {
  const { expiry, clock, put, names, close } = world();
  await expiry.start();
  await put('a');
  await clock.advance(60_000);
  await put('b');
  await clock.advance(lifeMs - 62_000);
  assert.deepEqual(await names(), ['a', 'b']);
  await clock.advance(3000);
  assert.deepEqual(await names(), ['b']);
  await clock.advance(60_000);
  assert.deepEqual(await names(), []);
  await close();
});

test('who watches is told', async () => {
  const { expiry, clock, store, put, close } = world();
  await expiry.start();
  const seen: StoreEvent[] = [];
  await store.watch({
    prefix: '/registry/events/',
    after: 1,
    onEvents: (events) => seen.push(...events),
    onEnd: () => undefined,
  });
  await put('a');
  await clock.advance(lifeMs + 1000);
  assert.deepEqual(
    seen.map(({ type }) => type),
    ['put', 'delete'],
  );
  await close();
});

test('each write begins its life anew', async () => {
  const { expiry, clock, put, names, close } = world();
  await expiry.start();
  const revision = await put('a');
  await clock.advance(lifeMs - 10_000);
  await put('a', { count: 2 }, revision);
  await clock.advance(lifeMs - 10_000);
  assert.deepEqual(await names(), ['a']);
  await clock.advance(11_000);
  assert.deepEqual(await names(), []);
  await close();
});

test('at rest there is no timer', async () => {
  const { expiry, clock, put, close } = world();
  await expiry.start();
  await clock.advance(10);
  assert.equal(clock.nextDue(), undefined);
  await put('a');
  await clock.advance(10);
  assert.equal(typeof clock.nextDue(), 'number');
  await clock.advance(lifeMs + 1000);
  assert.equal(clock.nextDue(), undefined);
  await close();
});

test('over a restart its time goes on, by what the event says of its last write', async () => {
  const first = world();
  await first.put('a');
  await first.clock.advance(lifeMs / 2);
  await first.put('b', { lastTimestamp: new Date(first.clock.now()).toISOString() });
  await first.close();
  const { expiry, clock, names, close } = world(first.state, first.clock);
  await expiry.start();
  await clock.advance(lifeMs / 2 + 2000);
  assert.deepEqual(await names(), ['b']);
  await clock.advance(lifeMs / 2);
  assert.deepEqual(await names(), []);
  await close();
});

test('what says that it comes from the future lives no longer than any', async () => {
  const first = world();
  await first.put('a', { lastTimestamp: '2999-01-01T00:00:00Z' });
  await first.close();
  const { expiry, clock, names, close } = world(first.state, first.clock);
  await expiry.start();
  await clock.advance(lifeMs + 1000);
  assert.deepEqual(await names(), []);
  await close();
});

test('of more than there may be the oldest go early', async () => {
  const { expiry, clock, put, names, close } = world(emptyMemoryState(), new FakeClock(), 3);
  await expiry.start();
  for (const name of ['a', 'b', 'c', 'd', 'e']) {
    await put(name);
    await clock.advance(1000);
  }
  assert.deepEqual(await names(), ['c', 'd', 'e']);
  await close();
});
