import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeToken, type Verdict } from './unused-token.ts';

const now = Date.parse('2026-11-21T12:00:00Z');
const tenDays = 10 * 86_400_000;
const old = '2020-01-01T00:00:00Z';
const used = (day: string): Record<string, string> => ({ 'kubernetes.io/legacy-token-last-used': day });
const invalid = (day: string): Record<string, string> => ({ 'kubernetes.io/legacy-token-invalid-since': day });
const look = (at: string): Verdict => ({ kind: 'look', at: Date.parse(at) });

const cases: readonly (readonly [string, string, Record<string, string>, string | undefined, Verdict])[] = [
  ['never used, in ten days', old, {}, '2026-11-01', { kind: 'mark', day: '2026-11-21' }],
  ['nobody knows since when uses are noted', old, {}, undefined, { kind: 'keep' }],
  ['what is said of that is no day', old, {}, '2026-02-30', { kind: 'keep' }],
  ['uses have not been noted long enough', old, {}, '2026-11-11', look('2026-11-22T00:00:00Z')],
  ['uses have just been noted long enough', old, {}, '2026-11-10', { kind: 'mark', day: '2026-11-21' }],
  ['created lately', '2026-11-20T01:02:03Z', {}, '2026-11-01', look('2026-11-30T01:02:03.001Z')],
  ['used lately', old, used('2026-11-15'), '2026-11-01', look('2026-11-26T00:00:00Z')],
  ['used long ago', old, used('2026-11-10'), '2026-11-01', { kind: 'mark', day: '2026-11-21' }],
  ['used on a day that is none', old, used('yesterday'), '2026-11-01', { kind: 'keep' }],
  ['marked lately', old, invalid('2026-11-15'), '2026-11-01', look('2026-11-26T00:00:00Z')],
  ['marked long ago', old, invalid('2026-11-10'), '2026-11-01', { kind: 'delete' }],
  ['marked with no day', old, invalid('soon'), '2026-11-01', { kind: 'mark', day: '2026-11-21' }],
  [
    'marked long ago, and used since',
    old,
    { ...invalid('2026-11-01'), ...used('2026-11-15') },
    '2026-10-01',
    look('2026-11-26T00:00:00Z'),
  ],
];
for (const [name, creationTimestamp, labels, since, expected] of cases)
  test(name, () => assert.deepEqual(judgeToken({ creationTimestamp, labels }, since, now, tenDays), expected));
