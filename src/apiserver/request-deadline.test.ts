import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '../lib/clock.ts';
import { requestInfoOf } from './request-info.ts';
import { withDeadline } from './request-deadline.ts';

function world(): { clock: Clock; delays: number[]; fire: () => void; cancelled: () => number } {
  const delays: number[] = [];
  let fire = (): void => undefined;
  let cancelled = 0;
  const clock: Clock = {
    now: () => 0,
    monotonic: () => 0,
    after(delayMs, run) {
      delays.push(delayMs);
      fire = run;
      return { cancel: () => cancelled++ };
    },
  };
  return { clock, delays, fire: () => fire(), cancelled: () => cancelled };
}

function context(target: string): { info: ReturnType<typeof requestInfoOf>; query: URLSearchParams } {
  const [path = '', query = ''] = target.split('?');
  return { info: requestInfoOf({ method: 'GET', path, query }), query: new URLSearchParams(query) };
}

const never = (): Promise<never> => new Promise(() => undefined);

test('what takes too long is answered with a timeout', async () => {
  const { clock, fire, cancelled } = world();
  const waiting = withDeadline(clock, context('/api/v1/pods'), never);
  fire();
  await assert.rejects(waiting, /^StatusError: Timeout: request did not complete within the allotted timeout$/);
  assert.equal(cancelled(), 1);
});

const delays: Record<string, number> = {
  '': 60_000,
  'timeout=': 60_000,
  'timeout=10s': 10_000,
  'timeout=1m30s': 60_000,
  'timeout=1.5s': 1500,
  'timeout=.5s500ms': 1000,
  'timeout=0': 60_000,
  'timeout=0s': 60_000,
  'timeout=-3s': 60_000,
  'timeout=24h': 60_000,
  'timeout=100us': 0.1,
};

for (const [query, delayMs] of Object.entries(delays)) {
  test(`the deadline of ${JSON.stringify(query)}`, async () => {
    const { clock, delays, cancelled } = world();
    assert.equal(await withDeadline(clock, context(`/api/v1/pods?${query}`), async () => 'done'), 'done');
    assert.deepEqual(delays, [delayMs]);
    assert.equal(cancelled(), 1);
  });
}

test('a timeout that is none', async () => {
  const problems: Record<string, string> = {
    '5': 'missing unit in duration "5"',
    soon: 'invalid duration "soon"',
    '1x': 'unknown unit "x" in duration "1x"',
  };
  for (const [text, problem] of Object.entries(problems)) {
    await assert.rejects(withDeadline(world().clock, context(`/api/v1/pods?timeout=${text}`), never), {
      message: `invalid timeout specified in the request URL - time: ${problem}`,
    });
  }
});

test('watches, logs and connections have no deadline', async () => {
  for (const target of [
    '/api/v1/pods?watch=1&timeout=1s',
    '/api/v1/namespaces/a/pods/x/log',
    '/api/v1/namespaces/a/pods/x/exec',
  ]) {
    const { clock, delays } = world();
    await withDeadline(clock, context(target), async () => undefined);
    assert.deepEqual(delays, []);
  }
});

test('what fails fails as it did', async () => {
  await assert.rejects(
    withDeadline(world().clock, context('/version'), () => Promise.reject(new TypeError('x'))),
    TypeError,
  );
});
