import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '../client/fake-clock.test-double.ts';
import { WorkQueue } from './work-queue.ts';

function queue(): { clock: FakeClock; queue: WorkQueue } {
  const clock = new FakeClock(0);
  return { clock, queue: new WorkQueue({ name: 'q', clock }) };
}

test('a key waits once, in the order in which it came', async () => {
  const { queue: q } = queue();
  for (const key of ['a', 'b', 'a']) q.add(key);
  assert.equal(q.length, 2);
  assert.equal(await q.take(), 'a');
  assert.equal(await q.take(), 'b');
  assert.equal(q.length, 0);
});

test('a key added while it is worked on comes again when that is done, and not before', async () => {
  const { queue: q } = queue();
  q.add('a');
  assert.equal(await q.take(), 'a');
  q.add('a');
  q.add('a');
  assert.equal(q.length, 0);
  q.done('a');
  assert.equal(q.length, 1);
  assert.equal(await q.take(), 'a');
  q.done('a');
  assert.equal(q.idle, true);
});

test('who takes from an empty queue gets the next key', async () => {
  const { queue: q } = queue();
  const first = q.take();
  const second = q.take();
  q.add('a');
  q.add('a');
  q.add('b');
  assert.deepEqual(await Promise.all([first, second]), ['a', 'b']);
});

test('failures come back after 5 ms, doubled each time to at most 1000 s, until forgotten', async () => {
  const { clock, queue: q } = queue();
  const delays: number[] = [];
  for (let failure = 0; failure < 20; failure++) {
    q.addRateLimited('a');
    delays.push((q.nextWakeUp() ?? 0) - clock.now());
    await clock.advance(1_000_000);
    assert.equal(await q.take(), 'a');
    q.done('a');
  }
  assert.deepEqual(delays.slice(0, 4), [5, 10, 20, 40]);
  assert.equal(delays.at(-1), 1_000_000);
  assert.equal(q.failures('a'), 20);
  q.forget('a');
  q.addRateLimited('a');
  assert.equal(q.nextWakeUp(), clock.now() + 5);
});

test('of several delays the earliest counts', async () => {
  const { clock, queue: q } = queue();
  q.addAfter('a', 100);
  q.addAfter('a', 50);
  q.addAfter('a', 70);
  assert.equal(q.nextWakeUp(), 50);
  await clock.advance(49);
  assert.equal(q.length, 0);
  await clock.advance(1);
  assert.equal(q.length, 1);
  assert.equal(await q.take(), 'a');
  q.done('a');
  await clock.advance(1000);
  assert.equal(q.length, 0);
  assert.equal(q.nextWakeUp(), undefined);
});

test('a look now and then wakes nobody, and hides no time that does', async () => {
  const { clock, queue: q } = queue();
  q.addAfter('a', 100, { wakes: false });
  assert.equal(q.nextWakeUp(), undefined);
  q.addAfter('a', 300);
  assert.equal(q.nextWakeUp(), 300);
  q.addAfter('a', 20, { wakes: false });
  assert.equal(q.nextWakeUp(), 300);
  q.addAfter('b', 200);
  assert.equal(q.nextWakeUp(), 200);
  await clock.advance(20);
  assert.equal(await q.take(), 'a');
});

test('a closed queue gives nothing more and has no timers left', async () => {
  const { clock, queue: q } = queue();
  const waiting = q.take();
  q.addAfter('b', 10);
  q.close();
  assert.equal(await waiting, undefined);
  q.add('a');
  assert.equal(await q.take(), undefined);
  assert.equal(clock.nextDue(), undefined);
});

test('metrics tell depth, waiting and working times', async () => {
  const clock = new FakeClock(0);
  const told: string[] = [];
  const q = new WorkQueue({
    name: 'q',
    clock,
    metrics: {
      opened: ({ name }) => told.push(`opened ${name}`),
      added: () => told.push('added'),
      depth: (_name, depth) => told.push(`depth ${depth}`),
      waited: (_name, ms) => told.push(`waited ${ms}`),
      worked: (_name, ms) => told.push(`worked ${ms}`),
      retried: () => told.push('retried'),
    },
  });
  q.add('a');
  await clock.advance(30);
  await q.take();
  await clock.advance(40);
  assert.deepEqual(q.workUnderWay(), { totalMs: 40, longestMs: 40 });
  q.done('a');
  q.addRateLimited('a');
  assert.deepEqual(told, ['opened q', 'added', 'depth 1', 'waited 30', 'depth 0', 'worked 40', 'retried']);
});
