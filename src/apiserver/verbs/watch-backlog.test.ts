import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BacklogBudget, WatchBacklog } from './watch-backlog.ts';

const mebibyte = 1024 * 1024;
const frame = (size: number): Uint8Array => new Uint8Array(size);

async function* nothing(): AsyncGenerator<readonly Uint8Array[]> {
  yield* [];
}

function backlogs(count: number): WatchBacklog[] {
  const budget = new BacklogBudget();
  return Array.from({ length: count }, () => new WatchBacklog(nothing(), budget, () => undefined));
}

async function drain(backlog: WatchBacklog): Promise<number> {
  let bytes = 0;
  for await (const chunk of backlog) bytes += chunk.length;
  return bytes;
}

test('one that is not read holds no more than its limit, and ends', async () => {
  const [backlog] = backlogs(1);
  assert.ok(backlog);
  let pushed = 0;
  while (backlog.push(frame(mebibyte))) pushed++;
  assert.equal(pushed, 16);
  assert.equal(await drain(backlog), 0);
});

test('together they hold no more than a limit: who is furthest behind ends first', () => {
  const all = backlogs(100);
  const fast = all.slice(0, 99);
  const [slow] = all.slice(99);
  assert.ok(slow);
  for (let count = 0; count < 10; count++) assert.ok(slow.push(frame(mebibyte)));
  for (const backlog of fast) assert.ok(backlog.push(frame(mebibyte)));
  const kept = fast.filter((backlog) => backlog.push(frame(512 * 1024)));
  assert.ok(kept.length < fast.length);
  assert.equal(slow.push(frame(mebibyte)), false);
});

test('what was read, and what has gone, makes room', async () => {
  const all = backlogs(20);
  for (let round = 0; round < 10; round++) {
    for (const backlog of all) assert.ok(backlog.push(frame(5 * mebibyte)));
    for (const backlog of all) {
      const reader = backlog[Symbol.asyncIterator]();
      assert.equal((await reader.next()).value?.length, 5 * mebibyte);
    }
  }
  const [first, ...others] = backlogs(9);
  assert.ok(first);
  for (const backlog of others) for (let count = 0; count < 15; count++) assert.ok(backlog.push(frame(mebibyte)));
  for (const backlog of others) backlog.close();
  for (let count = 0; count < 16; count++) assert.ok(first.push(frame(mebibyte)));
});

test('what is pushed is read in its order, in chunks', async () => {
  const [backlog] = backlogs(1);
  assert.ok(backlog);
  for (let index = 0; index < 1000; index++) backlog.push(Buffer.from(`${index};`.padStart(100)));
  backlog.end();
  const chunks: Uint8Array[] = [];
  for await (const chunk of backlog) chunks.push(chunk);
  assert.equal(chunks.length, 2);
  const numbers = Buffer.concat(chunks).toString().split(';').slice(0, -1).map(Number);
  assert.deepEqual(
    numbers,
    Array.from({ length: 1000 }, (_, index) => index),
  );
});
