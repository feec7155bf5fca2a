import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { testGolden } from './golden-cases.test-double.ts';
import { ageSince, goDurationText, humanDuration, parseGoDuration } from './duration.ts';
import { scaledIntOrPercent } from './int-or-string.ts';

const golden = new URL('testdata/durations.generated.json', import.meta.url);

testGolden(golden, 'human', ({ n = 0 }) => humanDuration(n));
testGolden(golden, 'goduration', ({ text = '' }) => {
  const parsed = parseGoDuration(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return goDurationText(parsed.nanoseconds);
});
testGolden(golden, 'percent', ({ text = '', n = 0, b }) => {
  const scaled = scaledIntOrPercent(text, n, b === 'up' ? 'up' : 'down');
  if (!scaled.ok) throw new Error(scaled.error);
  return String(scaled.value);
});

test('the age of what has no time is unknown', () => {
  const now = Date.parse('2026-01-01T00:00:10Z');
  assert.equal(ageSince('2026-01-01T00:00:00Z', now), '10s');
  for (const absent of [undefined, null, '', 'soon', 5]) assert.equal(ageSince(absent, now), '<unknown>');
});

test('durations read as Go writes them', () => {
  const table: [nanoseconds: bigint, text: string][] = [
    [0n, '0s'],
    [1n, '1ns'],
    [1100n, '1.1µs'],
    [2_200_000n, '2.2ms'],
    [3_300_000_000n, '3.3s'],
    [245_000_000_000n, '4m5s'],
    [245_001_000_000n, '4m5.001s'],
    [18_367_001_000_000n, '5h6m7.001s'],
    [-60_000_000_000n, '-1m0s'],
    [3_600_000_000_000n, '1h0m0s'],
  ];
  for (const [nanoseconds, text] of table) assert.equal(goDurationText(nanoseconds), text);
  const property = fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (nanoseconds) => {
    assert.deepEqual(parseGoDuration(goDurationText(nanoseconds)), { ok: true, nanoseconds });
  });
  fc.assert(property);
});

test('more digits than a number has', () => {
  const many = '9'.repeat(100_000);
  assert.deepEqual(parseGoDuration(many), { ok: false, error: `time: invalid duration "${many}"` });
  assert.deepEqual(parseGoDuration(`0.${many}s`), { ok: true, nanoseconds: 999_999_999n });
});
