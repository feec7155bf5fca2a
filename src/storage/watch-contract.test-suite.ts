/** The part of the stores' contract that is about watches. Run through `contract.test-suite.ts`. */
/* oxlint-disable typescript/no-floating-promises, max-lines-per-function -- as in every other test file */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { set, show, showEvent, text, withStore } from './store-under-test.test-double.ts';
import type { MakeStore } from './store-under-test.test-double.ts';
import { CompactedError, StoreClosedError } from './store.ts';
import type { EventIndex, Store } from './store.ts';
import { recordWatch } from './watch-recorder.test-double.ts';

export function testWatchContract(make: MakeStore): void {
  testEvents(make);
  testStarts(make);
  testEnds(make);
  testModel(make);
}

function testEvents(make: MakeStore): void {
  test('see creations, changes with what was before, and deletions with the last value', () =>
    withStore(make, async (store) => {
      const watch = await recordWatch(store, '/a/', 1);
      await writeSome(store);
      await watch.reached(6);
      assert.deepEqual(watch.events.map(showEvent), someEvents);
      assert.deepEqual(
        watch.events.map((event) => event.previous === undefined),
        [true, false, false, true],
      );
    }));

  test('from an old revision see the same, after a reopening too', async () => {
    const place = await make();
    let store = await place.open();
    await writeSome(store);
    for (const after of [0, 1, 2, 3, 4, 5]) {
      const watch = await recordWatch(store, '/a/', after);
      await watch.reached(6);
      assert.deepEqual(
        watch.events.map(showEvent),
        someEvents.filter((_, index) => index + (index > 1 ? 3 : 2) > after),
        `after ${after}`,
      );
      watch.close();
    }
    await store.close();
    store = await place.open();
    const watch = await recordWatch(store, '/a/', 1);
    await watch.reached(6);
    assert.deepEqual(watch.events.map(showEvent), someEvents);
    await store.close();
    await place.remove();
  });

  test('of one prefix see nothing of another', () =>
    withStore(make, async (store) => {
      const narrow = await recordWatch(store, '/p/a/', 1);
      const wide = await recordWatch(store, '/p/', 1);
      const all = await recordWatch(store, '/', 1);
      for (const key of ['/p/a/x', '/p/a2/x', '/p/a', '/q/a/x', '/p/a/b/x']) await set(store, key, '1');
      await all.reached(6);
      const keys = (watch: { events: readonly { key: string }[] }) => watch.events.map(({ key }) => key);
      assert.deepEqual(keys(narrow), ['/p/a/x', '/p/a/b/x']);
      assert.deepEqual(keys(wide), ['/p/a/x', '/p/a2/x', '/p/a', '/p/a/b/x']);
      assert.equal(all.events.length, 5);
    }));

  test('that want what an index finds get that, whether they begin now or in the past', () =>
    withStore(make, async (store) => {
      // The first letter of the value, before and after.
      const by: EventIndex = {
        valuesOf: ({ value, previous }) =>
          [value, ...(previous ? [previous.value] : [])].map((one) => text(one)?.[0] ?? ''),
      };
      const write = async (from: number): Promise<void> => {
        for (const [index, value] of ['a1', 'b1', 'a2', 'b2', undefined, 'c1'].entries()) {
          await set(store, '/a/x', value === undefined ? undefined : `${value}-${from}`);
          await set(store, `/a/${index}`, `d-${from}`);
        }
      };
      await write(0);
      const revision = await store.revision();
      const wanting = await Promise.all(
        ['a', 'b', 'a'].map((value, index) => recordWatch(store, '/a/', index === 1 ? 1 : revision, { by, value })),
      );
      const closed = await recordWatch(store, '/a/', revision, { by, value: 'a' });
      closed.close();
      const all = await recordWatch(store, '/a/', 1);
      await write(1);
      await all.reached(await store.revision());
      for (const [index, watch] of wanting.entries()) {
        const value = index === 1 ? 'b' : 'a';
        const after = index === 1 ? 1 : revision;
        const expected = all.events.filter((event) => event.revision > after && by.valuesOf(event).includes(value));
        assert.ok(expected.length >= 4);
        await watch.reached(expected.at(-1)?.revision ?? 0);
        assert.deepEqual(watch.events.map(showEvent), expected.map(showEvent));
      }
      assert.deepEqual(closed.events, []);
    }));

  test('all share one object for each event', () =>
    withStore(make, async (store) => {
      const before = await Promise.all([recordWatch(store, '/a/', 1), recordWatch(store, '/', 1)]);
      const last = await set(store, '/a/x', '1');
      const late = await recordWatch(store, '/a/', 1);
      const watches = [...before, late];
      await Promise.all(watches.map((watch) => watch.reached(last)));
      const [first] = watches.map((watch) => watch.events[0]);
      for (const watch of watches) assert.equal(watch.events[0], first);
    }));

  test('are called outside the stack of the writer', () =>
    withStore(make, async (store) => {
      let writing = false;
      const seen: boolean[] = [];
      const onEvents = (): void => void seen.push(writing);
      await store.watch({ prefix: '/a/', after: 1, onEvents, onEnd: () => undefined });
      writing = true;
      const written = set(store, '/a/x', '1');
      writing = false;
      await written;
      const watch = await recordWatch(store, '/a/', 1);
      await watch.reached(2);
      assert.deepEqual(seen, [false]);
    }));
}

function testStarts(make: MakeStore): void {
  test('from the past go on live without a gap or a repeat, while others write', () =>
    withStore(make, async (store) => {
      const total = 6000;
      const writer = async (name: string): Promise<void> => {
        for (let index = 0; index < total / 20; index++) await set(store, `/a/${name}/${index % 7}`, `${index}`);
      };
      const writers = Promise.all(Array.from({ length: 20 }, (_, index) => writer(`${index}`)));
      const watches = [];
      for (let start = 0; start < 12; start++) {
        while ((await store.revision()) < start * 400 + 1) await new Promise((resolve) => setImmediate(resolve));
        watches.push(await recordWatch(store, '/a/', start % 3 === 0 ? 1 : Math.max(1, start * 200)));
      }
      await writers;
      for (const [start, watch] of watches.entries()) {
        await watch.reached(total + 1);
        const first = start % 3 === 0 ? 2 : Math.max(1, start * 200) + 1;
        assert.deepEqual(
          watch.events.map(({ revision }) => revision),
          Array.from({ length: total + 2 - first }, (_, index) => first + index),
          `watch ${start}`,
        );
      }
    }));

  test('from the future wait for it', () =>
    withStore(make, async (store) => {
      const future = await recordWatch(store, '/a/', 4);
      const now = await recordWatch(store, '/a/', 1);
      for (const value of ['2', '3', '4', '5', '6']) await set(store, '/a/x', value);
      await now.reached(6);
      assert.deepEqual(
        future.events.map(({ revision }) => revision),
        [5, 6],
      );
    }));

  test('from the future take only their part of what is written at once', () =>
    withStore(make, async (store) => {
      const future = await recordWatch(store, '/a/', 4);
      await Promise.all(['2', '3', '4', '5', '6'].map((name) => set(store, `/a/${name}`, name)));
      await future.reached(6);
      assert.deepEqual(
        future.events.map(({ revision }) => revision),
        [5, 6],
      );
    }));

  test('from before the compaction fail, from its revision they do not', () =>
    withStore(make, async (store) => {
      for (const value of ['2', '3', '4', '5']) await set(store, '/a/x', value);
      await store.compact(4);
      await assert.rejects(recordWatch(store, '/a/', 3), (error) => {
        assert.ok(error instanceof CompactedError);
        assert.deepEqual([error.requested, error.oldest], [3, 4]);
        return true;
      });
      const watch = await recordWatch(store, '/a/', 4);
      await watch.reached(5);
      assert.deepEqual(watch.events.map(showEvent), ['put /a/x@5=5 was /a/x@4=4']);
    }));
}

function testEnds(make: MakeStore): void {
  test('that compaction overtakes end with CompactedError, or have seen everything', () =>
    withStore(make, async (store) => {
      for (let value = 0; value < 3000; value++) await set(store, `/a/${value % 10}`, `${value}`);
      const watch = await recordWatch(store, '/a/', 1);
      await store.compact(3001);
      await watch.reached(3001);
      const revisions = watch.events.map(({ revision }) => revision);
      assert.deepEqual(
        revisions,
        Array.from({ length: revisions.length }, (_, index) => index + 2),
      );
      if (watch.ended === undefined) assert.equal(revisions.length, 3000);
      else assert.ok(watch.ended instanceof CompactedError);
    }));

  test('that are live outlive a compaction', () =>
    withStore(make, async (store) => {
      const watch = await recordWatch(store, '/a/', 1);
      for (const value of ['2', '3', '4']) await set(store, '/a/x', value);
      await store.compact(4);
      await set(store, '/a/x', '5');
      await watch.reached(5);
      assert.equal(watch.events.length, 4);
      assert.equal(watch.ended, undefined);
    }));

  test('that were closed hear nothing more, not even their end; closing twice is fine', async () => {
    const place = await make();
    const store = await place.open();
    const closed = await recordWatch(store, '/a/', 1);
    const other = await recordWatch(store, '/a/', 1);
    await set(store, '/a/x', '1');
    await other.reached(2);
    closed.close();
    closed.close();
    await set(store, '/a/x', '2');
    await other.reached(3);
    const catchingUp = await recordWatch(store, '/a/', 1);
    catchingUp.close();
    await store.close();
    assert.equal(closed.events.length, 1);
    assert.equal(catchingUp.events.length, 0);
    assert.deepEqual([closed.ended, catchingUp.ended], [undefined, undefined]);
    assert.ok((await other.end()) instanceof StoreClosedError);
    await place.remove();
  });

  test('may be closed and opened from within their own callback', () =>
    withStore(make, async (store) => {
      const seen: string[] = [];
      const first = await store.watch({
        prefix: '/a/',
        after: 1,
        onEvents: (events) => {
          seen.push(...events.map(showEvent));
          first.close();
          void recordWatch(store, '/a/', 1);
        },
        onEnd: () => seen.push('ended'),
      });
      const other = await recordWatch(store, '/a/', 1);
      await set(store, '/a/x', '1');
      await set(store, '/a/x', '2');
      await other.reached(3);
      assert.deepEqual(seen, ['put /a/x@2=1 was undefined']);
    }));

  test('that throw end alone', () =>
    withStore(make, async (store) => {
      const reasons: Error[] = [];
      const onEvents = (): void => {
        throw new Error('broken');
      };
      await store.watch({ prefix: '/a/', after: 1, onEvents, onEnd: (reason) => reasons.push(reason) });
      const other = await recordWatch(store, '/a/', 1);
      await set(store, '/a/x', '1');
      await set(store, '/a/x', '2');
      await other.reached(3);
      assert.equal(other.events.length, 2);
      assert.equal(reasons.length, 1);
    }));
}

type Step = { readonly key: string; readonly value: string | undefined } | { readonly compactTo: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      key: fc.constantFrom('/a/x', '/a/y', '/a/y/z', '/a2/x', '/b/x'),
      value: fc.option(fc.string({ maxLength: 4 }), { nil: undefined }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ compactTo: fc.double({ min: 0, max: 1, noNaN: true }) }) },
);

/** The state at each revision, remembered whole. */
type Model = Map<number, ReadonlyMap<string, string>>;

function testModel(make: MakeStore): void {
  test('a watch is the list before it plus its events, at every revision', () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), (steps) => playAndCheck(make, steps)),
      { numRuns: 40 },
    ));
}

async function playAndCheck(make: MakeStore, steps: readonly Step[]): Promise<void> {
  const place = await make();
  let store = await place.open();
  try {
    const { model, compacted } = await play(store, steps);
    await checkAll(store, model, compacted);
    await store.close();
    store = await place.open();
    await checkAll(store, model, compacted);
  } finally {
    await store.close();
    await place.remove();
  }
}

async function play(store: Store, steps: readonly Step[]): Promise<{ model: Model; compacted: number }> {
  const state = new Map<string, string>();
  const model: Model = new Map([[1, new Map()]]);
  let compacted = 1;
  let newest = 1;
  for (const each of steps) {
    if ('compactTo' in each) {
      compacted = Math.max(compacted, Math.round(1 + each.compactTo * (newest - 1)));
      await store.compact(compacted);
    } else if (each.value !== undefined || state.has(each.key)) {
      newest++;
      if (each.value === undefined) state.delete(each.key);
      else state.set(each.key, `${each.key}@${newest}=${each.value}`);
      model.set(newest, new Map(state));
      assert.equal(await set(store, each.key, each.value), newest);
    }
  }
  return { model, compacted };
}

async function checkAll(store: Store, model: Model, from: number): Promise<void> {
  const newest = await store.revision();
  for (let revision = from; revision <= newest; revision++) {
    for (const prefix of ['/', '/a/']) {
      const state = await checkList(store, model, prefix, revision);
      if (revision < newest) await checkWatch(store, model, prefix, revision, state);
    }
  }
}

function modelAt(model: Model, prefix: string, revision: number): Map<string, string> {
  const state = model.get(revision) ?? assert.fail(`the model has no revision ${revision}`);
  return new Map([...state].filter(([key]) => key.startsWith(prefix)));
}

async function checkList(store: Store, model: Model, prefix: string, revision: number): Promise<Map<string, string>> {
  const { entries } = await store.list({ prefix, revision });
  const state = new Map(entries.map((entry) => [entry.key, show(entry) ?? '']));
  assert.deepEqual(state, modelAt(model, prefix, revision));
  return state;
}

async function checkWatch(
  store: Store,
  model: Model,
  prefix: string,
  after: number,
  state: Map<string, string>,
): Promise<void> {
  const watch = await recordWatch(store, prefix, after);
  const last = [...model.keys()].findLast((revision) => differs(model, prefix, revision)) ?? 0;
  if (last > after) await watch.reached(last);
  watch.close();
  const newest = Math.max(...model.keys());
  let position = 0;
  for (let revision = after + 1; revision <= newest; revision++) {
    const event = watch.events[position];
    if (event?.revision === revision) {
      position++;
      assert.equal(show(event.previous), state.get(event.key));
      if (event.type === 'put') state.set(event.key, `${event.key}@${revision}=${text(event.value)}`);
      else state.delete(event.key);
    }
    assert.deepEqual(state, modelAt(model, prefix, revision), `watched from ${after} to ${revision}`);
  }
  assert.equal(position, watch.events.length);
}

function differs(model: Model, prefix: string, revision: number): boolean {
  if (revision === 1) return false;
  const before = modelAt(model, prefix, revision - 1);
  const now = modelAt(model, prefix, revision);
  return before.size !== now.size || [...now].some(([key, value]) => before.get(key) !== value);
}

const someEvents = [
  'put /a/x@2=1 was undefined',
  'put /a/x@3=2 was /a/x@2=1',
  'delete /a/x@5=2 was /a/x@3=2',
  'put /a/x@6=3 was undefined',
];

/** What {@link someEvents} shows, and something elsewhere. */
async function writeSome(store: Store): Promise<void> {
  await set(store, '/a/x', '1');
  await set(store, '/a/x', '2');
  await set(store, '/b/x', '1');
  await set(store, '/a/x', undefined);
  await set(store, '/a/x', '3');
}
