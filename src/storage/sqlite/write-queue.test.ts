import assert from 'node:assert/strict';
import { test } from 'node:test';

import { StoreBusyError } from '../store.ts';
import { WriteQueue, queuedBytesMax, transactionBytesMax, transactionWritesMax } from './write-queue.ts';

function add(queue: WriteQueue, bytes: number): Promise<unknown> {
  // All of a kind; the memory is one piece however often it is queued.
  return queue.add({ key: '/a/x', value: new Uint8Array(shared, 0, bytes), expected: 0 });
}

const shared = new ArrayBuffer(queuedBytesMax + 1);

test('more bytes than the queue holds are refused until some are taken', async () => {
  const queue = new WriteQueue();
  const size = transactionBytesMax;
  for (let bytes = 0; bytes < queuedBytesMax; bytes += size) void add(queue, size);
  await assert.rejects(add(queue, size), StoreBusyError);
  assert.equal(queue.take().length, 1);
  void add(queue, size);
  assert.equal(queue.size, queuedBytesMax / size);
  await assert.rejects(add(queue, size), StoreBusyError);
});

test('one write that is larger than all bounds is taken when nothing waits', () => {
  const queue = new WriteQueue();
  void add(queue, queuedBytesMax + 1);
  assert.equal(queue.take().length, 1);
  assert.equal(queue.size, 0);
  assert.deepEqual(queue.take(), []);
});

test('a transaction takes the oldest, bounded by number', () => {
  const queue = new WriteQueue();
  for (let count = 0; count < transactionWritesMax + 3; count++) void add(queue, count);
  const first = queue.take();
  assert.deepEqual(
    first.map(({ write }) => write.value?.byteLength),
    Array.from({ length: transactionWritesMax }, (_, index) => index),
  );
  assert.equal(queue.take().length, 3);
});

test('a transaction takes no more than its bytes', () => {
  const queue = new WriteQueue();
  for (let count = 0; count < 5; count++) void add(queue, transactionBytesMax / 2);
  assert.deepEqual([queue.take().length, queue.take().length, queue.take().length], [2, 2, 1]);
});
