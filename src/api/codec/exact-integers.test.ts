import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exactNumber, hasInexactInteger, isInexactInteger } from './exact-integers.ts';
import { decodeCustomJson, decodeJson, decodeTypedJson } from './json.ts';
import { parseJson } from './parse-json.ts';
import { resolveYamlScalar } from './yaml-scalar.ts';

const cases: Record<string, [json: string, inexact: string | undefined]> = {
  'the largest that is exact': ['[9007199254740991]', undefined],
  'one that would be rounded': ['{"a":[1,9007199254740993]}', '9007199254740993'],
  'a negative one': ['{"a":-9007199254740993}', '-9007199254740993'],
  'the largest of 64 bits': ['18446744073709551615', '18446744073709551615'],
  'what upstream rounds too': ['18446744073709551616', undefined],
  'a fraction is a float64': ['9007199254740993.5', undefined],
  'one with an exponent is a float64': ['9007199254740993e1', undefined],
  'as Go writes a float64': ['9223372036854776000', undefined],
  'digits in texts': [String.raw`{"9007199254740993":"a\"9007199254740993"}`, undefined],
};
for (const [name, [json, inexact]] of Object.entries(cases)) {
  test(name, () => {
    assert.equal(hasInexactInteger(json), inexact !== undefined);
    if (inexact !== undefined) assert.ok(isInexactInteger(inexact));
  });
}

test('integers of 64 bits are exact, with and without a sign; others are what upstream makes of them', () => {
  assert.equal(exactNumber('9223372036854775807'), 9223372036854775807n);
  assert.equal(exactNumber('-9223372036854775808'), -9223372036854775808n);
  assert.equal(exactNumber('9223372036854775808'), 2 ** 63);
  assert.equal(exactNumber('1.5'), 1.5);
  assert.equal(exactNumber('7'), 7);
});

test('what has no type comes back as it was written, from JSON, from the store, from YAML', () => {
  const text = '{"a":9223372036854775807,"b":[-9007199254740993,1,"9007199254740993"]}';
  const bytes = Buffer.from(text);
  for (const value of [decodeJson(bytes), decodeCustomJson(bytes), parseJson(text)]) {
    assert.equal(JSON.stringify(value), text);
    assert.equal(JSON.stringify(structuredClone(value)), text);
  }
  assert.equal(resolveYamlScalar('9007199254740993'), 9007199254740993n);
});

test('what has a type next keeps the text beside the number, as ever', () => {
  assert.deepEqual(decodeTypedJson(Buffer.from('{"a":9007199254740993}')), { a: Number('9007199254740993') });
});
