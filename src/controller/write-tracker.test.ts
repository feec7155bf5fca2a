import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../api/object.ts';
import { markOn } from '../api/side.ts';
import { FakeClock } from '../client/fake-clock.test-double.ts';
import { ObjectStore } from '../client/object-store.ts';
import { done, requeueAfter } from './controller.ts';
import { WriteTracker } from './write-tracker.ts';

const minuteMs = 60_000;

function pod(uid: string, resourceVersion: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'one', uid, resourceVersion } };
}

function setUp() {
  const clock = new FakeClock();
  const cache = new ObjectStore<'tenant'>();
  const tracker = new WriteTracker(cache, clock);
  const show = (object: KubeObject): void => void cache.set(markOn('tenant', object));
  const hide = (): void => void cache.delete('one/web');
  return { clock, tracker, show, hide };
}

test('what was written is waited for until the cache is as new', () => {
  const { tracker, show } = setUp();
  show(pod('a', '1'));
  tracker.wrote('one/set', pod('a', '3'));
  assert.equal(tracker.isCurrent('one/set'), false);
  show(pod('a', '2'));
  assert.equal(tracker.isCurrent('one/set'), false);
  show(pod('a', '3'));
  assert.equal(tracker.isCurrent('one/set'), true);
});

test('what the cache had is waited for as long as it takes', async () => {
  const { clock, tracker, show } = setUp();
  show(pod('a', '1'));
  tracker.wrote('one/set', pod('a', '3'));
  await clock.advance(10 * minuteMs);
  assert.equal(tracker.isCurrent('one/set'), false);
  assert.equal(tracker.unseenForMs('one/set'), 10 * minuteMs);
  assert.equal(tracker.unseenForMs('one/other'), 0);
});

test('what the cache had, and has no longer, was deleted since', () => {
  const { tracker, show, hide } = setUp();
  show(pod('a', '1'));
  tracker.wrote('one/set', pod('a', '3'));
  hide();
  assert.equal(tracker.isCurrent('one/set'), true);
  tracker.wrote('one/set', pod('a', '3'), true);
  assert.equal(tracker.isCurrent('one/set'), true);
});

test('what the cache never had may be gone before it shows: it is waited for a while', async () => {
  const { clock, tracker } = setUp();
  tracker.wrote('one/set', pod('a', '3'));
  assert.equal(tracker.isCurrent('one/set'), false);
  await clock.advance(2 * minuteMs);
  assert.equal(tracker.isCurrent('one/set'), true);
});

test('as long as something does not show, somebody looks again', () => {
  const { tracker, show } = setUp();
  tracker.wrote('one/set', pod('a', '3'));
  assert.deepEqual(tracker.lookAgain('one/set', done), requeueAfter(10_000, { wakes: false }));
  assert.deepEqual(tracker.lookAgain('one/set', requeueAfter(60_000)), requeueAfter(10_000));
  assert.deepEqual(tracker.lookAgain('one/set', requeueAfter(5)), requeueAfter(5));
  show(pod('a', '3'));
  assert.deepEqual(tracker.lookAgain('one/set', done), done);
});

test('what was deleted may be kept by a finalizer: it is waited for a while, unless it is certain to go', async () => {
  const { clock, tracker, show, hide } = setUp();
  show(pod('a', '1'));
  tracker.deleted('one/set', pod('a', '1'));
  await clock.advance(2 * minuteMs);
  assert.equal(tracker.isCurrent('one/set'), true);
  tracker.deleted('one/set', pod('a', '1'), true);
  await clock.advance(2 * minuteMs);
  assert.equal(tracker.isCurrent('one/set'), false);
  hide();
  assert.equal(tracker.isCurrent('one/set'), true);
});
