/**
 * What every store must do, as tests: each implementation's own test file runs this suite with its factory.
 */
/* oxlint-disable typescript/no-floating-promises, max-lines-per-function -- as in every other test file */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import type { Store } from './store.ts';
import { CompactedError, FutureRevisionError, StoreClosedError } from './store.ts';
import { bytes, set, show, text, withStore } from './store-under-test.test-double.ts';
import type { MakeStore } from './store-under-test.test-double.ts';
import { testWatchContract } from './watch-contract.test-suite.ts';

export function testStoreContract(make: MakeStore): void {
  describe('revisions', () => testRevisions(make));
  describe('compare and swap', () => testCompareAndSwap(make));
  describe('lists', () => testLists(make));
  describe('compaction', () => testCompaction(make));
  describe('closing', () => testClosing(make));
  describe('watches', () => testWatchContract(make));
}

async function shown(store: Store, prefix: string, revision?: number): Promise<(string | undefined)[]> {
  const range = revision === undefined ? { prefix } : { prefix, revision };
  return (await store.list(range)).entries.map(show);
}

function testRevisions(make: MakeStore): void {
  test('a store that was never written is at 1, and empty', () =>
    withStore(make, async (store) => {
      assert.equal(await store.revision(), 1);
      assert.deepEqual(await store.list({ prefix: '/' }), { entries: [], revision: 1, remaining: 0 });
      assert.equal(await store.get('/a/x'), undefined);
    }));

  test('each write gets the next one, whatever its key and kind', () =>
    withStore(make, async (store) => {
      assert.equal(await set(store, '/a/x', '1'), 2);
      assert.equal(await set(store, '/b/y', '1'), 3);
      assert.equal(await set(store, '/a/x', '2'), 4);
      assert.equal(await set(store, '/a/x', undefined), 5);
      assert.equal(await set(store, '/a/x', '3'), 6);
      assert.equal(await store.revision(), 6);
    }));

  test('a refused write uses none', () =>
    withStore(make, async (store) => {
      await store.write({ key: '/a/x', value: bytes('1'), expected: 7 });
      assert.equal(await store.revision(), 1);
    }));

  test('writes at once get different ones, and the newest is the last', () =>
    withStore(make, async (store) => {
      const results = await Promise.all(
        Array.from({ length: 1000 }, (_, index) =>
          store.write({ key: `/a/${index}`, value: bytes(`${index}`), expected: 0 }),
        ),
      );
      const revisions = results.map((result) => (result.ok ? result.revision : 0));
      assert.deepEqual(
        revisions.toSorted((left, right) => left - right),
        Array.from({ length: 1000 }, (_, index) => index + 2),
      );
      assert.equal(await store.revision(), 1001);
    }));

  test('none is used again after closing and opening, though the newest row was a deletion and is compacted', async () => {
    const place = await make();
    let store = await place.open();
    await set(store, '/a/x', '1');
    await store.close();
    store = await place.open();
    assert.equal(await set(store, '/a/y', '1'), 3);
    assert.equal(await set(store, '/a/y', undefined), 4);
    await store.compact(4);
    assert.equal(await store.revision(), 4);
    await store.close();
    store = await place.open();
    assert.equal(await store.revision(), 4);
    assert.equal(await set(store, '/a/y', '2'), 5);
    assert.deepEqual(await shown(store, '/a/'), ['/a/x@2=1', '/a/y@5=2']);
    await store.close();
    await place.remove();
  });
}

function testCompareAndSwap(make: MakeStore): void {
  const cases: [name: string, expected: number, value: string | undefined, ok: boolean][] = [
    ['replaces at the right revision', 3, 'new', true],
    ['deletes at the right revision', 3, undefined, true],
    ['does not replace at an older revision', 2, 'new', false],
    ['does not replace at a later revision', 4, 'new', false],
    ['does not delete at an older revision', 2, undefined, false],
    ['does not create what exists', 0, 'new', false],
    ['does not delete with 0 expected', 0, undefined, false],
  ];
  for (const [name, expected, value, ok] of cases) {
    test(name, () =>
      withStore(make, async (store) => {
        await set(store, '/a/x', 'first');
        await set(store, '/a/x', 'old');
        const result = await store.write({ key: '/a/x', value: value === undefined ? value : bytes(value), expected });
        if (ok) {
          assert.deepEqual(result, { ok: true, revision: 4 });
          assert.equal(show(await store.get('/a/x')), value && `/a/x@4=${value}`);
        } else {
          assert.ok(!result.ok);
          assert.equal(show(result.current), '/a/x@3=old');
          assert.equal(show(await store.get('/a/x')), '/a/x@3=old');
        }
      }),
    );
  }

  const absent: [name: string, expected: number, value: string | undefined][] = [
    ['does not replace what does not exist', 2, 'new'],
    ['does not delete what does not exist', 2, undefined],
    ['does not delete what does not exist with 0 expected', 0, undefined],
  ];
  for (const [name, expected, value] of absent) {
    test(name, () =>
      withStore(make, async (store) => {
        await set(store, '/a/x', 'deleted');
        await set(store, '/a/x', undefined);
        const result = await store.write({ key: '/a/x', value: value === undefined ? value : bytes(value), expected });
        assert.deepEqual(result, { ok: false, current: undefined });
        assert.equal(await store.revision(), 3);
      }),
    );
  }

  test('of many at once on one key, one wins; the others see its entry', () =>
    withStore(make, async (store) => {
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, index) => store.write({ key: '/a/x', value: bytes(`${index}`), expected: 0 })),
      );
      assert.equal(results.filter((result) => result.ok).length, 1);
      const winner = show(await store.get('/a/x'));
      for (const result of results) if (!result.ok) assert.equal(show(result.current), winner);
    }));

  test('values are kept byte for byte, the empty one too', () =>
    withStore(make, async (store) => {
      const all = Uint8Array.from({ length: 256 }, (_, index) => index);
      await store.write({ key: '/a/all', value: all, expected: 0 });
      await store.write({ key: '/a/empty', value: new Uint8Array(), expected: 0 });
      const { entries } = await store.list({ prefix: '/a/' });
      assert.deepEqual(
        entries.map(({ value }) => [...value]),
        [[...all], []],
      );
    }));

  test('keys that no prefix would find are refused', () =>
    withStore(make, async (store) => {
      await assert.rejects(store.write({ key: 'a/x', value: bytes('1'), expected: 0 }), TypeError);
      await assert.rejects(store.write({ key: '/a/', value: bytes('1'), expected: 0 }), TypeError);
      await assert.rejects(store.list({ prefix: '/a' }), TypeError);
    }));
}

function testLists(make: MakeStore): void {
  test('are in the order of the bytes of their keys', () =>
    withStore(make, async (store) => {
      const keys = [
        '/a/b',
        '/a/B',
        '/a/a-b',
        '/a/a.b',
        '/a/a/b',
        '/a/a0',
        '/a/aa',
        '/a/ä',
        '/a/\u{ffee}',
        '/a/\u{1f600}',
      ];
      await Promise.all(keys.map((key) => set(store, key, key)));
      const { entries } = await store.list({ prefix: '/a/' });
      assert.deepEqual(
        entries.map(({ key }) => key),
        ['/a/B', '/a/a-b', '/a/a.b', '/a/a/b', '/a/a0', '/a/aa', '/a/b', '/a/ä', '/a/\u{ffee}', '/a/\u{1f600}'],
      );
    }));

  test('of a prefix show nothing of a longer name', () =>
    withStore(make, async (store) => {
      for (const key of ['/p/a/x', '/p/a2/x', '/p/a-b/x', '/p/a', '/p/b/x', '/q/a/x']) await set(store, key, '1');
      assert.deepEqual(await shown(store, '/p/a/'), ['/p/a/x@2=1']);
      assert.equal((await store.list({ prefix: '/p/' })).entries.length, 5);
      assert.equal((await store.list({ prefix: '/' })).entries.length, 6);
    }));

  test('come in chunks, and count what remains', () =>
    withStore(make, async (store) => {
      for (const key of ['/a/1', '/a/2', '/a/3', '/a/4', '/a/5', '/b/1']) await set(store, key, '1');
      const chunk = async (limit: number | undefined, after?: string, revision?: number) => {
        const list = await store.list({
          prefix: '/a/',
          ...(limit === undefined ? {} : { limit }),
          ...(after === undefined ? {} : { after }),
          ...(revision === undefined ? {} : { revision }),
        });
        return [list.entries.map(({ key }) => key.slice(3)).join(''), list.remaining, list.revision];
      };
      assert.deepEqual(await chunk(2), ['12', 3, 7]);
      assert.deepEqual(await chunk(2, '/a/2'), ['34', 1, 7]);
      assert.deepEqual(await chunk(2, '/a/4'), ['5', 0, 7]);
      assert.deepEqual(await chunk(2, '/a/3'), ['45', 0, 7]);
      assert.deepEqual(await chunk(undefined, '/a/1'), ['2345', 0, 7]);
      assert.deepEqual(await chunk(2, '/a/2x'), ['34', 1, 7], 'after a key that is not there');
      assert.deepEqual(await chunk(2, '/a/5'), ['', 0, 7]);
      assert.deepEqual(await chunk(2, '/b/1'), ['', 0, 7], 'after the whole range');
      assert.deepEqual(await chunk(2, '/0'), ['12', 3, 7], 'after a key before the range');
      await set(store, '/a/1', undefined);
      await set(store, '/a/3', undefined);
      await set(store, '/a/6', '1');
      await set(store, '/a/4', '2');
      assert.deepEqual(await chunk(2, '/a/2', 7), ['34', 1, 7], 'the next chunk of the old state');
      assert.deepEqual(await chunk(2, undefined, 7), ['12', 3, 7]);
      assert.deepEqual(await chunk(2, undefined, 5), ['12', 2, 5]);
      assert.deepEqual(await chunk(2), ['24', 2, 11]);
    }));

  test('show old states: changed, deleted since, created since, created again', () =>
    withStore(make, async (store) => {
      await set(store, '/a/changed', '1'); // 2
      await set(store, '/a/deleted', '1'); // 3
      await set(store, '/a/again', '1'); // 4
      await set(store, '/a/changed', '2'); // 5
      await set(store, '/a/deleted', undefined); // 6
      await set(store, '/a/again', undefined); // 7
      await set(store, '/a/again', '2'); // 8
      await set(store, '/a/created', '1'); // 9
      const states: Record<number, string[]> = {
        1: [],
        2: ['/a/changed@2=1'],
        4: ['/a/again@4=1', '/a/changed@2=1', '/a/deleted@3=1'],
        5: ['/a/again@4=1', '/a/changed@5=2', '/a/deleted@3=1'],
        7: ['/a/changed@5=2'],
        8: ['/a/again@8=2', '/a/changed@5=2'],
        9: ['/a/again@8=2', '/a/changed@5=2', '/a/created@9=1'],
      };
      for (const [revision, state] of Object.entries(states)) {
        assert.deepEqual(await shown(store, '/a/', Number(revision)), state, `at ${revision}`);
        assert.equal((await store.list({ prefix: '/a/', revision: Number(revision) })).revision, Number(revision));
      }
    }));

  test('of the future fail', () =>
    withStore(make, async (store) => {
      await set(store, '/a/x', '1');
      await assert.rejects(store.list({ prefix: '/a/', revision: 3 }), (error) => {
        assert.ok(error instanceof FutureRevisionError);
        assert.deepEqual([error.requested, error.current], [3, 2]);
        return true;
      });
    }));
}

function testCompaction(make: MakeStore): void {
  test('forgets older states and keeps its own and later ones', async () => {
    const place = await make();
    let store = await place.open();
    await set(store, '/a/x', '1'); // 2
    await set(store, '/a/x', '2'); // 3
    await set(store, '/a/y', '1'); // 4
    await set(store, '/a/y', undefined); // 5
    await set(store, '/a/x', '3'); // 6
    await set(store, '/a/z', '1'); // 7
    await store.compact(4);
    const check = async (): Promise<void> => {
      await assert.rejects(store.list({ prefix: '/a/', revision: 3 }), (error) => {
        assert.ok(error instanceof CompactedError);
        assert.deepEqual([error.requested, error.oldest], [3, 4]);
        return true;
      });
      assert.deepEqual(await shown(store, '/a/', 4), ['/a/x@3=2', '/a/y@4=1']);
      assert.deepEqual(await shown(store, '/a/', 5), ['/a/x@3=2']);
      assert.deepEqual(await shown(store, '/a/', 6), ['/a/x@6=3']);
      assert.deepEqual(await shown(store, '/a/'), ['/a/x@6=3', '/a/z@7=1']);
    };
    await check();
    await store.compact(3); // Already done: nothing.
    await check();
    await store.close();
    store = await place.open();
    await check();
    await store.compact(7);
    await assert.rejects(store.list({ prefix: '/a/', revision: 6 }), CompactedError);
    assert.deepEqual(await shown(store, '/a/', 7), ['/a/x@6=3', '/a/z@7=1']);
    assert.equal(show(await store.get('/a/x')), '/a/x@6=3');
    await store.close();
    await place.remove();
  });

  test('of the future fails', () =>
    withStore(make, async (store) => {
      await assert.rejects(store.compact(2), FutureRevisionError);
    }));

  test('goes on beside writes', () =>
    withStore(make, async (store) => {
      for (let round = 0; round < 4; round++) {
        const writes = Array.from({ length: 700 }, (_, index) => set(store, `/a/${index % 50}`, `${round}`));
        // Some of them collide, which is a part of the noise.
        await Promise.allSettled(writes);
        const compacted = store.compact(await store.revision());
        await set(store, '/a/during', `${round}`);
        await compacted;
      }
      const { entries } = await store.list({ prefix: '/a/' });
      assert.equal(entries.length, 51);
      assert.ok(entries.every(({ value }) => text(value) === '3'));
    }));
}

function testClosing(make: MakeStore): void {
  test('finishes the writes that wait, then refuses everything; twice is the same', async () => {
    const place = await make();
    let store = await place.open();
    const writes = Array.from({ length: 1500 }, (_, index) =>
      store.write({ key: `/a/${index}`, value: bytes('1'), expected: 0 }),
    );
    await Promise.all([store.close(), store.close()]);
    assert.ok((await Promise.all(writes)).every(({ ok }) => ok));
    const watch = { prefix: '/', after: 1, onEvents: () => undefined, onEnd: () => undefined };
    await assert.rejects(store.get('/a/1'), StoreClosedError);
    await assert.rejects(store.list({ prefix: '/a/' }), StoreClosedError);
    await assert.rejects(store.write({ key: '/a/b', value: bytes('1'), expected: 0 }), StoreClosedError);
    await assert.rejects(store.watch(watch), StoreClosedError);
    await assert.rejects(store.compact(1), StoreClosedError);
    await assert.rejects(store.revision(), StoreClosedError);
    store = await place.open();
    assert.equal(await store.revision(), 1501);
    await store.close();
    await place.remove();
  });
}
