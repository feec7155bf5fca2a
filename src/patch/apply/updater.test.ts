/** Who owns what after which writes: upstream's rules, case by case. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonValue } from '../../api/json.ts';
import { FieldSet } from './field-set.ts';
import { LiveObject, type LiveOptions } from './live-object.test-double.ts';
import { anything, atomicList, keyed, mapOf, number, object, setOf, text, withDefault } from './schemas.test-double.ts';

const item = object({ name: text, value: text, count: number });
const schema = object({
  a: text,
  b: text,
  inner: object({ a: text, b: text }),
  whole: object({ a: text, b: text }, true),
  labels: mapOf(text),
  set: setOf(text),
  args: atomicList(text),
  list: keyed(item, 'name'),
  ports: keyed(object({ port: number, protocol: withDefault(text, 'TCP'), name: text }), 'port', 'protocol'),
  open: anything,
  status: object({ phase: text }),
});

interface Scenario extends LiveOptions {
  do(live: LiveObject): void;
  readonly object: JsonValue;
  readonly owners: readonly string[];
}

const scenarios: Record<string, Scenario> = {
  'apply owns what it says': {
    do: (live) => live.apply('one', { a: '1', inner: { b: '2' } }),
    object: { a: '1', inner: { b: '2' } },
    owners: ['one applied v1: .a .inner.b'],
  },
  'the same again changes nothing': {
    do(live) {
      live.apply('one', { a: '1', set: ['x'] });
      assert.equal(live.apply('one', { a: '1', set: ['x'] }), false);
    },
    object: { a: '1', set: ['x'] },
    owners: ['one applied v1: .a .set[="x"]'],
  },
  'what is applied no longer goes': {
    do(live) {
      live.apply('one', { a: '1', b: '2', labels: { x: '1', y: '2' } });
      live.apply('one', { a: '1', labels: { y: '2' } });
    },
    object: { a: '1', labels: { y: '2' } },
    owners: ['one applied v1: .a .labels.y'],
  },
  'an object whose last field goes, goes': {
    do(live) {
      live.apply('one', { a: '1', inner: { a: '2' } });
      live.apply('one', { a: '1' });
    },
    object: { a: '1' },
    owners: ['one applied v1: .a'],
  },
  'what two apply stays until both let go of it': {
    do(live) {
      live.apply('one', { a: '1', b: '2' });
      live.apply('two', { a: '1' });
      live.apply('one', { b: '2' });
    },
    object: { a: '1', b: '2' },
    owners: ['one applied v1: .b', 'two applied v1: .a'],
  },
  'the last to let go takes it along': {
    do(live) {
      live.apply('one', { a: '1', b: '2' });
      live.apply('two', { a: '1' });
      live.apply('one', { b: '2' });
      live.apply('two', {});
    },
    object: { b: '2' },
    owners: ['one applied v1: .b'],
  },
  'what an update made stays when apply lets go of it': {
    do(live) {
      live.update('user', { a: '1', b: '2' });
      live.apply('one', { a: '1' });
      live.apply('one', {});
    },
    object: { a: '1', b: '2' },
    owners: ['user updated v1: .a .b'],
  },
  'an update takes what it changes from all others': {
    do(live) {
      live.apply('one', { a: '1', b: '2' });
      live.update('user', { a: '9', b: '2' });
    },
    object: { a: '9', b: '2' },
    owners: ['one applied v1: .b', 'user updated v1: .a'],
  },
  'an update that changes nothing owns nothing': {
    do(live) {
      live.apply('one', { a: '1' });
      live.update('user', { a: '1' });
    },
    object: { a: '1' },
    owners: ['one applied v1: .a'],
  },
  'what an update removes is nobody’s': {
    do(live) {
      live.apply('one', { a: '1', b: '2' });
      live.update('user', { b: '2' });
    },
    object: { b: '2' },
    owners: ['one applied v1: .b'],
  },
  'an updater who takes its own back': {
    do(live) {
      live.update('user', { a: '1', b: '2' });
      live.update('user', { b: '3' });
    },
    object: { b: '3' },
    owners: ['user updated v1: .b'],
  },
  'force takes it from others, who keep the rest': {
    do(live) {
      live.apply('one', { a: '1', b: '2' });
      live.apply('two', { a: '9' }, true);
    },
    object: { a: '9', b: '2' },
    owners: ['one applied v1: .b', 'two applied v1: .a'],
  },
  'a manager that has nothing left is forgotten': {
    do(live) {
      live.apply('one', { a: '1' });
      live.apply('two', { a: '9' }, true);
    },
    object: { a: '9' },
    owners: ['two applied v1: .a'],
  },
  'a null owns a field': {
    do: (live) => live.apply('one', { a: '1', b: null, inner: null }),
    object: { a: '1' },
    owners: ['one applied v1: .a .b .inner'],
  },
  'items of a set are owned one by one': {
    do(live) {
      live.apply('one', { set: ['a', 'b'] });
      live.apply('two', { set: ['b', 'c'] });
      live.apply('one', { set: ['a'] });
    },
    object: { set: ['a', 'b', 'c'] },
    owners: ['one applied v1: .set[="a"]', 'two applied v1: .set[="b"] .set[="c"]'],
  },
  'an item goes with all that is in it, unless somebody else owns the item itself': {
    do(live) {
      live.apply('one', { list: [{ name: 'x', value: '1' }, { name: 'y' }] });
      live.update('user', { list: [{ name: 'x', value: '1', count: 5 }, { name: 'y' }] });
      live.apply('one', { list: [{ name: 'y' }] });
    },
    object: { list: [{ name: 'y' }] },
    owners: ['one applied v1: .list[name="y"] .list[name="y"].name'],
  },
  'an item whose fields two apply': {
    do(live) {
      live.apply('one', { list: [{ name: 'x', value: '1' }] });
      live.apply('two', { list: [{ name: 'x', count: 2 }] });
      live.apply('one', { list: [] });
    },
    object: { list: [{ name: 'x', count: 2 }] },
    owners: ['two applied v1: .list[name="x"] .list[name="x"].count .list[name="x"].name'],
  },
  'what nobody owns in an item goes with it': {
    do(live) {
      live.apply('one', { list: [{ name: 'x', value: '1' }, { name: 'y' }] });
      // As a default would.
      live.value = { list: [{ name: 'x', value: '1', count: 7 }, { name: 'y' }] };
      live.apply('one', { list: [{ name: 'y' }] });
    },
    object: { list: [{ name: 'y' }] },
    owners: ['one applied v1: .list[name="y"] .list[name="y"].name'],
  },
  'an object whose owned fields go takes along what nobody owns in it': {
    do(live) {
      live.apply('one', { inner: { a: '1' } });
      live.value = { inner: { a: '1', b: 'default' } };
      live.apply('one', {});
    },
    object: {},
    owners: [],
  },
  'what is atomic has one owner of its whole': {
    do(live) {
      live.apply('one', { whole: { a: '1' }, args: ['x'] });
      live.apply('two', { whole: { b: '2' }, args: ['y'] }, true);
    },
    object: { whole: { b: '2' }, args: ['y'] },
    owners: ['two applied v1: .args .whole'],
  },
  'keys with defaults name one item, said or not': {
    do(live) {
      live.apply('one', { ports: [{ port: 80, protocol: 'TCP', name: 'x' }] });
      live.apply('two', {
        ports: [
          { port: 80, name: 'x' },
          { port: 80, protocol: 'UDP' },
        ],
      });
      live.apply('one', {});
    },
    object: {
      ports: [
        { port: 80, name: 'x' },
        { port: 80, protocol: 'UDP' },
      ],
    },
    owners: [
      'two applied v1: .ports[port=80,protocol="TCP"] .ports[port=80,protocol="TCP"].name .ports[port=80,protocol="TCP"].port ' +
        '.ports[port=80,protocol="UDP"] .ports[port=80,protocol="UDP"].port .ports[port=80,protocol="UDP"].protocol',
    ],
  },
  'duplicates that an update made are owned as one, and replaced by an apply': {
    do(live) {
      live.update('user', { list: [{ name: 'x', value: '1' }, { name: 'x', value: '2' }, { name: 'y' }] });
      live.apply('one', { list: [{ name: 'x', value: '3' }] }, true);
    },
    object: { list: [{ name: 'x', value: '3' }, { name: 'y' }] },
    owners: [
      'one applied v1: .list[name="x"] .list[name="x"].name .list[name="x"].value',
      'user updated v1: .list .list[name="y"] .list[name="y"].name',
    ],
  },
  'what may be anything is owned by keys': {
    do(live) {
      live.apply('one', { open: { a: { b: 1 }, list: [1] } });
      live.apply('two', { open: { a: { c: 2 } } });
      live.apply('one', { open: { list: [1] } });
    },
    object: { open: { a: { c: 2 }, list: [1] } },
    owners: ['one applied v1: .open.list', 'two applied v1: .open.a .open.a.c'],
  },
  'what strategies throw away is nobody’s': {
    resetFields: FieldSet.of(['f:status']),
    do(live) {
      live.apply('one', { a: '1', status: { phase: 'x' } });
      live.update('user', { a: '1', b: '2', status: { phase: 'y' } });
    },
    object: { a: '1', b: '2', status: { phase: 'y' } },
    owners: ['one applied v1: .a', 'user updated v1: .b'],
  },
  'a part that strategies throw away is in nobody’s way': {
    resetFields: FieldSet.of(['f:status']),
    do(live) {
      live.apply('one', { status: { phase: 'x' } });
      assert.deepEqual(live.conflicts('two', { status: { phase: 'y' } }), []);
    },
    object: { status: { phase: 'y' } },
    owners: [],
  },
  'owners of a version that is gone are forgotten': {
    schemas: { v1: schema },
    do(live) {
      live.managers = new Map([['old', { apiVersion: 'v0', applied: true, fields: FieldSet.of(['f:a']) }]]);
      live.value = { a: '1' };
      live.apply('one', { a: '2' });
    },
    object: { a: '2' },
    owners: ['one applied v1: .a'],
  },
  'whoever applied in a version that is gone lets nothing go': {
    schemas: { v1: schema },
    do(live) {
      live.managers = new Map([['one', { apiVersion: 'v0', applied: true, fields: FieldSet.of(['f:a']) }]]);
      live.value = { a: '1' };
      live.apply('one', { b: '2' });
    },
    object: { a: '1', b: '2' },
    owners: ['one applied v1: .b'],
  },
  'one who applies in another version lets go of what it applied in the first': {
    do(live) {
      live.apply('one', { a: '1', b: '2' });
      live.apply('one', { b: '2' }, false, 'v2');
    },
    object: { b: '2' },
    owners: ['one applied v2: .b'],
  },
  'an update in another version takes fields of the first': {
    do(live) {
      live.apply('one', { a: '1', b: '2' });
      live.update('user', { a: '9', b: '2' }, 'v2');
    },
    object: { a: '9', b: '2' },
    owners: ['one applied v1: .b', 'user updated v2: .a'],
  },
};

for (const [name, { do: act, object: expected, owners, ...options }] of Object.entries(scenarios)) {
  test(name, () => {
    const live = new LiveObject(schema, options);
    act(live);
    assert.deepEqual(live.value, expected);
    assert.deepEqual(live.owners(), owners);
  });
}

interface Clash {
  readonly given: readonly (readonly [manager: string, value: JsonValue, kind: 'applies' | 'updates'])[];
  readonly config: JsonValue;
  readonly conflicts: readonly string[];
}

const clashes: Record<string, Clash> = {
  'another value': { given: [['one', { a: '1' }, 'applies']], config: { a: '2' }, conflicts: ['one: .a'] },
  'what an update wrote': { given: [['user', { a: '1' }, 'updates']], config: { a: '2' }, conflicts: ['user: .a'] },
  'the same value is none': { given: [['one', { a: '1' }, 'applies']], config: { a: '1' }, conflicts: [] },
  'one’s own value is none': { given: [['two', { a: '1' }, 'applies']], config: { a: '2' }, conflicts: [] },
  'of two who share it': {
    given: [
      ['one', { a: '1' }, 'applies'],
      ['three', { a: '1' }, 'applies'],
    ],
    config: { a: '2' },
    conflicts: ['one: .a', 'three: .a'],
  },
  'several fields, also of items': {
    given: [['one', { a: '1', list: [{ name: 'x', value: '1', count: 1 }] }, 'applies']],
    config: { a: '2', list: [{ name: 'x', value: '2', count: 2 }] },
    conflicts: ['one: .a', 'one: .list[name="x"].count', 'one: .list[name="x"].value'],
  },
  'another part of what is atomic': {
    given: [['one', { whole: { a: '1' } }, 'applies']],
    config: { whole: { a: '1', b: '2' } },
    conflicts: ['one: .whole'],
  },
  'another item is none': {
    given: [['one', { set: ['a'], list: [{ name: 'x' }] }, 'applies']],
    config: { set: ['b'], list: [{ name: 'y' }] },
    conflicts: [],
  },
  'anything of another shape': {
    given: [['one', { open: { a: 1 } }, 'applies']],
    config: { open: 'x' },
    conflicts: [],
  },
};

for (const [name, { given, config, conflicts }] of Object.entries(clashes)) {
  test(`in the way of an apply: ${name}`, () => {
    const live = new LiveObject(schema);
    for (const [manager, value, kind] of given) {
      if (kind === 'applies') live.apply(manager, value);
      else live.update(manager, value);
    }
    const before = [JSON.stringify(live.value), live.owners()];
    assert.deepEqual(live.conflicts('two', config), conflicts);
    if (conflicts.length > 0) assert.deepEqual([JSON.stringify(live.value), live.owners()], before);
  });
}

test('versions that name a field otherwise: each manager keeps its own name of it', () => {
  const v2 = object({ renamed: text, b: text });
  const convert = (value: JsonValue, from: string, to: string): JsonValue => {
    if (from === to || typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const { a, renamed, ...rest } = value;
    const moved = from === 'v1' ? a : renamed;
    return moved === undefined ? rest : { ...rest, [to === 'v1' ? 'a' : 'renamed']: moved };
  };
  const live = new LiveObject(schema, { schemas: { v1: schema, v2 }, convert });
  live.apply('one', { a: '1', b: '2' });
  assert.deepEqual(live.conflicts('two', { renamed: '9' }, 'v2'), ['one: .a']);
  live.apply('two', { renamed: '9' }, true, 'v2');
  assert.deepEqual(live.owners(), ['one applied v1: .b', 'two applied v2: .renamed']);
  live.apply('two', {}, false, 'v2');
  assert.deepEqual(live.value, { b: '2' });
});
