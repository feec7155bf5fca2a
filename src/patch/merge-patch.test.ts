import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { goldenCases } from '../api/golden-cases.test-double.ts';
import type { JsonObject, JsonValue } from '../api/json.ts';
import { applyMergePatch, createMergePatch } from './merge-patch.ts';
import { decodeMergePatch } from './patch-body.ts';

for (const { doc, patch, out } of goldenCases<JsonObject>(
  new URL('testdata/merge-patches.generated.json', import.meta.url),
)) {
  test(`${JSON.stringify(doc)} ← ${JSON.stringify(patch)}`, () => {
    assert.ok(doc !== undefined && patch !== undefined && out !== undefined);
    const before = JSON.stringify([doc, patch]);
    assert.deepEqual(applyMergePatch(doc, patch), JSON.parse(out));
    assert.equal(JSON.stringify([doc, patch]), before);
  });
}

// Nulls can't be said in a merge patch.
const objects = fc.letrec<{ object: JsonObject; value: JsonValue }>((tie) => ({
  object: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), tie('value'), { maxKeys: 4, noNullPrototype: true }),
  value: fc.oneof({ maxDepth: 3 }, fc.integer(), fc.string(), fc.array(fc.integer()), tie('object')),
})).object;

test('the difference, applied, gives the wanted object', () => {
  fc.assert(
    fc.property(objects, objects, (from, to) => {
      assert.deepEqual(applyMergePatch(from, createMergePatch(from, to)), to);
    }),
  );
});

test('the difference to itself is empty, and the empty patch changes nothing', () => {
  fc.assert(
    fc.property(objects, (object) => {
      assert.deepEqual(createMergePatch(object, object), {});
      assert.deepEqual(applyMergePatch(object, {}), object);
    }),
  );
});

test('a patch applied twice does what it does once', () => {
  fc.assert(
    fc.property(objects, objects, (object, patch) => {
      const once = applyMergePatch(object, patch);
      assert.deepEqual(applyMergePatch(once, patch), once);
    }),
  );
});

test('the result shares nothing with the patch', () => {
  const patch = { a: { b: [1] } };
  const result = applyMergePatch({}, patch);
  patch.a.b.push(2);
  assert.deepEqual(result, { a: { b: [1] } });
});

for (const [body, checked, message] of [
  ['{', false, 'Invalid JSON Patch'],
  ['{', true, 'error decoding patch: unexpected end of JSON input'],
  ['null', true, 'Invalid JSON Patch'],
  ['"x"', false, 'Invalid JSON Patch'],
  ['[]', true, 'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}'],
] as const) {
  test(`body ${body}${checked ? ', checked' : ''}: ${message}`, () => {
    assert.throws(() => decodeMergePatch(Buffer.from(body), checked), { message });
  });
}

test('duplicate fields are reported only when checked', () => {
  const body = Buffer.from('{"a":1,"a":2}');
  assert.deepEqual(decodeMergePatch(body, true), { patch: { a: 2 }, strictErrors: ['duplicate field "a"'] });
  assert.deepEqual(decodeMergePatch(body, false), { patch: { a: 2 }, strictErrors: [] });
});
