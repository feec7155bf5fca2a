import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalTime } from './go-time.ts';

const layout = '"2006-01-02T15:04:05Z07:00"';
const microLayout = '"2006-01-02T15:04:05.000000Z07:00"';

const good: readonly [string, boolean, string][] = [
  ['2026-11-21T12:00:00Z', false, '2026-11-21T12:00:00Z'],
  ['2026-11-21T12:00:00.999999999Z', false, '2026-11-21T12:00:00Z'],
  ['2026-11-21T00:00:00-23:30', false, '2026-11-21T23:30:00Z'],
  ['0099-01-01T00:00:00Z', false, '0099-01-01T00:00:00Z'],
  ['2024-02-29T00:00:00Z', false, '2024-02-29T00:00:00Z'],
  ['2026-11-21T12:00:00.000001+01:00', true, '2026-11-21T11:00:00.000001Z'],
];
for (const [text, micro, expected] of good) {
  test(`${text} → ${expected}`, () =>
    assert.deepEqual(canonicalTime(text, micro), { ok: true, text: expected, zero: false }));
}

test('the zero time is known', () =>
  assert.deepEqual(canonicalTime('0001-01-01T00:00:00Z', false), {
    ok: true,
    text: '0001-01-01T00:00:00Z',
    zero: true,
  }));

const bad: readonly [string, boolean, string][] = [
  ['', false, `parsing time "" as ${layout}: cannot parse "" as "2006"`],
  ['2026/11', false, `parsing time "2026/11" as ${layout}: cannot parse "/11" as "-"`],
  ['2026-13-01T00:00:00Z', false, 'parsing time "2026-13-01T00:00:00Z": month out of range'],
  ['2026-02-30T00:00:00Z', false, 'parsing time "2026-02-30T00:00:00Z": day out of range'],
  ['2026-02-01T24:00:00Z', false, 'parsing time "2026-02-01T24:00:00Z": hour out of range'],
  ['2026-02-01 10:00:00Z', false, `parsing time "2026-02-01 10:00:00Z" as ${layout}: cannot parse " 10:00:00Z" as "T"`],
  ['2026-02-01T10:00:00', false, `parsing time "2026-02-01T10:00:00" as ${layout}: cannot parse "" as "Z07:00"`],
  ['2026-02-01T10:00:00Zx', false, 'parsing time "2026-02-01T10:00:00Zx": extra text: "x"'],
  [
    '2026-02-01T10:00:00Z',
    true,
    `parsing time "2026-02-01T10:00:00Z" as ${microLayout}: cannot parse "Z" as ".000000"`,
  ],
];
for (const [text, micro, error] of bad) {
  test(`${text || 'nothing'}: ${error}`, () => assert.deepEqual(canonicalTime(text, micro), { ok: false, error }));
}
