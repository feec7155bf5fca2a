import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Clock } from '../../lib/clock.ts';
import { testStoreContract } from '../contract.test-suite.ts';
import { emptyMemoryState, MemoryStore } from '../memory/memory-store.ts';
import { openSqliteStore } from '../sqlite/sqlite-store.ts';
import { temporaryStorePath } from '../sqlite/temporary-store.test-double.ts';
import type { ListRange, ListResult, Store, StoreWatch, WatchOptions } from '../store.ts';
import { set, show, showEvent } from '../store-under-test.test-double.ts';
import { recordWatch } from '../watch-recorder.test-double.ts';
import { CachedStore, type CachedStoreOptions } from './cached-store.ts';

/** Timers fire when the test says so. */
class HandClock implements Clock {
  time = 0;
  readonly timers = new Set<() => void>();

  now(): number {
    return this.time;
  }

  monotonic(): number {
    return this.time;
  }

  after(_delayMs: number, run: () => void): { cancel(): void } {
    const once = (): void => {
      this.timers.delete(once);
      run();
    };
    this.timers.add(once);
    return { cancel: () => this.timers.delete(once) };
  }

  advance(ms: number): void {
    this.time += ms;
    const due = new Set(this.timers);
    for (const run of due) run();
  }
}

describe('over memory', () =>
  testStoreContract(async () => {
    const state = emptyMemoryState();
    return {
      open: async () => new CachedStore(new MemoryStore(state), new HandClock()),
      remove: async () => undefined,
    };
  }));

describe('over SQLite', () =>
  testStoreContract(async () => {
    const { path, remove } = temporaryStorePath();
    return {
      open: async () => new CachedStore(await openSqliteStore({ path }), new HandClock()),
      remove: async () => remove(),
    };
  }));

/** Counts what gets through. */
class CountingStore extends MemoryStore {
  lists = 0;
  watches = 0;
  open = 0;

  override list(range: ListRange): Promise<ListResult> {
    this.lists++;
    return super.list(range);
  }

  override async watch(options: WatchOptions): Promise<StoreWatch> {
    const watch = await super.watch(options);
    this.watches++;
    this.open++;
    let closed = false;
    return {
      close: () => {
        if (!closed) this.open--;
        closed = true;
        watch.close();
      },
    };
  }
}

function cached(options?: CachedStoreOptions) {
  const inner = new CountingStore();
  const clock = new HandClock();
  return { inner, clock, store: new CachedStore(inner, clock, options) };
}

const shown = async (store: Store, prefix: string): Promise<unknown> => {
  const { entries, revision } = await store.list({ prefix });
  return { entries: entries.map(show), revision };
};

test('a list that is asked for again and again is read twice, and is never older than the store', async () => {
  const { inner, store } = cached();
  for (const name of ['b', 'a', 'c']) await set(store, `/x/${name}`, name);
  for (let count = 0; count < 5; count++) await store.list({ prefix: '/x/' });
  assert.equal(inner.lists, 2);
  await set(store, '/x/ab', 'new');
  await set(store, '/x/b', 'changed');
  await set(store, '/x/c', undefined);
  await set(store, '/y/a', 'elsewhere');
  assert.deepEqual(await shown(store, '/x/'), {
    entries: ['/x/a@3=a', '/x/ab@5=new', '/x/b@6=changed'],
    revision: 8,
  });
  assert.equal(inner.lists, 2);
});

test('what was handed out stays as it was', async () => {
  const { store } = cached();
  await set(store, '/x/a', '1');
  for (let count = 0; count < 3; count++) await store.list({ prefix: '/x/' });
  const { entries } = await store.list({ prefix: '/x/' });
  await set(store, '/x/a', '2');
  await set(store, '/x/b', '2');
  assert.deepEqual(entries.map(show), ['/x/a@2=1']);
});

test('a list that nobody asks for any more is dropped, and then nothing is left: no timer, no subscription', async () => {
  const { inner, clock, store } = cached();
  for (let count = 0; count < 3; count++) await store.list({ prefix: '/x/' });
  assert.deepEqual([inner.open, clock.timers.size], [1, 1]);
  clock.advance(5000);
  assert.deepEqual([inner.open, clock.timers.size], [0, 0]);
  await store.list({ prefix: '/x/' });
  assert.equal(inner.lists, 3);
});

test('lists beyond the limit are dropped, those asked for last stay', async () => {
  const { inner, clock, store } = cached({ listBytesMax: 1500 });
  for (const name of ['x', 'y']) {
    await set(store, `/${name}/a`, name.repeat(1000));
    clock.time += 1;
    for (let count = 0; count < 3; count++) await store.list({ prefix: `/${name}/` });
  }
  const before = inner.lists;
  await store.list({ prefix: '/y/' });
  assert.equal(inner.lists, before);
  await store.list({ prefix: '/x/' });
  assert.equal(inner.lists, before + 1);
});

test('many watches are one subscription; the last one takes it along', async () => {
  const { inner, store } = cached();
  const watches = await Promise.all(Array.from({ length: 100 }, () => recordWatch(store, '/x/', 1)));
  await set(store, '/x/a', '1');
  for (const watch of watches) assert.deepEqual(watch.events.map(showEvent), ['put /x/a@2=1 was undefined']);
  assert.deepEqual([inner.watches, inner.open], [1, 1]);
  for (const watch of watches) watch.close();
  assert.equal(inner.open, 0);
});

test('a watch from before the first one has a subscription of its own', async () => {
  const { inner, store } = cached();
  for (const value of ['1', '2', '3']) await set(store, '/x/a', value);
  const live = await recordWatch(store, '/x/', 4);
  const early = await recordWatch(store, '/x/', 2);
  await set(store, '/x/a', '4');
  await Promise.all([early.reached(5), live.reached(5)]);
  assert.deepEqual(
    early.events.map(({ revision }) => revision),
    [3, 4, 5],
  );
  assert.equal(inner.watches, 2);
  live.close();
  assert.equal(inner.open, 1);
  early.close();
  const alone = await recordWatch(store, '/x/', 2);
  assert.equal(inner.open, 1);
  alone.close();
  assert.equal(inner.open, 0);
});

test('property: lists between writes, kept or not, are those of the store', async () => {
  const step = fc.oneof(
    fc.record({
      key: fc.constantFrom('/x/a', '/x/b', '/x/c', '/y/a'),
      value: fc.option(fc.constantFrom('1', '2'), { nil: undefined }),
    }),
    fc.constantFrom('/x/', '/y/', '/'),
    fc.constantFrom(1000, 6000),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { inner, clock, store } = cached({ listBytesMax: 3 });
      for (const one of steps) {
        if (typeof one === 'number') clock.advance(one);
        else if (typeof one === 'string') assert.deepEqual(await shown(store, one), await shown(inner, one));
        else if (one.value !== undefined || (await store.get(one.key))) await set(store, one.key, one.value);
      }
      await store.close();
    }),
    { numRuns: 200 },
  );
});
