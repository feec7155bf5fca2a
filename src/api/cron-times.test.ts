import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSchedule } from './cron-schedule.ts';
import { isTimeZone, nextTime, zonedTimestamp } from './cron-times.ts';

const cases: readonly (readonly [schedule: string, zone: string, after: string, next: string | undefined])[] = [
  ['* * * * *', 'UTC', '2030-01-01T00:00:00Z', '2030-01-01T00:01:00.000Z'],
  ['* * * * *', 'UTC', '2030-01-01T00:00:59.500Z', '2030-01-01T00:01:00.000Z'],
  ['*/15 9-17 * * 1-5', 'UTC', '2030-01-04T17:50:00Z', '2030-01-07T09:00:00.000Z'],
  ['0 0 1 1 *', 'UTC', '2030-06-01T00:00:00Z', '2031-01-01T00:00:00.000Z'],
  ['0 0 13 * 5', 'UTC', '2030-01-01T00:00:00Z', '2030-01-04T00:00:00.000Z'],
  ['0 0 */2 * 5', 'UTC', '2030-01-01T00:00:00Z', '2030-01-03T00:00:00.000Z'],
  ['0 0 * * 5', 'UTC', '2030-01-01T00:00:00Z', '2030-01-04T00:00:00.000Z'],
  ['0 0 30 2 *', 'UTC', '2030-01-01T00:00:00Z', undefined],
  ['0 0 29 2 *', 'UTC', '2030-01-01T00:00:00Z', '2032-02-29T00:00:00.000Z'],
  ['@every 1h30m', 'UTC', '2030-01-01T00:00:00.900Z', '2030-01-01T01:30:00.000Z'],
  ['@every 10ms', 'UTC', '2030-01-01T00:00:00Z', '2030-01-01T00:00:01.000Z'],
  ['@weekly', 'UTC', '2030-01-01T00:00:00Z', '2030-01-06T00:00:00.000Z'],
  ['30 8 * * *', 'Asia/Kolkata', '2030-01-01T00:00:00Z', '2030-01-01T03:00:00.000Z'],
  ['TZ=Asia/Tokyo 0 9 * * *', 'UTC', '2030-01-01T01:00:00Z', '2030-01-02T00:00:00.000Z'],
  // Half past two doesn't exist on that day, and half past one comes twice on the other.
  ['30 2 * * *', 'America/New_York', '2030-03-09T12:00:00Z', '2030-03-11T06:30:00.000Z'],
  ['30 1 * * *', 'America/New_York', '2030-11-03T05:30:00Z', '2030-11-03T06:30:00.000Z'],
  // A day that began at one.
  ['0 * 4 11 *', 'America/Sao_Paulo', '2018-11-03T12:00:00Z', '2018-11-04T03:00:00.000Z'],
];

for (const [schedule, zone, after, next] of cases) {
  test(`${schedule} in ${zone} after ${after}`, () => {
    const parsed = parseSchedule(schedule);
    assert.ok(typeof parsed !== 'string');
    const time = nextTime(parsed, Date.parse(after), zone);
    assert.equal(time === undefined ? undefined : new Date(time).toISOString(), next);
  });
}

test('times are written as their zone has them', () => {
  const time = Date.parse('2030-01-01T00:00:00Z');
  assert.equal(zonedTimestamp(time, 'UTC'), '2030-01-01T00:00:00Z');
  assert.equal(zonedTimestamp(time, 'Asia/Kolkata'), '2030-01-01T05:30:00+05:30');
  assert.equal(zonedTimestamp(time, 'America/New_York'), '2029-12-31T19:00:00-05:00');
});

test('zones are known or not', () => {
  assert.equal(isTimeZone('Europe/Berlin'), true);
  assert.equal(isTimeZone('Europe/Nowhere'), false);
});
