import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '../lib/clock.ts';
import { HeapKeeper } from './heap-keeper.ts';

const megabyte = 1024 * 1024;

/** A clock that is moved by hand. */
function manualClock() {
  const timers = new Set<() => void>();
  const clock: Clock = {
    now: () => 0,
    monotonic: () => 0,
    after: (_delayMs, run) => {
      timers.add(run);
      return { cancel: () => timers.delete(run) };
    },
  };
  const tick = (): void => {
    const due = [...timers];
    timers.clear();
    for (const run of due) run();
  };
  return { clock, tick, pending: () => timers.size };
}

for (const [name, sizes, expected] of [
  ['a small process is left alone', [90, 120, 90], 0],
  ['one that has grown is cleaned', [90, 1500], 1],
  ['what is held after cleaning is not looked for again', [90, 1500, 400, 410, 420], 1],
  ['but when it grows again, it is', [90, 1500, 400, 900], 2],
  ['and after some minutes', [1500, ...Array.from({ length: 14 }, () => 410)], 2],
] as const) {
  test(name, async () => {
    const { clock, tick } = manualClock();
    let now = 0;
    let collections = 0;
    const collect = (): void => {
      collections++;
      now = 400;
    };
    const keeper = new HeapKeeper({ clock, measure: () => now * megabyte, collect });
    await keeper.start();
    for (const size of sizes) {
      now = size;
      tick();
    }
    assert.equal(collections, expected);
    await keeper.stop();
  });
}

test('stopped, it looks no more', async () => {
  const { clock, pending } = manualClock();
  const keeper = new HeapKeeper({ clock, measure: () => 0, collect: () => undefined });
  await keeper.start();
  assert.equal(pending(), 1);
  await keeper.stop();
  assert.equal(pending(), 0);
});

test('garbage of this very process is given back', async () => {
  const { clock, tick } = manualClock();
  const keeper = new HeapKeeper({ clock });
  await keeper.start();
  let garbage: unknown[] = Array.from({ length: 3_000_000 }, (_, index) => ({ index }));
  const full = process.memoryUsage().heapUsed;
  assert.equal(garbage.length, 3_000_000);
  garbage = [];
  tick();
  assert.ok(process.memoryUsage().heapUsed < full - 60 * megabyte);
  assert.deepEqual(garbage, []);
  await keeper.stop();
});
