import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileStructural } from './structural-schema.ts';
import { findFieldPath } from './field-path.ts';

const text = { type: 'string' };
const schema = compileStructural({
  type: 'object',
  properties: {
    a: { type: 'object', properties: { 'b.c': text, d: { type: 'array', items: text } } },
    m: { type: 'object', additionalProperties: text },
  },
});

const cases: readonly (readonly [string, string])[] = [
  ['.a', 'a'],
  [".a['b.c']", 'a.b.c'],
  [".m['k']", 'm[k]'],
  ['.m.k', 'm[k]'],
  ["['a'].d", 'a.d'],
  ['a', 'error: expected [ or . but got: a'],
  ['.q', 'error: does not refer to a valid field'],
  ['.a.d.x', 'error: does not refer to a valid field'],
  ['.a.', 'error: unexpected end of JSON path'],
  ['.a[0]', 'error: expected single quoted string but got 0'],
  [".m['k'", 'error: unexpected end of JSON path'],
  [".m['\\q']", 'error: invalid string literal: invalid escape char \\q'],
];

test('paths of fields', () => {
  for (const [path, wanted] of cases) {
    const found = findFieldPath(path, schema);
    assert.equal(found.ok ? found.path.toString() : `error: ${found.error}`, wanted, path);
  }
});

test('selectable fields have no brackets', () => {
  assert.deepEqual(findFieldPath("['a']", schema, false), { ok: false, error: 'array notation is not allowed' });
});
