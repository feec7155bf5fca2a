import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Clock, Timer } from '../lib/clock.ts';
import { silentLogger } from '../lib/logger.ts';
import { AutoCompaction } from './auto-compaction.ts';
import type { AutoCompactionOptions } from './auto-compaction.ts';
import { set } from './store-under-test.test-double.ts';
import { MemoryStore } from './memory/memory-store.ts';
import { CompactedError } from './store.ts';

class ManualClock implements Clock {
  #now = 0;
  readonly #timers = new Map<object, { atMs: number; run: () => void }>();

  get armed(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  after(delayMs: number, run: () => void): Timer {
    const timer = { cancel: () => void this.#timers.delete(timer) };
    this.#timers.set(timer, { atMs: this.#now + delayMs, run });
    return timer;
  }

  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    for (;;) {
      const [next] = [...this.#timers].sort(([, left], [, right]) => left.atMs - right.atMs);
      if (next === undefined || next[1].atMs > until) break;
      this.#now = next[1].atMs;
      this.#timers.delete(next[0]);
      next[1].run();
    }
    this.#now = until;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const minute = 60_000;

async function setUp(options: AutoCompactionOptions = {}) {
  const store = new MemoryStore();
  const clock = new ManualClock();
  const service = new AutoCompaction(store, clock, silentLogger, options);
  await service.start();
  /** The oldest revision that can still be listed. */
  const oldest = async (): Promise<number> => {
    try {
      await store.list({ prefix: '/', revision: 0 });
      return 0;
    } catch (error) {
      return error instanceof CompactedError ? error.oldest : assert.fail(String(error));
    }
  };
  return { store, clock, service, oldest };
}

test('history is kept five minutes, and not longer than six', async () => {
  const { store, clock, service, oldest } = await setUp();
  await clock.advance(10 * minute);
  for (let minutes = 0; minutes < 20; minutes++) {
    await set(store, '/a/x', `${minutes}`); // Revision 2 + minutes.
    await clock.advance(minute);
    // At minute m + 1, what was written at minute m - 5 or before may go, and at m - 6 must.
    assert.ok((await oldest()) <= Math.max(2 + minutes - 4, 1), `minute ${minutes}: too much gone: ${await oldest()}`);
    assert.ok((await oldest()) >= 2 + minutes - 6, `minute ${minutes}: too much kept: ${await oldest()}`);
  }
  await service.stop();
});

test('at rest there is no timer, and all history is gone', async () => {
  const { store, clock, service, oldest } = await setUp();
  await clock.advance(10 * minute);
  assert.equal(clock.armed, 0);
  for (let count = 0; count < 30; count++) {
    await set(store, '/a/x', `${count}`);
    assert.equal(clock.armed, 1);
    await clock.advance(7_000);
  }
  await clock.advance(6 * minute);
  assert.equal(clock.armed, 0);
  assert.equal(await oldest(), await store.revision());
  await service.stop();
});

test('more than the allowed number of revisions goes at once', async () => {
  const { store, clock, service, oldest } = await setUp({ revisionsMax: 100 });
  for (let count = 0; count < 500; count++) await set(store, '/a/x', `${count}`);
  await clock.advance(0);
  const kept = (await store.revision()) - (await oldest());
  assert.ok(kept >= 100 && kept <= 111, `${kept} revisions are kept`);
  await service.stop();
});

test('what an earlier process left goes after the same time', async () => {
  const store = new MemoryStore();
  await set(store, '/a/x', '1');
  await set(store, '/a/x', '2');
  const clock = new ManualClock();
  const service = new AutoCompaction(store, clock, silentLogger);
  await service.start();
  await clock.advance(5 * minute);
  await store.list({ prefix: '/', revision: 2 });
  await clock.advance(minute);
  await assert.rejects(store.list({ prefix: '/', revision: 2 }), CompactedError);
  await service.stop();
});

test('stopped, it leaves no timer and compacts nothing', async () => {
  const { store, clock, service, oldest } = await setUp();
  await set(store, '/a/x', '1');
  await service.stop();
  assert.equal(clock.armed, 0);
  await set(store, '/a/x', '2');
  await clock.advance(10 * minute);
  assert.equal(await oldest(), 0);
});
