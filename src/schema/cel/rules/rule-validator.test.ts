import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldErrorText, path } from '../../../api/field-error.ts';
import type { JsonObject, JsonValue } from '../../../api/json.ts';
import { compileStructural } from '../../structural/structural-schema.ts';
import { objectCostMax, validateRules, type RuleValidation } from './rule-validator.ts';

const integer: JsonObject = { type: 'integer' };

function spec(properties: JsonObject, ...rules: readonly JsonObject[]): JsonObject {
  const node = { type: 'object', properties, 'x-kubernetes-validations': [...rules] };
  return { type: 'object', properties: { spec: node } };
}

function errorsOf(
  schema: JsonObject,
  value: JsonValue,
  old?: JsonValue,
  more: Partial<RuleValidation> = {},
): readonly string[] {
  const before = old === undefined ? {} : { old: { spec: old }, ratchets: true };
  const { errors } = validateRules(compileStructural(schema), {
    path: path(),
    object: { spec: value },
    ...before,
    ...more,
  });
  return errors.map(fieldErrorText);
}

test('what a broken rule is told as', () => {
  const cases: readonly (readonly [JsonObject, string])[] = [
    [{ rule: 'self.a > 5' }, 'spec: Invalid value: failed rule: self.a > 5'],
    [{ rule: 'self.a > 5', message: 'too small' }, 'spec: Invalid value: too small'],
    [{ rule: 'self.a > 5', messageExpression: '"is " + string(self.a)' }, 'spec: Invalid value: is 1'],
    [{ rule: 'self.a > 5', message: 'm', messageExpression: '"a"[1]' }, 'spec: Invalid value: m'],
    [{ rule: 'self.a > 5', reason: 'FieldValueForbidden' }, 'spec: Forbidden: failed rule: self.a > 5'],
    [{ rule: 'self.a > 5', fieldPath: '.a', message: 'm' }, 'spec.a: Invalid value: m'],
    [{ rule: 'self.b > 5' }, 'spec: Invalid value: "object": no such key: b evaluating rule: self.b > 5'],
  ];
  for (const [rule, wanted] of cases) {
    assert.deepEqual(errorsOf(spec({ a: integer, b: integer }, rule), { a: 1 }), [wanted], JSON.stringify(rule));
  }
});

test('transitions need an old object', () => {
  const schema = spec({ a: integer }, { rule: 'self.a >= oldSelf.a' });
  assert.deepEqual(errorsOf(schema, { a: 1 }), []);
  assert.deepEqual(errorsOf(schema, { a: 1 }, { a: 1 }), []);
  assert.equal(errorsOf(schema, { a: 1 }, { a: 2 }).length, 1);
  const optional = spec({ a: integer }, { rule: 'oldSelf.hasValue()', optionalOldSelf: true });
  assert.equal(errorsOf(optional, { a: 1 }).length, 1);
  assert.deepEqual(errorsOf(optional, { a: 1 }, { a: 1 }), []);
});

test('what was wrong before is forgiven, and told', () => {
  const schema = spec({ a: { ...integer, 'x-kubernetes-validations': [{ rule: 'self > 5' }] }, b: integer });
  const warnings: string[] = [];
  const warn = (text: string): void => void warnings.push(text);
  assert.deepEqual(errorsOf(schema, { a: 1, b: 2 }, { a: 1, b: 1 }, { warn }), []);
  assert.deepEqual(warnings, ['spec.a: Invalid value: 1: failed rule: self > 5']);
  assert.equal(errorsOf(schema, { a: 2 }, { a: 1 }).length, 1);
  assert.equal(errorsOf(schema, { a: 1 }, { a: 1 }, { ratchets: false }).length, 1);
});

test('items are told by the keys of their list', () => {
  const item = {
    type: 'object',
    properties: { k: { type: 'string' }, v: integer },
    'x-kubernetes-validations': [{ rule: 'self.v >= oldSelf.v' }],
  };
  const list = { type: 'array', items: item, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k'] };
  const now = [
    { k: 'b', v: 1 },
    { k: 'a', v: 1 },
    { k: 'c', v: 0 },
  ];
  const before = [
    { k: 'a', v: 1 },
    { k: 'b', v: 2 },
  ];
  const errors = errorsOf(spec({ l: list }), { l: now }, { l: before });
  assert.equal(errors.length, 1);
  assert.match(errors[0] ?? '', /^spec\.l\[0\]: Invalid value: /);
});

test('sets are equal in any order, and are joined without doubles', () => {
  const set = { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' };
  const schema = spec({ a: set, b: set }, { rule: 'self.a == self.b && (self.a + self.b).size() == 2' });
  assert.deepEqual(errorsOf(schema, { a: ['x', 'y'], b: ['y', 'x'] }), []);
});

test('properties have escaped names; roots and embedded resources have metadata', () => {
  const properties = { 'a-b': integer, in: integer, e: { type: 'object', 'x-kubernetes-embedded-resource': true } };
  const rule = 'self.a__dash__b + self.__in__ == 3 && self.e.metadata.name == "n" && self.e.kind == "K"';
  const e = { apiVersion: 'v1', kind: 'K', metadata: { name: 'n' } };
  assert.deepEqual(errorsOf(spec(properties, { rule }), { 'a-b': 1, in: 2, e }), []);
});

test('a spent budget ends the validation', () => {
  const rules = [{ rule: 'self.l.all(x, self.l.all(y, x + y >= 0))' }, { rule: 'self.a > 5' }];
  const list = { type: 'array', items: integer };
  const schema = compileStructural(spec({ a: integer, l: list }, ...rules));
  const object = { spec: { a: 1, l: Array.from({ length: 30 }, (_, index) => index) } };
  const whole = validateRules(schema, { path: path(), object });
  assert.equal(whole.errors.length, 1);
  assert.ok(whole.costLeft > 0 && whole.costLeft < objectCostMax);
  const { errors, costLeft } = validateRules(schema, { path: path(), object, costMax: 100 });
  assert.ok(costLeft < 0);
  assert.deepEqual(errors.map(fieldErrorText), [
    'spec: Invalid value: "object": validation failed due to running out of cost budget, no further validation rules will be run',
  ]);
});
