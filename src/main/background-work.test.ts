import assert from 'node:assert/strict';
import { test } from 'node:test';
import { metricText } from '../lib/metrics/metric-text.ts';
import { BackgroundWork } from './background-work.ts';

test('the earliest of what is due counts; nothing is due when nobody says so', () => {
  const work = new BackgroundWork();
  const due: { at: number | undefined } = work.include({ at: undefined, nextWakeUp: () => due.at });
  work.include({ nextWakeUp: () => undefined });
  const shown = (): string => work.metrics().map(metricText).join('');
  assert.equal(work.nextWakeUp(), undefined);
  assert.doesNotMatch(shown(), /^sublet_next_wake_up_timestamp_seconds/m);
  due.at = 5500;
  work.include({ nextWakeUp: () => 7000 });
  assert.equal(work.nextWakeUp(), 5500);
  assert.match(shown(), /^sublet_next_wake_up_timestamp_seconds 5\.5$/m);
});
