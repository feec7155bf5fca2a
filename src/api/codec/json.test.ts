import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testGolden } from '../golden-cases.test-double.ts';
import {
  decodeJson,
  encodeJson,
  jsonDepthMax,
  readTypeMeta,
  strictDecodingErrorText,
  typeMetaErrorPrefix,
} from './json.ts';
import { duplicateFieldErrors } from './json-duplicates.ts';

const golden = new URL('../testdata/json-bodies.generated.json', import.meta.url);

testGolden(golden, 'meta', ({ text = '' }) => {
  try {
    return readTypeMeta(decodeJson(Buffer.from(text))).kind;
  } catch (error) {
    assert.ok(error instanceof Error);
    throw new Error(typeMetaErrorPrefix + error.message, { cause: error });
  }
});
testGolden(golden, 'dup', ({ text = '' }) => strictDecodingErrorText(duplicateFieldErrors(Buffer.from(text))));

function nested(depth: number): Uint8Array {
  return Buffer.from(`${'['.repeat(depth)}${']'.repeat(depth)}`);
}

test('nesting has a limit, and brackets in strings do not count', () => {
  assert.ok(Array.isArray(decodeJson(nested(jsonDepthMax))));
  assert.throws(() => decodeJson(nested(jsonDepthMax + 1)), /^DecodeError: exceeded max depth$/);
  assert.throws(() => decodeJson(Buffer.from('['.repeat(1_000_000))), /^DecodeError: exceeded max depth$/);
  const text = JSON.stringify(['['.repeat(5000), '\\"['.repeat(5000)]);
  assert.deepEqual(decodeJson(Buffer.from(text)), JSON.parse(text));
});

test('keys that would change a prototype are refused, also when escaped', () => {
  assert.throws(() => decodeJson(Buffer.from('{"a":{"__proto__":{}}}')), /__proto__/);
  assert.throws(() => decodeJson(Buffer.from(String.raw`{"\u005f_proto__":{}}`)), /__proto__/);
  assert.deepEqual(decodeJson(Buffer.from('{"a":"__proto__"}')), { a: '__proto__' });
});

test('numbers beyond a float64 are refused', () => {
  assert.throws(() => decodeJson(Buffer.from('{"a":1e400}')), /cannot unmarshal number/);
  assert.deepEqual(decodeJson(Buffer.from('{"a":1e300,"b":"1e400"}')), { a: 1e300, b: '1e400' });
});

test('invalid UTF-8 is replaced', () => {
  assert.deepEqual(decodeJson(Buffer.from([0x22, 0xff, 0x22])), '\ufffd');
});

test('an answer is one line', () => {
  assert.equal(Buffer.from(encodeJson({ a: 1 })).toString(), '{"a":1}\n');
});

test('duplicates are found behind strings of many megabytes', () => {
  const long = JSON.stringify('x\\"'.repeat(3_000_000));
  const body = Buffer.from(`{"a":${long},"b":1,"b":2}`);
  assert.deepEqual(duplicateFieldErrors(body), ['duplicate field "b"']);
});
