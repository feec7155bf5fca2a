import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldErrorText, path } from '../../../api/field-error.ts';
import type { JsonObject } from '../../../api/json.ts';
import { compileStructural } from '../../structural/structural-schema.ts';
import { hasRules } from './has-rules.ts';
import { ruleErrors, ruleTextErrors } from './rule-definition.ts';

const at = path('schema');

function errorsOf(schema: JsonObject): readonly string[] {
  const structural = compileStructural(schema);
  assert.ok(hasRules(structural));
  return [...ruleTextErrors(structural, at), ...ruleErrors(structural, at)].map(fieldErrorText);
}

function withRule(rule: JsonObject): JsonObject {
  const properties = { a: { type: 'integer' }, s: { type: 'string' }, l: { type: 'array', items: { type: 'string' } } };
  return { type: 'object', properties, 'x-kubernetes-validations': [rule] };
}

const where = 'schema.x-kubernetes-validations[0]';
const cases: readonly (readonly [JsonObject, readonly RegExp[]])[] = [
  [{ rule: 'self.a > 1' }, []],
  [{ rule: 'self.a > oldSelf.a' }, []],
  [{ rule: 'self.a' }, [/rule: Invalid value: .*cel expression must evaluate to a bool/]],
  [{ rule: 'self.q > 1' }, [/compilation failed: ERROR: <input>:1:5: undefined field 'q'\n \| self.q > 1\n \| ....\^/]],
  [{ rule: 'self.a >' }, [/Syntax error: mismatched input '<EOF>'/]],
  [{ rule: 'true', messageExpression: 'self.a' }, [/messageExpression must evaluate to a string/]],
  [{ rule: 'true', fieldPath: '.q' }, [/fieldPath: Invalid value: "\.q": must be a valid path/]],
  [
    { rule: 'true', optionalOldSelf: true },
    [/optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used/],
  ],
  [{ rule: 'true', reason: 'No' }, [/reason: Unsupported value: "No"/]],
  [
    { rule: 'self.l.all(x, self.l.all(y, x == y))' },
    [/rule: Forbidden: estimated rule cost exceeds budget by factor of more than 100x \(try simplifying the rule/],
  ],
];

test('rules that are no rules', () => {
  for (const [rule, wanted] of cases) {
    const errors = errorsOf(withRule(rule)).filter((error) => !error.includes('entire OpenAPIv3 schema'));
    assert.equal(errors.length, wanted.length, `${JSON.stringify(rule)}: ${errors.join('; ')}`);
    for (const [index, error] of errors.entries()) {
      assert.ok(error.startsWith(where));
      assert.match(error, wanted[index] ?? /never/);
    }
  }
});

test('items of a list that tell no keys have no old values', () => {
  const items = { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self == oldSelf' }] };
  const errors = errorsOf({ type: 'object', properties: { l: { type: 'array', maxItems: 3, items } } });
  const detail = 'oldSelf cannot be used on the uncorrelatable portion of the schema within schema.properties[l]';
  assert.deepEqual(errors, [
    `schema.properties[l].items.x-kubernetes-validations[0].rule: Invalid value: "self == oldSelf": ${detail}`,
  ]);
});

test('all rules together may cost too much', () => {
  const item = { type: 'string', maxLength: 100, 'x-kubernetes-validations': [{ rule: 'self.matches("^[a-z]+$")' }] };
  const property = { type: 'array', maxItems: 50_000, items: item };
  const properties = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`p${index}`, property]));
  const errors = errorsOf({ type: 'object', properties });
  assert.equal(errors.length, 5);
  assert.match(
    errors[4] ?? '',
    /^schema: Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3/,
  );
});
