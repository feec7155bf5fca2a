import assert from 'node:assert/strict';
import { test } from 'node:test';
import { goldenCases } from '../api/golden-cases.test-double.ts';
import { StatusError } from '../api/status.ts';
import { applyJsonPatch, decodeJsonPatch, jsonPatchOperationsMax, type JsonPatchOperations } from './json-patch.ts';
import type { Container } from './json-pointer.ts';

const golden = new URL('testdata/json-patches.generated.json', import.meta.url);

for (const { doc, patch, out, error } of goldenCases<Container & JsonPatchOperations>(golden)) {
  test(`${JSON.stringify(doc)} ← ${JSON.stringify(patch)}`, () => {
    assert.ok(doc !== undefined && patch !== undefined);
    const before = JSON.stringify(doc);
    if (error === undefined) assert.deepEqual(applyJsonPatch(doc, patch), JSON.parse(out ?? ''));
    else
      assert.throws(
        () => applyJsonPatch(doc, patch),
        (thrown) => causeOf(thrown) === error,
      );
    assert.equal(JSON.stringify(doc), before);
  });
}

function causeOf(thrown: unknown): string {
  assert.ok(thrown instanceof StatusError);
  assert.equal(thrown.status.code, 422);
  assert.equal(thrown.message, 'the server rejected our request due to an error in our request');
  assert.ok(thrown.cause instanceof Error);
  return thrown.cause.message;
}

for (const [body, checked, code, message] of [
  ['{}', false, 400, 'json: cannot unmarshal object into Go value of type jsonpatch.Patch'],
  ['{}', true, 400, 'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp'],
  ['["a"]', false, 400, 'json: cannot unmarshal string into Go value of type jsonpatch.Operation'],
  [
    '[{"op":1}]',
    true,
    400,
    'error decoding patch: json: cannot unmarshal number into Go struct field jsonPatchOp.op of type string',
  ],
  ['[', false, 400, 'unexpected end of JSON input'],
  [
    JSON.stringify(Array.from({ length: jsonPatchOperationsMax + 1 }, () => ({ op: 'test' }))),
    false,
    413,
    'Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001',
  ],
] as const) {
  test(`body ${body.slice(0, 30)}${checked ? ', checked' : ''}: ${message}`, () => {
    assert.throws(
      () => decodeJsonPatch(Buffer.from(body), checked),
      (error) => error instanceof StatusError && error.status.code === code && error.message === message,
    );
  });
}

test('unknown and duplicate members are reported when checked', () => {
  const { strictErrors } = decodeJsonPatch(Buffer.from('[{"op":"test","path":"/a","op":"test","foo":1}]'), true);
  assert.deepEqual(strictErrors, ['json patch unknown field "[0].foo"', 'json patch duplicate field "[0].op"']);
});

test('no pointer reaches a prototype', () => {
  assert.throws(() => applyJsonPatch({ a: {} }, [{ op: 'add', path: '/a/__proto__', value: { x: 1 } }]));
  assert.throws(() => applyJsonPatch({ a: {} }, [{ op: 'add', path: '/a/__proto__/x', value: 1 }]));
  assert.equal('x' in {}, false);
});

test('copies may not add up to more than the limit', () => {
  const big = 'x'.repeat(1024 * 1024);
  const operations = Array.from({ length: 4 }, (_, index) => ({ op: 'copy', from: '/a', path: `/b${index}` }));
  assert.throws(
    () => applyJsonPatch({ a: big }, operations),
    (error) => causeOf(error).startsWith('Unable to complete the copy, the accumulated size increase of copy is'),
  );
});
