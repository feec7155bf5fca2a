import fc from 'fast-check';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../api/json.ts';
import { boolType, dynType, intType, listType, stringType, type CelType } from './cel-type.ts';
import { createEnvironment, kubernetesLibraries } from './environment.ts';
import { dynValue } from './json-value.ts';
import { callCostMax, compile, evaluate, type Evaluated, type Program } from './program.ts';
import { CelError } from './value.ts';

const known: JsonObject = { o: { a: 1, l: [1, 2], m: { k: 'v' }, n: null }, i: 5, s: 'hé', l: [3, 1, 2], t: true };
const types: Readonly<Record<string, CelType>> = {
  o: dynType,
  i: intType,
  s: stringType,
  l: listType(intType),
  t: boolType,
};
const environment = createEnvironment({ libraries: kubernetesLibraries, variables: new Map(Object.entries(types)) });
const bindings = new Map(Object.entries(known).map(([name, value]) => [name, dynValue(value)]));

function program(source: string): Program {
  const compiled = compile(source, environment);
  assert.ok(compiled.ok, compiled.ok ? '' : compiled.text);
  return compiled.program;
}

function run(source: string, costMax = callCostMax): Evaluated {
  return evaluate(program(source), { bindings, costMax });
}

const values: readonly (readonly [string, unknown])[] = [
  ['i + 1', 6],
  ['s.size()', 2],
  ['o.m.k + s', 'vhé'],
  ['l.sum()', 6],
  ['l.exists(x, x > 2) && !l.all(x, x > 2)', true],
  ['l.map(x, x > 1, x * 2) == [6, 4]', true],
  ['l.sort()[0]', 1],
  ['o.?q.orValue("none")', 'none'],
  ['l.all(i, v, i < 3 && v < 4)', true],
  ['has(o.a) && !has(o.q)', true],
  ['quantity("1Gi").isGreaterThan(quantity("1M"))', true],
  ['ip("::1").isLoopback() && cidr("10.0.0.0/8").containsIP("10.1.1.1")', true],
  ['url("https://a.b/c?d=e").getQuery() == {"d": ["e"]}', true],
  ['"a1b22".findAll("[0-9]+") == ["1", "22"]', true],
  ['semver("1.2.3").isLessThan(semver("1.10.0"))', true],
  ['!format.dns1123Label().validate("a-b").hasValue()', true],
  ['"%s is %d".format(["a", 1])', 'a is 1'],
  ['i / 0 == 1 || true', true],
  ['false && i / 0 == 1', false],
];

test('values', () => {
  for (const [source, value] of values) assert.equal(run(source).value, value, source);
});

const errors: readonly (readonly [string, string])[] = [
  ['o.q', 'no such key: q'],
  ['l[3]', 'index out of bounds: 3'],
  ['i / 0', 'division by zero'],
  ['o.m.k + 1', 'no such overload'],
  ['i / 0 == 1 || false', 'division by zero'],
  ['duration("x" + s)', "type conversion error from 'string' to 'google.protobuf.Duration'"],
];

test('errors are values, in the words of upstream', () => {
  for (const [source, message] of errors) {
    const { value, ended } = run(source);
    assert.ok(value instanceof CelError && !ended, source);
    assert.ok(value.message.includes(message), `${source}: ${value.message}`);
  }
});

const refused: readonly (readonly [string, string])[] = [
  ['q', "ERROR: <input>:1:1: undeclared reference to 'q' (in container '')\n | q\n | ^"],
  ['i + s', "ERROR: <input>:1:3: found no matching overload for '_+_' applied to '(int, string)'\n | i + s\n | ..^"],
  ['s.foo()', "ERROR: <input>:1:6: undeclared reference to 'foo' (in container '')\n | s.foo()\n | .....^"],
  ['i.a', "ERROR: <input>:1:2: type 'int' does not support field selection\n | i.a\n | .^"],
];

test('what has no type is refused', () => {
  for (const [source, text] of refused) {
    const compiled = compile(source, environment);
    assert.ok(!compiled.ok && compiled.stage === 'check', source);
    assert.equal(compiled.text, text);
  }
});

test('an evaluation ends when its budget is spent, or when it is cancelled', () => {
  const dear = program('l.all(a, l.all(b, l.all(c, l.all(d, a + b + c + d > 0))))');
  const whole = evaluate(dear, { bindings });
  assert.equal(whole.value, true);
  assert.equal(evaluate(dear, { bindings, costMax: whole.cost }).ended, false);
  const spent = evaluate(dear, { bindings, costMax: whole.cost - 1 });
  assert.ok(spent.ended && spent.value instanceof CelError);
  assert.equal(spent.value.message, 'operation cancelled: actual cost limit exceeded');
  let asked = 0;
  const long = program('lists.range(150).all(x, x >= 0)');
  const cancelled = evaluate(long, { bindings, cancelled: () => ++asked > 0 });
  assert.ok(cancelled.value instanceof CelError);
  assert.equal(cancelled.value.message, 'operation interrupted');
  assert.equal(asked, 1);
});

const fuzzLeaf = fc.constantFrom(
  'i',
  's',
  'l',
  't',
  'o',
  'x',
  '0',
  '-1',
  '9223372036854775807',
  '1.5',
  '""',
  '"a"',
  'null',
  '[]',
  '{}',
);
const methods =
  'size,sum,min,isSorted,lowerAscii,reverse,trim,split,join,findAll,matches,contains,sort,distinct,flatten,slice,getHours,format';
const functions =
  'size,string,int,double,duration,timestamp,quantity,ip,cidr,url,semver,lists.range,math.abs,type,dyn,bytes,optional.of,sets.contains';
const binary = '+,-,*,/,%,==,!=,<,>=,&&,||,in'.split(',');
const loops = 'all,exists,exists_one,map,filter,transformList,sortBy'.split(',');
const random = fc.letrec<{ expr: string }>((tie) => ({
  expr: fc.oneof(
    { maxDepth: 5 },
    fuzzLeaf,
    fc.tuple(tie('expr'), fc.constantFrom(...binary), tie('expr')).map(([a, op, b]) => `(${a} ${op} ${b})`),
    fc.tuple(tie('expr'), fc.constantFrom(...loops), tie('expr')).map(([a, loop, b]) => `${a}.${loop}(x, ${b})`),
    fc.tuple(tie('expr'), fc.constantFrom(...methods.split(','))).map(([a, method]) => `${a}.${method}()`),
    fc
      .tuple(tie('expr'), fc.constantFrom(...methods.split(',')), tie('expr'))
      .map(([a, method, b]) => `${a}.${method}(${b})`),
    fc.tuple(fc.constantFrom(...functions.split(',')), tie('expr')).map(([name, a]) => `${name}(${a})`),
    fc.tuple(tie('expr'), tie('expr'), tie('expr')).map(([a, b, c]) => `(${a} ? ${b} : dyn(${c}))`),
    fc.tuple(tie('expr'), tie('expr')).map(([a, b]) => `[dyn(${a}), ${b}][?${b}]`),
    fc.tuple(tie('expr'), tie('expr')).map(([a, b]) => `{${a}: ${b}}.?a`),
  ),
}));

test('any expression has a value, an error or issues', () => {
  const lenient = createEnvironment({
    libraries: kubernetesLibraries,
    variables: new Map(['o', 'i', 's', 'l', 't', 'x'].map((name) => [name, dynType])),
    strictLiterals: false,
  });
  const all = new Map([...bindings, ['x', dynValue({ a: [1, 'b', null] })] as const]);
  fc.assert(
    fc.property(random.expr, (source) => {
      const compiled = compile(source, lenient);
      if (!compiled.ok) return assert.notEqual(compiled.text, '');
      const { value, cost } = evaluate(compiled.program, { bindings: all, costMax: 10_000 });
      assert.notEqual(value, undefined);
      return assert.ok(cost >= 0 && Number.isSafeInteger(Math.trunc(cost)), source);
    }),
    { numRuns: 1500 },
  );
});

const hostile: readonly string[] = [
  'lists.range(1000000000000)',
  '"x".replace("", "yyyyyyyyyy")',
  `${'['.repeat(12)}l${'].map(y, [y, y])'.repeat(12)}`,
  '[0].map(a, [a, a]).map(b, [b, b]).map(c, [c, c]).flatten(3)',
  `"${'a'.repeat(5000)}".matches("(a*)*(a*)*(a*)*b")`,
  `"${'a'.repeat(2000)}".matches("((a?){200}){200}")`,
  `["0123456789"]${'.map(a, a + a)'.repeat(40)}`,
  `[l]${'.map(a, a + a)'.repeat(40)}[0].size()`,
  `[l]${'.map(a, a + a)'.repeat(40)}[0].exists(x, x > 9)`,
  `lists.range(1000).all(a, ${'lists.range(1000).all(b, '.repeat(3)}true${')'.repeat(4)}`,
  `duration("${'9'.repeat(400)}h")`,
  `"%${'9'.repeat(40)}.${'9'.repeat(40)}f".format([1.0])`,
];

test('hostile expressions end soon', () => {
  for (const source of hostile) {
    const from = performance.now();
    const compiled = compile(source, environment);
    if (compiled.ok) evaluate(compiled.program, { bindings, costMax: callCostMax });
    const took = performance.now() - from;
    assert.ok(took < 5000, `${source.slice(0, 80)} took ${took} ms`);
  }
});
