/** What the walks over values make of them: fields, differences, merges, removals, problems. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonValue } from '../../api/json.ts';
import { compareValues } from './compare.ts';
import { pathText, type FieldSet } from './field-set.ts';
import { decodeFieldsV1 } from './fields-v1.ts';
import { mergeValues } from './merge-values.ts';
import { removeFields } from './remove-fields.ts';
import {
  anything,
  atomicList,
  boolean,
  keyed,
  mapOf,
  number,
  object,
  setOf,
  text,
  withDefault,
} from './schemas.test-double.ts';
import { reconcileWithSchema, withNamedFields } from './schema-fields.ts';
import { fieldSetOf } from './to-field-set.ts';
import { TypedError } from './typed-error.ts';
import { validateValue } from './validate-value.ts';

const item = object({ name: text, value: text, port: number, protocol: withDefault(text, 'TCP') });
const schema = object({
  text,
  number,
  boolean,
  inner: object({ a: text, b: text }),
  whole: object({ a: text, b: text }, true),
  labels: mapOf(text),
  selector: mapOf(text, true),
  list: keyed(item, 'name'),
  ports: keyed(item, 'port', 'protocol'),
  set: setOf(text),
  numbers: setOf(number),
  args: atomicList(text),
  open: anything,
  raw: { type: 'any', goType: 'runtime.RawExtension' },
  either: { type: 'int-or-string' },
  quantity: { type: 'string', format: 'quantity' },
});
const textsOf = (set: FieldSet): string => set.paths().map(pathText).sort().join(' ');

const fields: Record<string, [value: JsonValue, expected: string]> = {
  'scalars are leaves': [{ text: 'a', number: 1, boolean: false }, '.boolean .number .text'],
  'an object owns nothing but what is in it': [{ inner: { a: '1' } }, '.inner.a'],
  'an empty object is owned itself': [{ inner: {} }, '.inner'],
  'a null is owned itself': [{ text: null, inner: null, list: null }, '.inner .list .text'],
  'what is atomic is owned as a whole': [
    { whole: { a: '1' }, selector: { x: '1' }, args: ['a'] },
    '.args .selector .whole',
  ],
  'keys of maps': [{ labels: { x: '1', y: '2' } }, '.labels.x .labels.y'],
  'an empty list is not owned, unless it is atomic': [{ list: [], set: [], args: [] }, '.args'],
  'items by their keys, with the item itself': [
    { list: [{ name: 'a', value: '1' }] },
    '.list[name="a"] .list[name="a"].name .list[name="a"].value',
  ],
  'keys with a default': [
    { ports: [{ port: 80 }, { port: 80, protocol: 'UDP' }] },
    '.ports[port=80,protocol="TCP"] .ports[port=80,protocol="TCP"].port .ports[port=80,protocol="UDP"] ' +
      '.ports[port=80,protocol="UDP"].port .ports[port=80,protocol="UDP"].protocol',
  ],
  'items of sets': [{ set: ['b', 'a'], numbers: [2] }, '.numbers[=2] .set[="a"] .set[="b"]'],
  'an item that stands twice, without what is in it': [
    {
      list: [
        { name: 'a', value: '1' },
        { name: 'a', value: '2' },
      ],
      set: ['x', 'x', 'y'],
    },
    '.list[name="a"] .set[="x"] .set[="y"]',
  ],
  'what may be anything is taken apart by keys, and each is owned': [
    { open: { a: { b: [1, 2] }, c: 1 } },
    '.open.a .open.a.b .open.c',
  ],
  'what is raw is not': [{ raw: { a: 1 } }, '.raw'],
};

for (const [name, [value, expected]] of Object.entries(fields)) {
  test(`the fields of a value: ${name}`, () => {
    assert.equal(textsOf(fieldSetOf(schema, value)), expected);
  });
}

interface Change {
  readonly left: JsonValue;
  readonly right: JsonValue;
  readonly added?: string;
  readonly modified?: string;
  readonly removed?: string;
}

const changes: Record<string, Change> = {
  nothing: { left: { text: 'a', list: [{ name: 'a' }] }, right: { text: 'a', list: [{ name: 'a' }] } },
  'the order of keyed items and sets is none': {
    left: { list: [{ name: 'a' }, { name: 'b' }], set: ['x', 'y'] },
    right: { list: [{ name: 'b' }, { name: 'a' }], set: ['y', 'x'] },
  },
  'the order of an atomic list is one': { left: { args: ['a', 'b'] }, right: { args: ['b', 'a'] }, modified: '.args' },
  'a scalar': { left: { text: 'a' }, right: { text: 'b' }, modified: '.text' },
  'a new field': { left: {}, right: { text: 'a' }, added: '.text' },
  'a field that has gone': { left: { text: 'a' }, right: {}, removed: '.text' },
  'a new object, and what is in it': { left: {}, right: { inner: { a: '1' } }, added: '.inner .inner.a' },
  'an object filled': { left: { inner: {} }, right: { inner: { a: '1' } }, added: '.inner.a' },
  'an object emptied': { left: { inner: { a: '1' } }, right: { inner: {} }, removed: '.inner.a' },
  'an empty object for nothing': { left: {}, right: { inner: {} }, added: '.inner' },
  'null for an empty object': { left: { inner: {} }, right: { inner: null }, modified: '.inner' },
  'an item': {
    left: { list: [{ name: 'a', value: '1' }] },
    right: { list: [{ name: 'a', value: '2' }, { name: 'b' }] },
    added: '.list[name="b"] .list[name="b"].name',
    modified: '.list[name="a"].value',
  },
  'an item that gets its default as its key': {
    left: { ports: [{ port: 80 }] },
    right: { ports: [{ port: 80, protocol: 'TCP' }] },
    added: '.ports[port=80,protocol="TCP"].protocol',
  },
  'another key is another item': {
    left: { ports: [{ port: 80 }] },
    right: { ports: [{ port: 80, protocol: 'UDP' }] },
    added: '.ports[port=80,protocol="UDP"] .ports[port=80,protocol="UDP"].port .ports[port=80,protocol="UDP"].protocol',
    removed: '.ports[port=80,protocol="TCP"] .ports[port=80,protocol="TCP"].port',
  },
  'an item that now stands twice': {
    left: { list: [{ name: 'a', value: '1' }] },
    right: {
      list: [
        { name: 'a', value: '1' },
        { name: 'a', value: '2' },
      ],
    },
    added: '.list[name="a"]',
    removed: '.list[name="a"] .list[name="a"].name .list[name="a"].value',
  },
  'an item that stands twice no longer': {
    left: {
      list: [
        { name: 'a', value: '1' },
        { name: 'a', value: '2' },
      ],
    },
    right: { list: [{ name: 'a', value: '2' }] },
    added: '.list[name="a"] .list[name="a"].name .list[name="a"].value',
    removed: '.list[name="a"]',
  },
  'items that stand twice, otherwise': {
    left: {
      set: ['x', 'x'],
      list: [
        { name: 'a', value: '1' },
        { name: 'a', value: '2' },
      ],
    },
    right: {
      set: ['x', 'x', 'x'],
      list: [
        { name: 'a', value: '2' },
        { name: 'a', value: '1' },
      ],
    },
    modified: '.list[name="a"] .set[="x"]',
  },
  'what may be anything, of another shape': {
    left: { open: { a: 1 } },
    right: { open: 'x' },
    modified: '.open',
    removed: '.open.a',
  },
  'an integer or a text': { left: { either: 1 }, right: { either: '1' }, modified: '.either' },
  'what is raw': { left: { raw: { a: 1 } }, right: { raw: { a: 1, b: 2 } }, modified: '.raw' },
};

for (const [name, { left, right, ...expected }] of Object.entries(changes)) {
  test(`what has changed: ${name}`, () => {
    const { added, modified, removed } = compareValues(schema, left, right);
    const found = { added: textsOf(added), modified: textsOf(modified), removed: textsOf(removed) };
    assert.deepEqual(found, { added: '', modified: '', removed: '', ...expected });
  });
}

const merges: Record<string, [live: JsonValue, applied: JsonValue, expected: JsonValue]> = {
  'scalars are replaced': [{ text: 'a', number: 1 }, { text: 'b' }, { text: 'b', number: 1 }],
  'objects and maps are merged': [
    { inner: { a: '1' }, labels: { x: '1' } },
    { inner: { b: '2' }, labels: { y: '2' } },
    { inner: { a: '1', b: '2' }, labels: { x: '1', y: '2' } },
  ],
  'what is atomic is replaced': [
    { whole: { a: '1' }, args: ['a', 'b'], selector: { x: '1' } },
    { whole: { b: '2' }, args: ['c'], selector: {} },
    { whole: { b: '2' }, args: ['c'], selector: {} },
  ],
  'a null replaces a scalar, and leaves a map or list': [
    { text: 'a', inner: { a: '1' }, set: ['x'] },
    { text: null, inner: null, set: null },
    { text: null, inner: { a: '1' }, set: ['x'] },
  ],
  'sets are united': [{ set: ['a', 'b'] }, { set: ['c', 'a'] }, { set: ['c', 'a', 'b'] }],
  'items are merged, in the order of what is applied': [
    {
      list: [
        { name: 'a', value: '1' },
        { name: 'b', value: '2' },
      ],
    },
    { list: [{ name: 'b', port: 1 }, { name: 'a' }] },
    {
      list: [
        { name: 'b', value: '2', port: 1 },
        { name: 'a', value: '1' },
      ],
    },
  ],
  'what only the server has stays at its place': [
    { set: ['1', '2', '3', '4', '5'] },
    { set: ['5', '2', 'new'] },
    { set: ['1', '3', '4', '5', '2', 'new'] },
  ],
  'what is new stands where it is applied': [
    { set: ['1', '2', '3'] },
    { set: ['1', 'new', '3'] },
    { set: ['1', '2', 'new', '3'] },
  ],
  'items meet by defaulted keys': [
    { ports: [{ port: 80, protocol: 'TCP', name: 'x' }] },
    { ports: [{ port: 80, value: 'v' }] },
    { ports: [{ port: 80, protocol: 'TCP', name: 'x', value: 'v' }] },
  ],
  'what stands twice on the server is replaced by what is applied': [
    { list: [{ name: 'a', value: '1' }, { name: 'a', value: '2' }, { name: 'b' }] },
    { list: [{ name: 'a', value: '3' }] },
    { list: [{ name: 'a', value: '3' }, { name: 'b' }] },
  ],
  'what stands twice on the server and is not applied stays': [
    { set: ['a', 'a', 'b'] },
    { set: ['b'] },
    { set: ['a', 'a', 'b'] },
  ],
  'maps of anything are merged, lists of anything replaced': [
    { open: { a: { b: 1 }, c: [1] } },
    { open: { a: { d: 2 }, c: [2] } },
    { open: { a: { b: 1, d: 2 }, c: [2] } },
  ],
  'anything of another shape is replaced': [{ open: { a: 1 } }, { open: ['x'] }, { open: ['x'] }],
  'an empty list onto nothing': [{}, { list: [], set: [] }, { list: [], set: [] }],
};

for (const [name, [live, applied, expected]] of Object.entries(merges)) {
  test(`what is applied onto what is there: ${name}`, () => {
    const before = JSON.stringify([live, applied]);
    assert.deepEqual(mergeValues(schema, live, applied), expected);
    assert.equal(JSON.stringify([live, applied]), before);
  });
}

const removals: Record<string, [value: JsonValue, fields: JsonValue, expected: JsonValue]> = {
  'a field': [{ text: 'a', number: 1 }, { 'f:text': {} }, { number: 1 }],
  'an object with all that is in it': [{ inner: { a: '1' }, number: 1 }, { 'f:inner': {} }, { number: 1 }],
  'the last of an object leaves null': [
    { inner: { a: '1' }, number: 1 },
    { 'f:inner': { 'f:a': {} } },
    { inner: null, number: 1 },
  ],
  'an item': [{ set: ['a', 'b'] }, { 'f:set': { 'v:"a"': {} } }, { set: ['b'] }],
  'a field of an item': [
    { list: [{ name: 'a', value: '1' }, { name: 'b' }] },
    { 'f:list': { 'k:{"name":"a"}': { 'f:value': {} } } },
    { list: [{ name: 'a' }, { name: 'b' }] },
  ],
  'a part of what is atomic takes all of it': [
    { args: ['a', 'b'], number: 1 },
    { 'f:args': { 'i:0': {} } },
    { args: null, number: 1 },
  ],
  'what is not there': [{ number: 1 }, { 'f:text': {}, 'f:list': { 'k:{"name":"a"}': {} } }, { number: 1 }],
  'all of it': [{ number: 1 }, { 'f:number': {} }, null],
};

for (const [name, [value, gone, expected]] of Object.entries(removals)) {
  test(`what is left without: ${name}`, () => {
    assert.deepEqual(removeFields(schema, value, decodeFieldsV1(gone)), expected);
  });
}

test('named fields on the way to members count as members; keys of maps and items do not', () => {
  const set = decodeFieldsV1({
    'f:inner': { 'f:a': {} },
    'f:labels': { 'f:x': {} },
    'f:list': { 'k:{"name":"a"}': { 'f:value': {} } },
    'f:open': { 'f:a': { 'f:b': {} } },
  });
  const expected = '.inner .inner.a .labels .labels.x .list .list[name="a"].value .open .open.a.b';
  assert.equal(textsOf(withNamedFields(set, schema)), expected);
});

test('who owned a part of what has become atomic owns all of it', () => {
  const set = decodeFieldsV1({
    'f:whole': { 'f:a': {} },
    'f:selector': { 'f:x': {} },
    'f:args': { 'v:"a"': {} },
    'f:inner': { 'f:a': {} },
  });
  assert.equal(textsOf(reconcileWithSchema(set, schema)), '.args .inner.a .selector .whole');
  const fine = decodeFieldsV1({ 'f:whole': {}, 'f:args': {}, 'f:inner': { 'f:a': {} }, 'f:gone': { 'f:x': {} } });
  assert.equal(reconcileWithSchema(fine, schema), fine);
});

const problems: Record<string, [value: JsonValue, expected: string]> = {
  'a text for a number': [{ number: 'x' }, '.number: expected numeric (int or float), got string'],
  'a number for a text': [{ text: 5 }, '.text: expected string, got &value.valueUnstructured{Value:5}'],
  'a text for a truth': [{ boolean: 'yes' }, '.boolean: expected boolean, got &{yes}'],
  'a text for an object': [{ inner: 'x' }, '.inner: expected map, got &{x}'],
  'a number for a list': [{ list: 5 }, '.list: expected list, got &{5}'],
  'an object for a quantity': [{ quantity: { a: 1 } }, '.quantity: expected any scalar, got &{map[a:1]}'],
  'a field that nobody declared': [{ inner: { c: '1' } }, '.inner.c: field not declared in schema'],
  'an item twice': [{ list: [{ name: 'a' }, { name: 'a' }] }, '.list: duplicate entries for key [name="a"]'],
  'a member twice': [{ set: ['a', 'a'] }, '.set: duplicate entries for key [="a"]'],
  'an item twice by its default': [
    { ports: [{ port: 80 }, { port: 80, protocol: 'TCP' }] },
    '.ports: duplicate entries for key [port=80,protocol="TCP"]',
  ],
  'an item without its key': [
    { list: [{ value: '1' }] },
    `.list: element 0: associative list with keys has an element that omits all key fields ["name"] (and doesn't have default values for any key fields)`,
  ],
  'an item that is no object': [
    { list: ['x'] },
    '.list: element 0: associative list with keys may not have non-map elements',
  ],
  'an item that is nothing': [
    { list: [null] },
    '.list: element 0: associative list with keys may not have a null element',
  ],
  'an object in a set': [
    { set: [{}] },
    ".set: element 0: associative list without keys has an element that's a map type",
  ],
  'a place in an atomic list': [{ args: ['a', 5] }, '.args[1]: expected string, got &value.valueUnstructured{Value:5}'],
  'two at once': [
    { number: 'x', inner: 'y' },
    'errors:\n  .number: expected numeric (int or float), got string\n  .inner: expected map, got &{y}',
  ],
};

for (const [name, [value, expected]] of Object.entries(problems)) {
  test(`what is wrong with a value: ${name}`, () => {
    assert.throws(() => validateValue(schema, value), new TypedError([{ path: '', message: expected }]));
  });
}

test('nothing is wrong with nulls, scalars of any kind where anything may be, and what fits', () => {
  validateValue(schema, {
    text: null,
    inner: null,
    list: null,
    either: 'x',
    quantity: 5,
    open: [{}, 1],
    ports: [{ port: 80 }, { port: 80, protocol: 'UDP' }],
  });
});

test('keys that are special to JavaScript are keys', () => {
  const value = JSON.parse('{"labels":{"__proto__":"1","constructor":"2"}}') as JsonValue;
  assert.equal(textsOf(fieldSetOf(schema, value)), '.labels.__proto__ .labels.constructor');
  const merged = mergeValues(schema, { labels: { a: '1' } }, value);
  assert.equal(JSON.stringify(merged), '{"labels":{"a":"1","__proto__":"1","constructor":"2"}}');
  assert.equal(textsOf(compareValues(schema, { labels: {} }, value).added), '.labels.__proto__ .labels.constructor');
  const rest = removeFields(schema, merged, decodeFieldsV1({ 'f:labels': { 'f:a': {} } }));
  assert.equal(JSON.stringify(rest), '{"labels":{"__proto__":"1","constructor":"2"}}');
});
