import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failuresAfter, remainingMs } from './backoff.ts';
import { asJobPod, type JobPod } from './job-pod.ts';

function ended(finishedAt: string): JobPod {
  const containerStatuses = [{ name: 'c', state: { terminated: { exitCode: 1, finishedAt } } }];
  return asJobPod({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: {}, status: { containerStatuses } });
}

const at = (seconds: number): string => new Date(seconds * 1000).toISOString();
const pods = (...seconds: readonly number[]): JobPod[] => seconds.map((one) => ended(at(one)));

test('failures are counted from the last success on', () => {
  const first = failuresAfter(undefined, [], pods(5, 3));
  assert.deepEqual(first, { count: 2, lastAt: 5000 });
  assert.deepEqual(failuresAfter(first, [], pods(8)), { count: 3, lastAt: 8000 });
  assert.deepEqual(failuresAfter(first, [], []), first);
  assert.deepEqual(failuresAfter(first, pods(7), pods(6, 9)), { count: 1, lastAt: 9000 });
  assert.deepEqual(failuresAfter(first, pods(7), []), { count: 0, lastAt: 0 });
});

const waits: readonly (readonly [failures: number, seconds: number])[] = [
  [0, 0],
  [1, 10],
  [2, 20],
  [5, 160],
  [7, 600],
  [100, 600],
];

for (const [count, seconds] of waits) {
  test(`after ${count} failures it waits ${seconds} s`, () => {
    assert.equal(remainingMs({ count, lastAt: 1000 }, 1000), seconds * 1000);
    assert.equal(remainingMs({ count, lastAt: 1000 }, 1000 + seconds * 1000), 0);
  });
}
