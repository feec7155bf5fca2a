import fc from 'fast-check';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { escapeProperty, unescapeProperty } from './property-name.ts';

const cases: readonly (readonly [string, string | undefined])[] = [
  ['a', 'a'],
  ['a.b', 'a__dot__b'],
  ['a-b', 'a__dash__b'],
  ['a/b', 'a__slash__b'],
  ['a__b', 'a__underscores__b'],
  ['___', '__underscores___'],
  ['namespace', '__namespace__'],
  ['namespaces', 'namespaces'],
  ['int', 'int'],
  ['.a', '__dot__a'],
  ['1a', undefined],
  ['a b', undefined],
  ['a$', undefined],
  ['', undefined],
  ['é', undefined],
];

test('properties have names in expressions', () => {
  for (const [name, escaped] of cases) {
    assert.equal(escapeProperty(name), escaped, name);
    if (escaped !== undefined) assert.equal(unescapeProperty(escaped), name, escaped);
  }
});

test('what no property is called has no name', () => {
  for (const escaped of ['__foo__', 'a__if__', '__dots__']) assert.equal(unescapeProperty(escaped), undefined, escaped);
});

test('names come back', () => {
  const names = fc.array(fc.constantFrom('_', '__', '.', '-', '/', 'a', '9', 'dot', 'for', 'in'), { minLength: 1 });
  fc.assert(
    fc.property(names, (parts) => {
      const name = parts.join('');
      const escaped = escapeProperty(name);
      if (escaped === undefined) return;
      assert.match(escaped, /^[A-Za-z_][A-Za-z0-9_]*$/);
      assert.equal(unescapeProperty(escaped), name);
    }),
  );
});
