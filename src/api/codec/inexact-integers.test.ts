import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findInexactInteger } from './inexact-integers.ts';
import { decodeCustomJson, decodeJson } from './json.ts';
import { resolveYamlScalar } from './yaml-scalar.ts';

const cases: Record<string, [json: string, found: string | undefined]> = {
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
for (const [name, [json, found]] of Object.entries(cases)) {
  test(name, () => assert.equal(findInexactInteger(json), found));
}

test('bodies without a type are refused, never rounded', () => {
  const message = 'json: the number 9007199254740993 cannot be kept exactly';
  for (const decode of [decodeJson, decodeCustomJson])
    assert.throws(() => decode(Buffer.from('{"a":9007199254740993}')), { name: 'DecodeError', message });
  assert.throws(() => resolveYamlScalar('9007199254740993'), { name: 'DecodeError', message });
});
