import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseQuery } from './query-string.ts';

const cases: readonly (readonly [string, string, readonly (readonly [string, string])[]])[] = [
  ['nothing', '', []],
  [
    'escapes and plus signs',
    'a=b%3Dc&d=e+f',
    [
      ['a', 'b=c'],
      ['d', 'e f'],
    ],
  ],
  ['a broken escape takes its part with it', 'a=%zz&b=1&c=%', [['b', '1']]],
  ['a semicolon takes its part with it', 'limit=1;watch=true&b=1', [['b', '1']]],
  [
    'the same name twice',
    'a=1&a=2',
    [
      ['a', '1'],
      ['a', '2'],
    ],
  ],
];
for (const [name, query, expected] of cases) {
  test(name, () => assert.deepEqual([...parseQuery(query)], expected));
}
