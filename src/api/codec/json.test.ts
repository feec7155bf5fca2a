import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { testGolden } from '../golden-cases.test-double.ts';
import { isJsonObject } from '../json.ts';
import {
  decodeJson,
  decodeTypedJson,
  jsonDepthMax,
  readTypeMeta,
  strictDecodingErrorText,
  typeMetaErrorPrefix,
} from './json.ts';
import { duplicateFieldErrors, fieldErrorsInOrder } from './json-duplicates.ts';
import { findJsonError } from './json-syntax.ts';
import { numberText } from './number-texts.ts';

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
  assert.throws(() => decodeJson(nested(jsonDepthMax + 1)), /^DecodeError: invalid character '\[' exceeded max depth$/);
  assert.throws(() => decodeJson(Buffer.from('['.repeat(1_000_000))), /exceeded max depth$/);
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

test('where a type is known, numbers are kept as they were written', () => {
  const value = decodeTypedJson(Buffer.from('{"a":1.0,"b":1e400}'));
  assert.ok(isJsonObject(value));
  assert.deepEqual([numberText(value, 'a'), numberText(value, 'b')], ['1.0', '1e400']);
  assert.throws(() => decodeTypedJson(Buffer.from('{"a":{"__proto__":1.0}}')), /__proto__/);
});

// As a real API server answers.
const syntaxErrors: Record<string, string> = {
  '': 'unexpected end of JSON input',
  nonsense: "invalid character 'o' in literal null (expecting 'u')",
  '{"a":': 'unexpected end of JSON input',
  '{a:1}': "invalid character 'a' looking for beginning of object key string",
  '{"a" 1}': "invalid character '1' after object key",
  '{"a":}': "invalid character '}' looking for beginning of value",
  '{"a":1 2}': "invalid character '2' after object key:value pair",
  '{"a":1,}': "invalid character '}' looking for beginning of object key string",
  '[1,]': "invalid character ']' looking for beginning of value",
  '[1 2]': "invalid character '2' after array element",
  '{} x': "invalid character 'x' after top-level value",
  "{'a':1}": String.raw`invalid character '\'' looking for beginning of object key string`,
  '"\n"': String.raw`invalid character '\n' in string literal`,
  '"\\x"': "invalid character 'x' in string escape code",
  '"\\u12g4"': String.raw`invalid character 'g' in \u hexadecimal character escape`,
  '01': "invalid character '1' after top-level value",
  '[1.]': "invalid character ']' after decimal point in numeric literal",
  '[-]': "invalid character ']' in numeric literal",
  '[1e]': "invalid character ']' in exponent of numeric literal",
  é: "invalid character 'Ã' looking for beginning of value",
};

for (const [text, message] of Object.entries(syntaxErrors)) {
  test(`${JSON.stringify(text)} is refused in Go's words`, () => {
    assert.throws(() => decodeJson(Buffer.from(text)), { name: 'DecodeError', message });
  });
}

test('what JSON.parse takes, the scan for errors takes; what it refuses, the scan refuses', () => {
  const error = (text: string): string | undefined => findJsonError(Buffer.from(text), jsonDepthMax);
  fc.assert(
    fc.property(fc.json(), (text) => assert.equal(error(text), undefined)),
    { numRuns: 200 },
  );
  const broken = fc.tuple(
    fc.json({ maxDepth: 3 }),
    fc.nat(),
    fc.constantFrom('', '}', ']', '"', ',', ':', '\\', '\u0000', '1', ' '),
  );
  const property = fc.property(broken, ([text, at, insert]) => {
    const place = at % (text.length + 1);
    const changed = text.slice(0, place) + insert + text.slice(place + 1);
    assert.equal(error(changed) === undefined, parses(changed), changed);
  });
  fc.assert(property, { numRuns: 2000 });
});

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test('invalid UTF-8 is replaced', () => {
  assert.deepEqual(decodeJson(Buffer.from([0x22, 0xff, 0x22])), '\ufffd');
});

test('each field that stands twice is named once, with its path; at most a hundred', () => {
  const text = '{"a":{"b":[{"c":1,"c":2,"c":3}]},"d":1,"\\u0064":2,"e":{"d":1}}';
  assert.deepEqual(duplicateFieldErrors(Buffer.from(text)), ['duplicate field "a.b[0].c"', 'duplicate field "d"']);
  const fields = Array.from({ length: 300 }, (_, index) => `"f${index}":1,"f${index}":2`).join(',');
  assert.equal(duplicateFieldErrors(Buffer.from(`{${fields}}`)).length, 100);
});

test('what the schema does not know stands among the duplicates where it stands in the text, and hides its own', () => {
  const text = '{"spec":{"foo":{"a":1,"a":2},"foo":1,"n":2,"n":3,"items":[{"bar":1}]},"n":1,"n":2}';
  const unknown = ['unknown field "spec.foo"', 'unknown field "spec.items[0].bar"'];
  assert.deepEqual(fieldErrorsInOrder(Buffer.from(text), unknown), [
    'unknown field "spec.foo"',
    'duplicate field "spec.n"',
    'unknown field "spec.items[0].bar"',
    'duplicate field "n"',
  ]);
});

test('duplicates are found behind strings of many megabytes', () => {
  const long = JSON.stringify('x\\"'.repeat(3_000_000));
  const body = Buffer.from(`{"a":${long},"b":1,"b":2}`);
  assert.deepEqual(duplicateFieldErrors(body), ['duplicate field "b"']);
});

test('a list of half a million is walked through like any other', () => {
  const items = Array.from({ length: 500_000 }, () => 0).join(',');
  assert.ok(Array.isArray(decodeJson(Buffer.from(`["\\u0000",${items}]`))));
  assert.throws(() => decodeJson(Buffer.from(`[${items},1e400]`)), /cannot unmarshal number/);
});
