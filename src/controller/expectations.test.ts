import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '../client/fake-clock.test-double.ts';
import { Expectations } from './expectations.ts';

const minuteMs = 60_000;

test('what was expected and seen is counted', () => {
  const expectations = new Expectations(new FakeClock());
  expectations.expect('one/web', 2, ['one/web-a']);
  expectations.created('one/web', 'one/web-1');
  expectations.creationObserved('one/web', 'one/web-1');
  expectations.creationObserved('one/web', 'one/web-2');
  expectations.created('one/web', 'one/web-2');
  assert.equal(expectations.satisfied('one/web'), false);
  expectations.deletionObserved('one/web', 'one/web-a');
  assert.equal(expectations.satisfied('one/web'), true);
  assert.equal(expectations.remainingMs('one/web'), undefined);
});

test('what was seen, and created by somebody else or by a request that failed, passes for nothing else', () => {
  const expectations = new Expectations(new FakeClock());
  expectations.expectCreations('one/web', 2);
  expectations.creationObserved('one/web', 'one/web-unknown');
  expectations.notCreated('one/web');
  expectations.created('one/web', 'one/web-2');
  assert.equal(expectations.satisfied('one/web'), false);
  expectations.creationObserved('one/web', 'one/web-unknown');
  assert.equal(expectations.satisfied('one/web'), false);
  expectations.creationObserved('one/web', 'one/web-2');
  assert.equal(expectations.satisfied('one/web'), true);
});

test('what never shows is waited for so long, and says for how long still', async () => {
  const clock = new FakeClock();
  const expectations = new Expectations(clock);
  expectations.expectCreations('one/web', 1);
  assert.equal(expectations.remainingMs('one/web'), 5 * minuteMs);
  await clock.advance(2 * minuteMs);
  const remaining = expectations.remainingMs('one/web');
  assert.equal(remaining, 3 * minuteMs);
  assert.equal(expectations.satisfied('one/web'), false);
  await clock.advance(remaining);
  assert.equal(expectations.satisfied('one/web'), true);
});
