import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { JsonObject } from '../../api/json.ts';
import { each, parseFieldPath, PathError, placesOf } from './field-path.ts';

const readable: readonly (readonly [text: string, steps: readonly unknown[]])[] = [
  ['spec.name', ['spec', 'name']],
  ['$.spec.name', ['spec', 'name']],
  ['.spec.name', ['spec', 'name']],
  ["metadata.annotations['a.example/b']", ['metadata', 'annotations', 'a.example/b']],
  ['spec["any key"]', ['spec', 'any key']],
  ['spec.items[*].refs[0].name', ['spec', 'items', each, 'refs', 0, 'name']],
  ['spec.kebab-case', ['spec', 'kebab-case']],
];
for (const [text, steps] of readable)
  test(`${text} can be read`, () => assert.deepEqual(parseFieldPath(text).steps, steps));

const unreadable = [
  '',
  '.',
  '[*]',
  '[0].a',
  'a..b',
  'a[',
  'a[x]',
  'a b',
  'a.__proto__.b',
  "a['__proto__']",
  'a/b',
  'x'.repeat(600),
  'a.'.repeat(40) + 'a',
];
for (const text of unreadable)
  test(`${text.slice(0, 20)} is no path`, () => assert.throws(() => parseFieldPath(text), /no path to a field/));

function values(root: JsonObject, path: string, make = false): readonly unknown[] {
  return placesOf(root, parseFieldPath(path), make).map(({ value }) => value);
}

test('it leads to what is there, whatever that is', () => {
  const root = { a: [{ b: 1 }, { b: [2] }, 'text', null, { c: 3 }], m: { x: { b: 4 }, y: 5 } };
  assert.deepEqual(values(root, 'a[*].b'), [1, [2]]);
  assert.deepEqual(values(root, 'm[*].b'), [4]);
  assert.deepEqual(values(root, 'm[*]'), [{ b: 4 }, 5]);
  assert.deepEqual(values(root, 'a[1].b[0]'), [2]);
  for (const nowhere of ['a.b', 'a[9]', 'm[0]', 'x.y', 'm.y.z', 'a[2].b']) assert.deepEqual(values(root, nowhere), []);
});

test('what isn’t there is made where it may be, and never in place of something else', () => {
  const root: JsonObject = { list: [], text: 'x', empty: null };
  for (const path of ['spec.a.b', 'empty.a'])
    for (const place of placesOf(root, parseFieldPath(path), true)) place.set(1);
  for (const path of ['list.a', 'list[0]', 'text.a', 'list[*].a', 'spec.c[0]'])
    assert.deepEqual(placesOf(root, parseFieldPath(path), true), [], path);
  assert.deepEqual(root, { list: [], text: 'x', empty: { a: 1 }, spec: { a: { b: 1 } } });
});

test('places in a list stay what they are when one is taken out', () => {
  const root: JsonObject = { a: [1, 2, 3] };
  for (const place of placesOf(root, parseFieldPath('a[*]'), false)) if (place.value === 2) place.remove();
  assert.deepEqual(root, { a: [1, null, 3] });
});

test('it leads to so many fields only', () => {
  const a = Array.from({ length: 100 }, () => ({ b: Array.from({ length: 100 }, () => 1) }));
  assert.throws(() => values({ a }, 'a[*].b[*]'), PathError);
});

test('no object of a tenant’s gets anything else changed', () => {
  const hostile = fc.object({ key: fc.constantFrom('a', 'b', '__proto__', 'constructor', 'toString'), maxDepth: 4 });
  const paths = ['a.b', 'a[*]', 'a[*].b', 'constructor.prototype.polluted', 'toString.call', 'a.b.a.b'];
  fc.assert(
    fc.property(hostile, fc.constantFrom(...paths), (object, path) => {
      const root = JSON.parse(JSON.stringify(object)) as JsonObject;
      for (const place of placesOf(root, parseFieldPath(path), true)) place.set('polluted');
      assert.equal(Reflect.get({}, 'polluted'), undefined);
      assert.equal(Object.prototype.toString.call(1), '[object Number]');
    }),
    { numRuns: 1000 },
  );
});
