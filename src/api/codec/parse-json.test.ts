import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseJsonText } from './json-parser.ts';
import { parseJson } from './parse-json.ts';

/** A text with the key `<name>\`, and one with the key that an escape makes. The names differ, for what was read once stays read. */
function pair(name: string, escape: string): [spoiling: string, victim: string] {
  return [String.raw`{"a${name}":1,"b${name}\\":1}`, `{"a${name}":1,"b${name}\\${escape}":1}`];
}

test('a key with an escape is never taken for another that was read before', () => {
  for (const [index, escape] of ['n', 't', '"', '/', 'u0041', 'u005c', '\\\\n'].entries()) {
    const [spoiling, victim] = pair(String(index), escape);
    parseJson(spoiling);
    const expected = [`a${index}`, String(JSON.parse(`"b${index}\\${escape}"`))];
    assert.deepEqual(Object.keys(Object(parseJson(victim))), expected, victim);
  }
});

test('also below lists and objects, and where the key of managed fields is imitated', () => {
  const nested = (key: string): string => `{"x":[{"y":{"before":1,${JSON.stringify(key)}:{}}}]}`;
  const real = 'k:{"name":"app"}';
  parseJson(nested(JSON.stringify(real).slice(1, 1 + real.length)));
  assert.equal(JSON.stringify(parseJson(nested(real))), nested(real));
});

const texts = [
  ' { "a" : [ 1 , -2.5e+3 , true , false , null ] , "b" : { } , "c" : [ ] } ',
  '{"a":1,"b":2,"a":3}',
  '{"__proto__":{"x":1}}',
  '"\\u00e9\\ud83d\\ude00\\n"',
  '0',
  '-0',
];
test('our own parser gives what the engine gives', () => {
  for (const text of texts) assert.deepEqual(parseJsonText(text), JSON.parse(text), text);
  assert.deepEqual(Object.keys(Object(parseJsonText('{"__proto__":1}'))), ['__proto__']);
  fc.assert(fc.property(fc.json(), (text) => assert.deepEqual(parseJsonText(text), JSON.parse(text))));
});

test('our own parser refuses what the engine refuses', () => {
  const broken = [
    '',
    '{',
    '[1,]',
    '{"a"}',
    '{"a":1,}',
    '01',
    '1.',
    '.5',
    '+1',
    '"\n"',
    '"\\x"',
    '"\\u12"',
    'nul',
    '1 2',
    '\u00a01',
    "{'a':1}",
  ];
  for (const text of broken) {
    assert.throws(() => void JSON.parse(text), SyntaxError, text);
    assert.throws(() => parseJsonText(text), SyntaxError, text);
  }
  fc.assert(
    fc.property(fc.json(), fc.nat(), fc.constantFrom('"', '\\', '}', ',', '-', 'e', ' '), (text, where, put) => {
      const at = where % (text.length + 1);
      const mutated = text.slice(0, at) + put + text.slice(at + 1);
      assert.deepEqual(
        outcome(() => parseJsonText(mutated)),
        outcome(() => JSON.parse(mutated)),
      );
    }),
  );
});

test('depth is limited before the stack is', () => {
  assert.throws(() => parseJsonText('['.repeat(1_000_000)), SyntaxError);
});

test('it asks what each number is, by the object or list around it', () => {
  const heard: [string, string][] = [];
  const parsed = parseJsonText('{"a":1.0,"b":[2,3e1]}', (source, _holder, key) => heard.push([key, source]));
  assert.deepEqual(parsed, { a: 1, b: [2, 3] });
  assert.deepEqual(heard, [
    ['a', '1.0'],
    ['0', '2'],
    ['1', '3e1'],
  ]);
});

function outcome(parse: () => unknown): unknown {
  try {
    return parse();
  } catch (error) {
    assert.ok(error instanceof SyntaxError);
    return SyntaxError;
  }
}
