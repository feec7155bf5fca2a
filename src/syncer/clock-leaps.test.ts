import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '../client/fake-clock.test-double.ts';
import { ClockLeaps } from './clock-leaps.ts';

/** A wall clock that can be set. */
class SettableClock extends FakeClock {
  offsetMs = 0;
  override now(): number {
    return super.now() + this.offsetMs;
  }
}

for (const [name, byMs, leaps] of [
  ['a leap ahead is told once', 3_600_000, 1],
  ['a leap back is not', -3_600_000, 0],
  ['nor is a small correction', 500, 0],
] as const) {
  test(`the wall clock: ${name}`, async () => {
    const clock = new SettableClock();
    let told = 0;
    const leapsOf = new ClockLeaps(
      clock,
      () => true,
      () => told++,
    );
    leapsOf.watch();
    await clock.advance(90_000);
    assert.equal(told, 0);
    clock.offsetMs += byMs;
    await clock.advance(600_000);
    assert.equal(told, leaps);
    await leapsOf.stop();
    assert.equal(clock.nextDue(), undefined);
  });
}

test('nothing is due: no timer is left', async () => {
  const clock = new SettableClock();
  const leaps = new ClockLeaps(
    clock,
    () => false,
    () => undefined,
  );
  assert.equal(clock.nextDue(), undefined);
  leaps.watch();
  await clock.advance(120_000);
  assert.equal(clock.nextDue(), undefined);
});
