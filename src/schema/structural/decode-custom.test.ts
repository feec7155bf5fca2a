import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { JsonObject, JsonValue } from '../../api/json.ts';
import { DecodeError } from '../decode.ts';
import { applySchemaDefaults } from './default-values.ts';
import { CustomDecoder } from './decode-custom.ts';
import { compileStructural } from './structural-schema.ts';

const text = { type: 'string' };
const template = { type: 'object', 'x-kubernetes-embedded-resource': true, properties: { spec: text } };
const props: JsonObject = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        name: text,
        maybe: { type: 'string', nullable: true },
        size: { type: 'integer', default: 3 },
        list: { type: 'array', items: { type: 'object', properties: { key: text } } },
        map: { type: 'object', additionalProperties: { type: 'object', properties: { a: text } } },
        open: {
          type: 'object',
          'x-kubernetes-preserve-unknown-fields': true,
          properties: { known: { type: 'object' } },
        },
        template,
      },
    },
  },
};
const decoder = new CustomDecoder({ schema: compileStructural(props), preserveUnknownFields: false });
const head = { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'a' } };

const cases: readonly [name: string, spec: JsonValue, kept: JsonValue, unknown: readonly string[]][] = [
  ['what is known stays', { name: 'x', size: 1 }, { name: 'x', size: 1 }, []],
  ['what is unknown goes', { nam: 'x' }, {}, ['spec.nam']],
  [
    'in lists',
    { list: [{ key: 'a', kei: 1 }, { b: 1 }] },
    { list: [{ key: 'a' }, {}] },
    ['spec.list[0].kei', 'spec.list[1].b'],
  ],
  ['in maps', { map: { x: { a: 'b', c: 'd' } } }, { map: { x: { a: 'b' } } }, ['spec.map.x.c']],
  ['unknown below what keeps the unknown', { open: { any: { thing: [1] } } }, { open: { any: { thing: [1] } } }, []],
  ['but not below what is known there', { open: { known: { x: 1 } } }, { open: { known: {} } }, ['spec.open.known.x']],
  ['nulls of what is not nullable go', { name: null }, {}, []],
  ['nulls of what is nullable stay', { maybe: null }, { maybe: null }, []],
  ['nulls that a default will replace stay', { size: null }, { size: null }, []],
  ['types are not looked at', { name: { a: 1 } }, { name: {} }, ['spec.name.a']],
  [
    'metadata of embedded resources is decoded',
    {
      template: {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'p', foo: 1, creationTimestamp: null },
        spec: 's',
        x: 1,
      },
    },
    { template: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: 's' } },
    ['spec.template.x', 'spec.template.metadata.foo'],
  ],
];

for (const [name, spec, kept, unknown] of cases) {
  test(name, () => {
    const { object, strictErrors } = decoder.decode({ ...head, spec });
    assert.deepEqual(object, { ...head, spec: kept });
    assert.deepEqual(
      strictErrors,
      unknown.map((path) => `unknown field "${path}"`),
    );
  });
}

test('a field called __proto__ is a field', () => {
  const sent = JSON.parse(
    '{"kind":"T","apiVersion":"v1","metadata":{},"spec":{"__proto__":{"a":1}},"__proto__":{"b":2}}',
  ) as JsonObject;
  const { object, strictErrors } = decoder.decode(sent);
  assert.deepEqual(strictErrors, ['unknown field "__proto__"', 'unknown field "spec.__proto__"']);
  assert.equal(JSON.stringify(object), '{"kind":"T","apiVersion":"v1","metadata":{},"spec":{}}');
  assert.equal(({} as Record<string, unknown>)['b'], undefined);
});

test('bad metadata: refused in requests, dropped from what is stored', () => {
  const object = { ...head, metadata: { name: 'a', labels: { a: 5 }, finalizers: ['x/y'] } };
  assert.throws(
    () => decoder.decode(object),
    new DecodeError('json: cannot unmarshal number into Go struct field ObjectMeta.labels of type string'),
  );
  assert.deepEqual(decoder.decodeStored(structuredClone(object))['metadata'], {
    name: 'a',
    generation: 1,
    finalizers: ['x/y'],
  });
  const embedded = { ...head, spec: { template: { kind: 5 } } };
  assert.throws(
    () => decoder.decode(embedded),
    new DecodeError('spec.template.kind: Invalid value: 5: must be a string'),
  );
});

test('what is nested without end is refused', () => {
  const deep = JSON.parse('['.repeat(5000) + ']'.repeat(5000)) as JsonValue;
  assert.throws(() => decoder.decode({ ...head, spec: { name: deep } }), DecodeError);
});

const fieldNames = fc.constantFrom(
  'spec',
  'name',
  'maybe',
  'size',
  'list',
  'map',
  'open',
  'known',
  'template',
  'metadata',
  'key',
  'x',
);
const json = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom<JsonValue>(null, 1, 'a', true),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fieldNames, tie('value'), { maxKeys: 5 }),
  ),
})).value;

test('decoding and defaulting again change nothing', () => {
  const schema = compileStructural(props);
  fc.assert(
    fc.property(json, (spec) => {
      const object = { ...head, spec };
      const once = decodedOrNone(object);
      if (!once) return;
      assert.deepEqual(decoder.decode(once).object, once);
      assert.deepEqual(decoder.decode(once).strictErrors, []);
      applySchemaDefaults(once, schema);
      const again = structuredClone(once);
      applySchemaDefaults(again, schema);
      assert.deepEqual(again, once);
    }),
  );
});

function decodedOrNone(object: JsonObject): JsonObject | undefined {
  try {
    return decoder.decode(object).object;
  } catch (error) {
    assert.ok(error instanceof DecodeError);
    return undefined;
  }
}

test('defaults: where nothing is, or a null that may not be', () => {
  const schema = compileStructural({
    type: 'object',
    properties: {
      a: { type: 'object', default: {}, properties: { b: { type: 'integer', default: 5 } } },
      n: { type: 'string', nullable: true, default: 'x' },
      list: { type: 'array', items: { type: 'string', default: 'item' } },
    },
    additionalProperties: undefined as never,
  });
  const value: JsonObject = { n: null, list: [null, 'y'] };
  applySchemaDefaults(value, schema);
  assert.deepEqual(value, { n: null, list: ['item', 'y'], a: { b: 5 } });
});
