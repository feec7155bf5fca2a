/** Schemas with rules, and objects for them: what upstream and we are asked for. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject, JsonValue } from '../../src/api/json.ts';

export interface RuleCase {
  readonly name: string;
  readonly schema: JsonObject;
  readonly object: JsonObject;
  readonly old?: JsonObject;
}

const text: JsonObject = { type: 'string' };
const shortText: JsonObject = { type: 'string', maxLength: 20 };
const integer: JsonObject = { type: 'integer' };

/** Cases that stand in a file: one a line. */
export function casesOf(file: string): readonly string[] {
  const lines = readFileSync(join(import.meta.dirname, 'cases', file), 'utf8').split('\n');
  return lines.filter((line) => line.trim() !== '' && !line.startsWith('#'));
}

export function ruleCases(): readonly RuleCase[] {
  return [
    ...singleRules(),
    ...ruleSettings(),
    ...placedRules(),
    ...rootRules(),
    ...costlyRules(),
    ...nestedRules(),
    ...budgets(),
  ];
}

function rules(...all: readonly (string | JsonObject)[]): JsonObject {
  return { 'x-kubernetes-validations': all.map((rule) => (typeof rule === 'string' ? { rule } : rule)) };
}

function object(properties: JsonObject, ...more: readonly JsonObject[]): JsonObject {
  return Object.assign({ type: 'object', properties }, ...more) as JsonObject;
}

function list(items: JsonObject, ...more: readonly JsonObject[]): JsonObject {
  return Object.assign({ type: 'array', items }, ...more) as JsonObject;
}

function map(additionalProperties: JsonObject, ...more: readonly JsonObject[]): JsonObject {
  return Object.assign({ type: 'object', additionalProperties }, ...more) as JsonObject;
}

function thing(spec: JsonValue): JsonObject {
  return { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'nm', generateName: 'g' }, spec };
}

const keyed: JsonObject = { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k'], maxItems: 5 };

/** All kinds of fields. */
const spec: JsonObject = {
  a: integer,
  b: integer,
  s: text,
  t: { type: 'string', maxLength: 10 },
  n: { type: 'number' },
  f: { type: 'boolean' },
  l: list(integer),
  ls: list(text, { maxItems: 5 }),
  m: map(text),
  mi: map(integer, { maxProperties: 3 }),
  d: { type: 'string', format: 'duration' },
  dt: { type: 'string', format: 'date-time' },
  da: { type: 'string', format: 'date' },
  by: { type: 'string', format: 'byte' },
  ios: { 'x-kubernetes-int-or-string': true },
  set: list(text, { 'x-kubernetes-list-type': 'set', maxItems: 10 }),
  map: list(object({ k: text, v: integer }, { required: ['k'] }), keyed),
  o: object({ x: integer, y: object({ z: text }) }),
  p: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  nu: { type: 'string', nullable: true },
  'a-b.c/d': text,
  in: integer,
  namespace: text,
  __u: text,
  e: { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
  en: { type: 'string', enum: ['aa', 'bbb'] },
};
const values: JsonObject = {
  a: 1,
  b: 2,
  s: 'hello',
  t: 'abc',
  n: 1.5,
  f: true,
  l: [1, 2, 3],
  ls: ['x', 'y'],
  m: { k: 'v', q: 'w' },
  mi: { a: 1 },
  d: '1h30m',
  dt: '2020-01-01T00:00:00Z',
  da: '2020-02-03',
  by: 'YWJj',
  ios: 5,
  set: ['a', 'b'],
  map: [
    { k: 'x', v: 1 },
    { k: 'y', v: 2 },
  ],
  o: { x: 1, y: { z: 'q' } },
  p: { u: 1 },
  nu: null,
  'a-b.c/d': 'esc',
  in: 3,
  namespace: 'ns',
  __u: 'u',
  e: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'pod' } },
  en: 'aa',
};

function singleRules(): RuleCase[] {
  return casesOf('rules.txt').flatMap((rule) => {
    const schema = object({ spec: object(spec, rules(rule)) });
    const create = { name: rule, schema, object: thing(values) };
    return rule.includes('oldSelf') ? [create, { ...create, old: thing({ ...values, a: 5 }) }] : [create];
  });
}

/** Messages, reasons, paths, old values. */
function ruleSettings(): RuleCase[] {
  const fails = 'self.a > 5';
  const settings: readonly JsonObject[] = [
    ...['too small', '  padded ', 'x\ny', ' '].map((message) => ({ message })),
    { messageExpression: '"is " + string(self.a)' },
    { messageExpression: 'self.s.substring(9)', message: 'fallback' },
    ...['self.a', 'self.q', '  ', '"a\\nb"'].map((messageExpression) => ({ messageExpression })),
    { messageExpression: '""', message: 'm' },
    ...['Forbidden', 'Required', 'Duplicate', 'Invalid'].map((reason) => ({ reason: `FieldValue${reason}` })),
    { reason: 'Nope' },
    ...['.a', '.l', '.q', 'a', "['a']", ' ', '.a\n'].map((fieldPath) => ({ fieldPath })),
    { fieldPath: '.a', message: 'm', reason: 'FieldValueForbidden' },
    ...[true, false].map((optionalOldSelf) => ({ optionalOldSelf })),
    ...['', '  ', 'self.a\n> 5'].map((rule) => ({ rule })),
    { rule: 'self.a\n> 5', message: 'ml' },
    { rule: 'oldSelf.hasValue() ? self.a >= oldSelf.value().a : true', optionalOldSelf: true },
    { rule: 'oldSelf.orValue(self).a == self.a', optionalOldSelf: true },
    { rule: '!oldSelf.hasValue()', optionalOldSelf: true },
    { rule: 'self.a == oldSelf.a' },
  ];
  const fields = { a: integer, s: shortText, l: list(integer, { maxItems: 5 }) };
  const same = { a: 1, s: 'x', l: [1, 2] };
  return settings.flatMap((setting) => {
    const name = JSON.stringify(setting);
    const schema = object({ spec: object(fields, rules({ rule: fails, ...setting })) });
    return [
      { name: `${name} of a new object`, schema, object: thing(same) },
      { name: `${name} of an unchanged one`, schema, object: thing(same), old: thing(same) },
      { name: `${name} of a changed one`, schema, object: thing(same), old: thing({ ...same, a: 7 }) },
    ];
  });
}

const keyedItem = object({ k: shortText, v: integer }, { required: ['k'] });

/** Properties with rules on all kinds of nodes, their values, and values they had before. */
const placements: readonly (readonly [JsonObject, JsonObject, JsonObject?])[] = [
  [{ a: { ...integer, ...rules('self > 5') } }, { a: 1 }, { a: 2 }],
  [{ s: { ...shortText, ...rules('self.startsWith("q")') } }, { s: 'x' }, { s: 'y' }],
  [{ l: list(integer, { maxItems: 5 }, rules('self.size() > 3')) }, { l: [1] }, { l: [1, 2] }],
  [{ l: list({ ...integer, ...rules('self > 1') }, { maxItems: 5 }) }, { l: [1, 2, 0] }, { l: [1, 2] }],
  [{ l: list({ ...integer, ...rules('self == oldSelf') }, { maxItems: 5 }) }, { l: [1] }, { l: [2] }],
  [
    { l: list({ ...keyedItem, ...rules('self.v >= oldSelf.v') }, keyed) },
    {
      l: [
        { k: 'a', v: 1 },
        { k: 'b', v: 5 },
        { k: 'c', v: 0 },
      ],
    },
    {
      l: [
        { k: 'b', v: 6 },
        { k: 'a', v: 0 },
      ],
    },
  ],
  [
    { l: list(object({ k: shortText, v: { ...integer, ...rules('self > 3') } }, { required: ['k'] }), keyed) },
    {
      l: [
        { k: 'a', v: 1 },
        { k: 'b', v: 2 },
      ],
    },
    {
      l: [
        { k: 'b', v: 2 },
        { k: 'a', v: 0 },
      ],
    },
  ],
  [{ m: map({ ...integer, ...rules('self > 5') }, { maxProperties: 4 }) }, { m: { x: 1, y: 9 } }, { m: { x: 2 } }],
  [{ m: map({ ...integer, ...rules('self >= oldSelf') }, { maxProperties: 4 }) }, { m: { x: 1 } }, { m: { x: 4 } }],
  [{ m: map(shortText, { maxProperties: 4 }, rules('"z" in self')) }, { m: { x: 'q' } }],
  [
    { o: object({ p: { ...integer, ...rules('self == oldSelf') } }, { 'x-kubernetes-map-type': 'atomic' }) },
    { o: { p: 1 } },
    { o: { p: 2 } },
  ],
  [
    {
      o: object({ q: object({ p: { ...integer, ...rules('self > 3') } }, rules('has(self.p)')) }, rules('has(self.q)')),
    },
    { o: { q: { p: 1 } } },
    { o: { q: { p: 2 } } },
  ],
  [{ e: Object.assign({}, spec['e'], rules('self.metadata.name == "zz"')) }, { e: values['e'] ?? null }],
  [{ '1bad': { ...integer, ...rules('self > 5') } }, { '1bad': 1 }],
  [{ b$d: { ...integer, ...rules('self > 5') } }, { b$d: 1 }],
  [{ i: { 'x-kubernetes-int-or-string': true, ...rules('type(self) == int ? self > 5 : true') } }, { i: 1 }],
  [{ i: { 'x-kubernetes-int-or-string': true, ...rules('self + "a" == "xa"') } }, { i: 1 }],
  [{ n: { ...shortText, nullable: true, ...rules('self == "q"') } }, { n: null }],
  [{ u: { 'x-kubernetes-preserve-unknown-fields': true, ...rules('self == self') } }, { u: 1 }],
  [{ f: { type: 'number', ...rules('self > 5.0') } }, { f: 1 }],
  [{ f: { type: 'number', ...rules('self > 5.0') } }, { f: 1.25 }],
  [{ b: { type: 'boolean', ...rules('self') } }, { b: false }],
  [{ t: { ...(spec['dt'] as JsonObject), ...rules('self.getFullYear() == 1') } }, { t: '2020-01-01T00:00:00Z' }],
  [{ t: { ...(spec['da'] as JsonObject), ...rules('self.getFullYear() == 1') } }, { t: '2020-02-03' }],
  ...['1h', '3 days', 'zz'].map((d): readonly [JsonObject, JsonObject] => [
    { d: { type: 'string', format: 'duration', ...rules('self > duration("2h")') } },
    { d },
  ]),
];

/** Asked of new, changed and unchanged objects. */
function placedRules(): RuleCase[] {
  return placements.flatMap(([properties, value, old]) => {
    const name = JSON.stringify(properties);
    const known = { schema: object({ spec: object(properties) }), object: thing(value) };
    const unchanged = { name: `${name}, unchanged`, ...known, old: thing(value) };
    const changed = old === undefined ? [] : [{ name: `${name}, changed`, ...known, old: thing(old) }];
    return [{ name, ...known }, unchanged, ...changed];
  });
}

function rootRules(): RuleCase[] {
  const roots = [
    'self.metadata.name == "nm"',
    'self.metadata.name == "x"',
    'self.kind == "Thing" && self.apiVersion == "q"',
    'self.metadata.generateName == "g"',
    'self.metadata.labels == 1',
    'self.spec.a > 5',
    'has(self.spec)',
  ];
  return roots.flatMap((rule) => {
    const properties = { spec: object({ a: integer }) };
    const known = { schema: object(properties, rules(rule)), object: thing({ a: 1 }) };
    const withName = object({ ...properties, metadata: object({ name: shortText }) }, rules(rule));
    return [
      { name: rule, ...known },
      { name: `${rule} (update)`, ...known, old: thing({ a: 1 }) },
      { name: `${rule} (metadata in the schema)`, schema: withName, object: thing({ a: 1 }) },
    ];
  });
}

/** What rules may cost goes by what bounds their fields. */
function costlyRules(): RuleCase[] {
  const bounds: readonly (readonly [JsonObject, JsonObject])[] = [
    [{}, text],
    [{ maxItems: 10 }, text],
    [{ maxItems: 100 }, shortText],
    [{ maxItems: 10 }, shortText],
    [{ maxItems: 1000 }, { type: 'string', enum: ['a', 'bb'] }],
  ];
  return casesOf('costly-rules.txt').flatMap((rule) =>
    bounds.flatMap(([bound, item]) => {
      const name = `${rule} of ${JSON.stringify({ ...bound, item })}`;
      if (rule.startsWith('map: ')) {
        const most = bound['maxItems'] === undefined ? {} : { maxProperties: bound['maxItems'] };
        const schema = object({ spec: object({ m: map(item, most, rules(rule.slice(5))) }) });
        return { name, schema, object: thing({ m: { a: 'b' } }) };
      }
      const schema = object({ spec: object({ l: list(item, bound, rules(rule)) }) });
      return { name, schema, object: thing({ l: ['a', 'b', 'cc'] }) };
    }),
  );
}

/** Rules below lists are asked often. */
function nestedRules(): RuleCase[] {
  return [{}, { maxItems: 3 }].flatMap((bound: JsonObject) => {
    const leaf = object({ x: text }, rules('self.x.matches("^a")'));
    const items = { ...shortText, ...rules('self.size() > 1', 'self != "a"') };
    const deep = object({ spec: object({ l: list(list(list(leaf, bound), bound), bound) }) });
    const flat = object({ spec: object({ l: list(list(items, bound), rules('self.size() > 0'), bound) }) });
    const name = JSON.stringify(bound);
    return [
      { name: `deep ${name}`, schema: deep, object: thing({ l: [[[{ x: 'b' }]]] }) },
      { name: `flat ${name}`, schema: flat, object: thing({ l: [['b']] }) },
    ];
  });
}

/** Objects whose rules cost more than they may. */
function budgets(): RuleCase[] {
  const cubic = 'self.all(x, self.all(y, self.all(z, x + y + z >= 0)))';
  const ten = '[1,2,3,4,5,6,7,8,9,10]';
  const each = `${ten}.all(a, ${ten}.all(b, ${ten}.all(c, ${ten}.all(d, a+b+c+d+self > 0))))`;
  const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
  return [
    ...[60, 120].map((count) => ({
      name: `${cubic} of ${count}`,
      schema: object({ spec: object({ l: list(integer, rules(cubic), { maxItems: count }) }) }),
      object: thing({ l: numbers(count) }),
    })),
    {
      name: 'many items, each dear',
      schema: object({ spec: object({ l: list({ ...integer, ...rules(each) }, { maxItems: 150 }) }) }),
      object: thing({ l: numbers(150) }),
    },
    {
      name: 'objects of one type are compared',
      schema: object({
        spec: object({ a: object({ x: integer }), b: object({ x: integer }) }, rules('dyn(self.a) == dyn(self.b)')),
      }),
      object: thing({ a: { x: 1 }, b: { x: 2 } }),
    },
  ];
}
