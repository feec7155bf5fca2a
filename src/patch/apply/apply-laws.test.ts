/** What holds for any configurations of any managers. */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { equalJson, type JsonObject, type JsonValue } from '../../api/json.ts';
import { pathText, FieldSet } from './field-set.ts';
import { LiveObject } from './live-object.test-double.ts';
import { ConflictsError } from './managers.ts';
import { anything, atomicList, keyed, mapOf, number, object, setOf, text, withDefault } from './schemas.test-double.ts';
import { withNamedFields } from './schema-fields.ts';
import { fieldSetOf } from './to-field-set.ts';

const item = object({ name: text, value: text, inner: object({ x: text, y: text }) });
const schema = object({
  a: text,
  labels: mapOf(text),
  set: setOf(text),
  args: atomicList(text),
  list: keyed(item, 'name'),
  ports: keyed(object({ port: number, protocol: withDefault(text, 'TCP'), name: text }), 'port', 'protocol'),
  whole: object({ x: text, y: text }, true),
  open: anything,
});

const value = fc.constantFrom('1', '2');
const few = <T>(element: fc.Arbitrary<T>, selector: (one: T) => unknown): fc.Arbitrary<T[]> =>
  fc.uniqueArray(element, { maxLength: 3, selector, comparator: 'IsStrictlyEqual' });
const some = (fields: Record<string, fc.Arbitrary<JsonValue>>, requiredKeys: string[] = []): fc.Arbitrary<JsonObject> =>
  fc.record(fields, { requiredKeys });

const named = some({ name: fc.constantFrom('a', 'b', 'c'), value, inner: some({ x: value, y: value }) }, ['name']);
const port = some({ port: fc.constantFrom(80, 81), protocol: fc.constantFrom('TCP', 'UDP'), name: value }, ['port']);
const config: fc.Arbitrary<JsonObject> = some({
  a: value,
  labels: some({ x: value, y: value }),
  set: few(fc.constantFrom('a', 'b', 'c'), (one) => one),
  args: fc.array(value, { maxLength: 2 }),
  list: few(named, (one) => one['name']),
  ports: few(port, (one) => JSON.stringify([one['port'], one['protocol'] ?? 'TCP'])),
  whole: some({ x: value, y: value }),
  open: some({ m: some({ x: value }), n: value }),
});
const write = fc.record({ manager: fc.constantFrom('one', 'two', 'three'), config, updates: fc.boolean() });
const history = fc.array(write, { maxLength: 5 });

function after(writes: readonly { manager: string; config: JsonObject; updates: boolean }[]): LiveObject {
  const live = new LiveObject(schema);
  for (const { manager, config: given, updates } of writes) {
    if (updates) live.update(`${manager} updating`, given);
    else live.apply(manager, given, true);
  }
  return live;
}

test('applied twice is applied once', () => {
  fc.assert(
    fc.property(history, config, (writes, given) => {
      const live = after(writes);
      live.apply('me', given, true);
      const [once, owners] = [JSON.stringify(live.value), live.owners()];
      assert.equal(live.apply('me', given, false), false);
      assert.deepEqual([JSON.stringify(live.value), live.owners()], [once, owners]);
    }),
  );
});

test('who forces has its way: all that it applies is there, and is its own', () => {
  fc.assert(
    fc.property(history, config, (writes, given) => {
      const live = after(writes);
      live.apply('me', given, true);
      const wanted = fieldSetOf(schema, given);
      assert.ok(live.managers.get('me')?.fields.equals(wanted) ?? wanted.isEmpty);
      const probe = new LiveObject(schema);
      probe.value = live.value;
      assert.equal(probe.apply('me', given), false);
    }),
  );
});

test('without force nobody loses anything', () => {
  fc.assert(
    fc.property(history, config, (writes, given) => {
      const live = after(writes);
      const before = new Map(live.managers);
      const object = live.value;
      try {
        live.apply('me', given, false);
      } catch (error) {
        if (!(error instanceof ConflictsError)) throw error;
        assert.ok(error.conflicts.length > 0);
        for (const { manager, path } of error.conflicts)
          assert.ok(before.get(manager)?.fields.has(path), pathText(path));
        assert.equal(live.value, object);
        return;
      }
      for (const [manager, { fields }] of before) {
        if (manager === 'me') continue;
        assert.ok(live.managers.get(manager)?.fields.equals(fields), manager);
      }
    }),
  );
});

test('conflicts come from others’ fields that would be another value, and force takes just these', () => {
  fc.assert(
    fc.property(history, config, (writes, given) => {
      const refused = after(writes);
      const conflicts = refused.conflicts('me', given);
      const before = new Map(after(writes).managers);
      const forced = after(writes);
      forced.apply('me', given, true);
      for (const [manager, { fields }] of before) {
        if (manager === 'me') continue;
        const kept = forced.managers.get(manager)?.fields ?? FieldSet.empty;
        const lost = fields
          .difference(kept)
          .paths()
          .map((path) => `${manager}: ${pathText(path)}`);
        assert.deepEqual(lost.sort(), conflicts.filter((text) => text.startsWith(`${manager}: `)).sort());
      }
    }),
  );
});

test('all that somebody owns and that is a leaf of the object is there', () => {
  fc.assert(
    fc.property(history, config, (writes, given) => {
      const live = after(writes);
      live.apply('me', given, true);
      // An empty map is there where a full one is.
      const there = withNamedFields(fieldSetOf(schema, live.value), schema);
      const alone = new LiveObject(schema);
      alone.apply('me', given);
      const mine = fieldSetOf(schema, alone.value).leaves();
      assert.ok(mine.difference(there).isEmpty, mine.difference(there).paths().map(pathText).join(' '));
    }),
  );
});

test('who applies nothing any more leaves the object as others have it', () => {
  fc.assert(
    fc.property(config, config, (mine, theirs) => {
      const live = new LiveObject(schema);
      live.apply('they', theirs);
      live.apply('me', mine, true);
      live.apply('they', theirs, true);
      live.apply('me', {});
      const alone = new LiveObject(schema);
      alone.apply('they', theirs);
      assert.deepEqual(live.owners(), alone.owners());
      assert.ok(equalJson(sorted(live.value), sorted(alone.value)), JSON.stringify([live.value, alone.value]));
    }),
  );
});

/** The order of lists with keys hangs on who came when; empty lists and maps may be left over from what others had. */
function sorted(given: JsonValue): JsonValue {
  const byText = (left: JsonValue, right: JsonValue): number => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1);
  if (Array.isArray(given)) return given.map(sorted).sort(byText);
  if (typeof given !== 'object' || given === null) return given;
  const entries = Object.entries(given).map(([key, inner]): [string, JsonValue] => [key, sorted(inner)]);
  const full = entries.filter(([, inner]) => JSON.stringify(inner) !== '[]' && JSON.stringify(inner) !== '{}');
  return Object.fromEntries(full.sort(byText));
}
