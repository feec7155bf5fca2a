import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonValue } from '../../api/json.ts';
import { FieldSet } from './field-set.ts';
import { decodeFieldsV1, encodeFieldsV1 } from './fields-v1.ts';
import { PathElementError } from './path-element.ts';

const written: Record<string, [set: FieldSet, expected: string]> = {
  nothing: [new FieldSet(), '{}'],
  'a field': [FieldSet.of(['f:a']), '{"f:a":{}}'],
  'a field below another': [FieldSet.of(['f:a', 'f:b']), '{"f:a":{"f:b":{}}}'],
  'a field, and one below it': [FieldSet.of(['f:a', 'f:b'], ['f:a']), '{"f:a":{".":{},"f:b":{}}}'],
  "in upstream's order": [
    FieldSet.of(['v:2'], ['v:10'], ['k:{"n":"b"}'], ['k:{"n":"a"}'], ['f:b'], ['f:a'], ['i:0'], ['v:"x"']),
    String.raw`{"f:a":{},"f:b":{},"k:{\"n\":\"a\"}":{},"k:{\"n\":\"b\"}":{},"v:2":{},"v:10":{},"v:\"x\"":{},"i:0":{}}`,
  ],
  'a name that is special to JavaScript': [
    FieldSet.of(['f:__proto__', 'f:constructor']),
    '{"f:__proto__":{"f:constructor":{}}}',
  ],
};

for (const [name, [set, expected]] of Object.entries(written)) {
  test(`FieldsV1: ${name}`, () => {
    assert.equal(JSON.stringify(encodeFieldsV1(set)), expected);
    assert.ok(decodeFieldsV1(JSON.parse(expected) as JsonValue).equals(set));
  });
}

const read: Record<string, [fields: JsonValue | undefined, expected: FieldSet]> = {
  'no fields at all': [undefined, FieldSet.empty],
  'a null for an empty object': [{ 'f:a': null }, FieldSet.of(['f:a'])],
  'a leaf that says that it is a member': [{ 'f:a': { '.': {} } }, FieldSet.of(['f:a'])],
  'a dot at the top says nothing': [{ '.': {}, 'f:a': {} }, FieldSet.of(['f:a'])],
  'elements of a type to come are passed by': [{ 'f:a': {}, 'x:b': { 'f:c': {} } }, FieldSet.of(['f:a'])],
  'an element twice, in two forms': [
    { 'f:l': { 'k:{"a":1,"b":2}': { 'f:x': {} }, 'k:{"b":2,"a":1}': { '.': {}, 'f:y': {} } } },
    FieldSet.of(['f:l', 'k:{"a":1,"b":2}'], ['f:l', 'k:{"a":1,"b":2}', 'f:x'], ['f:l', 'k:{"a":1,"b":2}', 'f:y']),
  ],
};

for (const [name, [fields, expected]] of Object.entries(read)) {
  test(`FieldsV1 that somebody wrote: ${name}`, () => assert.ok(decodeFieldsV1(fields).equals(expected)));
}

for (const fields of [
  'x',
  5,
  [],
  { 'f:a': 'x' },
  { 'f:a': [] },
  { a: {} },
  { 'k:x': {} },
  { 'f:a': { b: {} } },
] as JsonValue[]) {
  test(`no FieldsV1: ${JSON.stringify(fields)}`, () => assert.throws(() => decodeFieldsV1(fields), PathElementError));
}
