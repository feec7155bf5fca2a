import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldErrorText, path } from '../../api/field-error.ts';
import type { JsonValue } from '../../api/json.ts';
import { compileStructural } from './structural-schema.ts';
import { validateListTypes } from './validate-list-types.ts';

const keyed = (keys: string[]) => ({
  type: 'array',
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': keys,
  items: { type: 'object' },
});

const cases: readonly [name: string, schema: Record<string, JsonValue>, value: JsonValue, errors: readonly string[]][] =
  [
    ['a set', { type: 'array', 'x-kubernetes-list-type': 'set' }, ['a', 'b', 'a', 'a'], ['f[2]: Duplicate value: "a"']],
    [
      'compound items',
      { type: 'array', 'x-kubernetes-list-type': 'set' },
      [
        { b: 1, a: 2 },
        { a: 2, b: 1 },
      ],
      ['f[1]: Duplicate value: {"a":2,"b":1}'],
    ],
    ['a map', keyed(['name']), [{ name: 'x' }, { name: 'y' }, { name: 'x' }], ['f[2]: Duplicate value: {"name":"x"}']],
    ['no key', keyed(['name']), [{}, { x: 1 }], ['f[1]: Duplicate value: {}']],
    [
      'two keys',
      keyed(['port', 'protocol']),
      [
        { port: 1, protocol: 'a' },
        { port: 1, protocol: 'b' },
        { protocol: 'a', port: 1 },
      ],
      ['f[2]: Duplicate value: {"port":1,"protocol":"a"}'],
    ],
    [
      'no objects',
      keyed(['name']),
      ['x'],
      ['f[0]: Invalid value: "x": must be an object for an array of list-type map'],
    ],
    ['atomic', { type: 'array' }, ['a', 'a'], []],
  ];

for (const [name, schema, value, errors] of cases) {
  test(name, () => {
    const root = compileStructural({ type: 'object', properties: { f: schema } });
    assert.deepEqual(validateListTypes({ f: value }, root, path()).map(fieldErrorText), errors);
  });
}
