import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ageSince, humanDuration, shortHumanDuration } from './human-duration.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const year = 365 * day;

// As in apimachinery's own test.
const cases: [durationMs: number, long: string, short: string][] = [
  [-3 * second, '<invalid>', '<invalid>'],
  [-second, '0s', '0s'],
  [0, '0s', '0s'],
  [second + 999, '1s', '1s'],
  [70 * second, '70s', '1m'],
  [2 * minute, '2m', '2m'],
  [2 * minute + second, '2m1s', '2m'],
  [9 * minute + 59 * second, '9m59s', '9m'],
  [10 * minute + 30 * second, '10m', '10m'],
  [179 * minute, '179m', '2h'],
  [3 * hour + minute, '3h1m', '3h'],
  [8 * hour + minute, '8h', '8h'],
  [47 * hour, '47h', '1d'],
  [48 * hour, '2d', '2d'],
  [49 * hour, '2d1h', '2d'],
  [8 * day, '8d', '8d'],
  [729 * day, '729d', '1y'],
  [2 * year, '2y', '2y'],
  [2 * year + day, '2y1d', '2y'],
  [8 * year + day, '8y', '8y'],
];

test('durations have two or three figures', () => {
  for (const [durationMs, long, short] of cases) {
    assert.equal(humanDuration(durationMs), long);
    assert.equal(shortHumanDuration(durationMs), short);
  }
});

test('the age of what has no time is unknown', () => {
  const now = Date.parse('2026-01-01T00:00:10Z');
  assert.equal(ageSince('2026-01-01T00:00:00Z', now), '10s');
  for (const absent of [undefined, null, '', 'soon', 5]) assert.equal(ageSince(absent, now), '<unknown>');
});
