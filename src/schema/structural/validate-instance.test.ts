import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldErrorText } from '../../api/field-error.ts';
import type { JsonObject, JsonValue } from '../../api/json.ts';
import { Correlation } from './correlation.ts';
import { compileStructural } from './structural-schema.ts';
import { validateInstance } from './validate-instance.ts';

/** The schema of one field, and what is said of its value. */
const cases: readonly [schema: JsonObject, value: JsonValue, errors: readonly string[]][] = [
  [{ type: 'string' }, 'a', []],
  [{ type: 'string' }, 5, ['f: Invalid value: "integer": f in body must be of type string: "integer"']],
  [{ type: 'string' }, null, ['f: Invalid value: "null": f in body must be of type string: "null"']],
  [{ type: 'string', nullable: true }, null, []],
  [
    { type: 'integer' },
    1.5,
    [
      'f: Invalid value: "number": f in body must be of type integer: "number"',
      '<nil>: Invalid value: "": Checked value must be of type integer (default format) in f',
    ],
  ],
  [{ type: 'number' }, 1, []],
  [{ type: 'boolean' }, 'true', ['f: Invalid value: "string": f in body must be of type boolean: "string"']],
  [
    { type: 'array', items: { type: 'string' } },
    ['a', {}],
    ['f[1]: Invalid value: "object": f[1] in body must be of type string: "object"'],
  ],
  [
    { 'x-kubernetes-int-or-string': true },
    true,
    ['f: Invalid value: "boolean": f in body must be of type integer,string: "boolean"'],
  ],
  [{ type: 'string', enum: ['a', 'b'] }, 'c', ['f: Unsupported value: "c": supported values: "a", "b"']],
  [{ type: 'integer', enum: [1, 2] }, 3, ['f: Unsupported value: 3: supported values: "1", "2"']],
  [{ type: 'string', maxLength: 2 }, '😀😀😀', ['f: Too long: may not be more than 2 bytes']],
  [{ type: 'string', maxLength: 2 }, '😀😀', []],
  [{ type: 'string', minLength: 2 }, 'a', ['f: Invalid value: "a": f in body should be at least 2 chars long']],
  [{ type: 'string', pattern: '^a+$' }, 'b', ['f: Invalid value: "b": f in body should match \'^a+$\'']],
  [
    { type: 'string', format: 'date' },
    '2026-02-30',
    ['f: Invalid value: "2026-02-30": f in body must be of type date: "2026-02-30"'],
  ],
  [{ type: 'string', format: 'date-time' }, '2026-02-28T10:00:00Z', []],
  [{ type: 'string', format: 'what' }, 'x', []],
  [
    { type: 'integer', format: 'int32' },
    2 ** 31,
    ['<nil>: Invalid value: "": Checked value must be of type integer with format int32 in f'],
  ],
  [{ type: 'integer', minimum: 3 }, 2, ['f: Invalid value: 2: f in body should be greater than or equal to 3']],
  [
    { type: 'integer', minimum: 3, exclusiveMinimum: true },
    3,
    ['f: Invalid value: 3: f in body should be greater than 3'],
  ],
  [{ type: 'number', maximum: 0.5 }, 0.7, ['f: Invalid value: 0.7: f in body should be less than or equal to 0.5']],
  [{ type: 'integer', multipleOf: 2 }, 3, ['f: Invalid value: 3: f in body should be a multiple of 2']],
  [{ type: 'array', items: { type: 'integer' }, maxItems: 1 }, [1, 2], ['f: Too many: 2: must have at most 1 item']],
  [
    { type: 'array', items: { type: 'integer' }, minItems: 3 },
    [1, 2],
    ['f: Invalid value: 2: f in body should have at least 3 items'],
  ],
  [
    { type: 'array', items: { type: 'object' }, uniqueItems: true },
    [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ],
    ['f: Invalid value: "": f in body shouldn\'t contain duplicates'],
  ],
  [{ type: 'object', minProperties: 1 }, {}, ['f: Invalid value: 0: f in body should have at least 1 properties']],
  [{ type: 'object', required: ['x'] }, {}, ['f.x: Required value']],
  [
    { type: 'object', additionalProperties: { type: 'string' } },
    { x: 1 },
    ['f.x: Invalid value: "integer": f.x in body must be of type string: "integer"'],
  ],
  [
    {
      type: 'object',
      properties: { a: { type: 'string' }, b: { type: 'string' } },
      oneOf: [{ required: ['a'] }, { required: ['b'] }],
    },
    { a: 'x', b: 'x' },
    ['<nil>: Invalid value: "": "f" must validate one and only one schema (oneOf). Found 2 valid alternatives'],
  ],
  [
    { type: 'object', anyOf: [{ required: ['a'] }, { required: ['b'] }] },
    {},
    ['<nil>: Invalid value: "": "f" must validate at least one schema (anyOf)', 'f.a: Required value'],
  ],
  [{ type: 'string', not: { enum: ['a'] } }, 'a', ['<nil>: Invalid value: "": "f" must not validate the schema (not)']],
  [
    { type: 'integer', allOf: [{ minimum: 1 }, { maximum: 3 }] },
    5,
    [
      'f: Invalid value: 5: f in body should be less than or equal to 3',
      '<nil>: Invalid value: "": "f" must validate all the schemas (allOf)',
    ],
  ],
];

for (const [schema, value, errors] of cases) {
  test(`${JSON.stringify(value)} as ${JSON.stringify(schema)}`, () => {
    const root = compileStructural({ type: 'object', properties: { f: schema } });
    assert.deepEqual(validateInstance({ f: value }, root, '').map(fieldErrorText), errors);
  });
}

test('what did not change is not held against an update', () => {
  const schema = compileStructural({
    type: 'object',
    properties: {
      a: { type: 'string', maxLength: 1 },
      b: { type: 'string', maxLength: 1 },
      list: {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
        items: { type: 'object', properties: { name: { type: 'string' }, value: { type: 'string', maxLength: 1 } } },
      },
      plain: { type: 'array', items: { type: 'string', maxLength: 1 } },
    },
  });
  const old = { a: 'long', b: 'b', list: [{ name: 'x', value: 'long' }], plain: ['long'] };
  const update = (value: JsonObject): string[] =>
    validateInstance(value, schema, '', new Correlation(value, old, schema)).map((error) => error.field);
  assert.deepEqual(update({ ...old }), []);
  assert.deepEqual(update({ ...old, b: 'long' }), ['b']);
  assert.deepEqual(
    update({
      ...old,
      list: [
        { name: 'y', value: 'long' },
        { name: 'x', value: 'long' },
      ],
    }),
    ['list[0].value'],
  );
  assert.deepEqual(update({ ...old, plain: ['long', 'a'] }), ['plain[0]']);
});
