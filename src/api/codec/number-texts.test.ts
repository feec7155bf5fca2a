import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isJsonObject } from '../json.ts';
import { numberText, parseKeepingNumbers } from './number-texts.ts';

const cases: readonly (readonly [string, string, string | undefined])[] = [
  ['a fraction of nothing', '{"a":1.0}', '1.0'],
  ['an exponent', '{"a": 1e3}', '1e3'],
  ['more digits than a double has', '{"a":9223372036854775807}', '9223372036854775807'],
  ['an infinite one', '{"a":-1e400}', '-1e400'],
  ['a plain one has no more to say', '{"a":15,"b":1.5}', undefined],
  ['a text is none', '{"a":"1.5"}', undefined],
];
for (const [name, text, expected] of cases) {
  test(name, () => {
    const value = parseKeepingNumbers(text);
    assert.ok(isJsonObject(value));
    assert.equal(numberText(value, 'a'), expected);
    assert.deepEqual(value, JSON.parse(text));
  });
}

test('in lists, by their index', () => {
  const value = parseKeepingNumbers('[1,2.0]');
  assert.ok(Array.isArray(value));
  assert.equal(numberText(value, 1), '2.0');
});
