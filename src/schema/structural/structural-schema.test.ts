import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileStructural } from './structural-schema.ts';

test('texts are left out; names of properties are anything', () => {
  const schema = compileStructural({
    type: 'object',
    description: 'long',
    // As a decoder leaves such a key: defined, not assigned.
    properties: JSON.parse('{"__proto__":{"type":"string","nullable":true},"constructor":{"type":"integer"}}') as never,
    required: ['__proto__'],
  });
  assert.deepEqual([...(schema.properties?.keys() ?? [])], ['__proto__', 'constructor']);
  assert.deepEqual(schema.properties?.get('__proto__'), { type: 'string', nullable: true });
  assert.deepEqual(Object.keys(schema), ['type', 'properties', 'required']);
});

test('extensions, junctors, additional properties and rules', () => {
  assert.deepEqual(
    compileStructural({
      'x-kubernetes-int-or-string': true,
      'x-kubernetes-preserve-unknown-fields': false,
      anyOf: [{ type: 'integer' }, { type: 'string' }],
      not: { enum: [1, 'a', null] },
      additionalProperties: {
        type: 'array',
        items: { default: null, nullable: true },
        'x-kubernetes-list-type': 'set',
      },
      'x-kubernetes-validations': [{ rule: 'self > 0', message: 'm' }],
    }),
    {
      intOrString: true,
      anyOf: [{ type: 'integer' }, { type: 'string' }],
      not: { enum: [1, 'a', null] },
      additionalProperties: { type: 'array', items: { nullable: true }, listType: 'set' },
      validations: [{ rule: 'self > 0', message: 'm' }],
    },
  );
});
