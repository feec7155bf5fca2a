import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as field from './field-error.ts';

const at = field.path('spec').child('containers').index(0);

for (const [error, text] of [
  [field.required(at.child('name'), ''), 'spec.containers[0].name: Required value'],
  [field.invalid(at.child('image'), 'a\tb', 'no tabs'), 'spec.containers[0].image: Invalid value: "a\\tb": no tabs'],
  [field.invalid('spec.replicas', -1, 'must be positive'), 'spec.replicas: Invalid value: -1: must be positive'],
  [field.invalid('spec', { a: '<b>' }, 'no'), 'spec: Invalid value: {"a":"\\u003cb\\u003e"}: no'],
  [field.invalid('spec', null, ''), 'spec: Invalid value: null'],
  [field.notSupported('spec.type', 'X', ['A', 'B']), 'spec.type: Unsupported value: "X": supported values: "A", "B"'],
  [field.duplicate(at.key('a'), 'x'), 'spec.containers[0][a]: Duplicate value: "x"'],
  [field.forbidden('spec', 'may not change'), 'spec: Forbidden: may not change'],
  [field.notFound('spec.x', 'y'), 'spec.x: Not found: "y"'],
  [field.tooLong('data', 1), 'data: Too long: may not be more than 1 byte'],
  [field.tooLong('data', -1), 'data: Too long: value is too long'],
  [field.tooLongCharacters('data', 5), 'data: Too long: may not be more than 5 characters'],
  [field.tooShort('data', 1), 'data: Too short: must be at least 1 character'],
  [field.tooMany('list', 3, 1), 'list: Too many: 3: must have at most 1 item'],
  [field.tooMany('list', -1, -1), 'list: Too many: has too many items'],
  [field.tooFew('list', 0, 2), 'list: Too few: 0: must have at least 2 items'],
  [field.typeInvalid('x', true, 'must be a string'), 'x: Invalid value: true: must be a string'],
  [field.internal('x', 'broken'), 'x: Internal error: broken'],
] as const) {
  test(text, () => assert.equal(field.fieldErrorText(error), text));
}
