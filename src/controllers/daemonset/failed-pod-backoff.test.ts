import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '../../client/fake-clock.test-double.ts';
import { FailedPodBackoff } from './failed-pod-backoff.ts';

test('each failed pod of a node lies there for longer, up to a quarter of an hour; after twice that all is forgotten', async () => {
  const clock = new FakeClock();
  const backoff = new FailedPodBackoff(clock);
  const remaining = (): number => backoff.remainingMs('demo/agent', 'set/1', 'n1');
  assert.equal(remaining(), 0);
  const waits: number[] = [];
  for (let failures = 0; failures < 12; failures++) {
    backoff.replaced('demo/agent', 'set/1', 'n1');
    waits.push(remaining() / 1000);
    await clock.advance(remaining());
    assert.equal(remaining(), 0);
  }
  assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
  await clock.advance(31 * 60_000);
  backoff.replaced('demo/agent', 'set/1', 'n1');
  assert.equal(remaining(), 1000);
});

test('nodes, sets and generations of a set do not wait for each other', () => {
  const backoff = new FailedPodBackoff(new FakeClock());
  backoff.replaced('demo/agent', 'set/1', 'n1');
  assert.equal(backoff.remainingMs('demo/agent', 'set/1', 'n2'), 0);
  assert.equal(backoff.remainingMs('demo/other', 'set/1', 'n1'), 0);
  assert.equal(backoff.remainingMs('demo/agent', 'set/2', 'n1'), 0);
  assert.equal(backoff.remainingMs('demo/agent', 'set/1', 'n1'), 1000);
  backoff.forget('demo/agent');
  assert.equal(backoff.remainingMs('demo/agent', 'set/1', 'n1'), 0);
});
