import fc from 'fast-check';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEnvironment, kubernetesLibraries } from './environment.ts';
import type { Expr, Literal } from './expr.ts';
import { issuesText } from './issues.ts';
import { parse } from './parser.ts';
import { CelDouble, CelUint } from './value.ts';

const environment = createEnvironment({ libraries: kubernetesLibraries });

function issuesOf(source: string): string {
  const result = parse(source, environment);
  return result.ok ? '' : issuesText(source, result.issues);
}

/** All parentheses written, chains of `&&` and `||` flat: they are balanced by the parser. */
function shown(expr: Expr): string {
  switch (expr.kind) {
    case 'literal':
      return literalText(expr.value);
    case 'ident':
      return expr.name;
    case 'select':
      return `${shown(expr.operand)}.${expr.field}`;
    case 'list':
      return `[${expr.elements.map(shown).join(', ')}]`;
    case 'map':
      return `{${expr.entries.map(({ key, value }) => `${shown(key)}: ${shown(value)}`).join(', ')}}`;
    case 'call':
      return expr.target === undefined
        ? calledText(expr.name, expr.args)
        : `${shown(expr.target)}.${expr.name}(${expr.args.map(shown).join(', ')})`;
    case 'struct':
    case 'comprehension':
      return expr.kind;
  }
}

function literalText(value: Literal): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value instanceof CelUint) return `${value.value}u`;
  if (value instanceof CelDouble) return value.value.toExponential();
  return value instanceof Uint8Array ? `b"${Buffer.from(value).toString()}"` : String(value);
}

function calledText(name: string, args: readonly Expr[]): string {
  const [left, right, third] = args.map(shown);
  if (name === '_?_:_') return `(${left} ? ${right} : ${third})`;
  if (name === '_[_]') return `${left}[${right}]`;
  if (name === '!_' || name === '-_') return `${name.charAt(0)}(${left})`;
  if (name === '_&&_' || name === '_||_') return `(${flat(name, args).join(` ${name.slice(1, 3)} `)})`;
  const operator = name === '@in' ? 'in' : /^_(.+)_$/.exec(name)?.[1];
  return operator === undefined ? `${name}(${args.map(shown).join(', ')})` : `(${left} ${operator} ${right})`;
}

function flat(name: string, args: readonly Expr[]): string[] {
  return args.flatMap((arg) => (arg.kind === 'call' && arg.name === name ? flat(name, arg.args) : [shown(arg)]));
}

/** An expression as it is written with the fewest parentheses, and as {@link shown}. */
interface Written {
  readonly text: string;
  readonly shown: string;
  /** How tightly it binds: 0 is `?:`, 6 unary, 7 a member. */
  readonly level: number;
}

const operatorsByLevel = [['||'], ['&&'], ['<', '<=', '>', '>=', '==', '!=', 'in'], ['+', '-'], ['*', '/', '%']];

function atLevel(written: Written, level: number): string {
  return written.level >= level ? written.text : `(${written.text})`;
}

function binary(operator: string, left: Written, right: Written): Written {
  const level = operatorsByLevel.findIndex((all) => all.includes(operator)) + 1;
  const isChain = operator === '||' || operator === '&&';
  const text = `${atLevel(left, level)} ${operator} ${atLevel(right, isChain ? level : level + 1)}`;
  if (!isChain) return { text, level, shown: `(${left.shown} ${operator} ${right.shown})` };
  const parts = [left, right].map((part) => (part.level === level ? part.shown.slice(1, -1) : part.shown));
  return { text, level, shown: `(${parts.join(` ${operator} `)})` };
}

const leaf = fc.oneof(
  fc.constantFrom('x', 'y_1', 'true', 'null', '0', '42', '7u', '"a"', '"é\\n"'),
  fc.nat().map(String),
);
const written = fc.letrec<{ expr: Written }>((tie) => ({
  expr: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    leaf.map((text): Written => ({ text, shown: text, level: 7 })),
    fc
      .tuple(fc.constantFrom(...operatorsByLevel.flat()), tie('expr'), tie('expr'))
      .map(([operator, left, right]) => binary(operator, left, right)),
    fc.tuple(tie('expr'), tie('expr'), tie('expr')).map(([if_, then, else_]): Written => ({
      text: `${atLevel(if_, 1)} ? ${atLevel(then, 1)} : ${else_.text}`,
      shown: `(${if_.shown} ? ${then.shown} : ${else_.shown})`,
      level: 0,
    })),
    tie('expr').map((inner): Written => ({ text: `!(${inner.text})`, shown: `!(${inner.shown})`, level: 6 })),
    tie('expr').map((inner): Written => ({
      text: `${atLevel(inner, 7)}.f`,
      shown: `${inner.shown}.f`,
      level: 7,
    })),
    fc.tuple(tie('expr'), tie('expr')).map(([map, key]): Written => ({
      text: `${atLevel(map, 7)}[${key.text}]`,
      shown: `${map.shown}[${key.shown}]`,
      level: 7,
    })),
    fc.array(tie('expr'), { maxLength: 3 }).map((items): Written => ({
      text: `[${items.map(({ text }) => text).join(',')}]`,
      shown: `[${items.map((item) => item.shown).join(', ')}]`,
      level: 7,
    })),
    fc.tuple(tie('expr'), tie('expr')).map(([target, arg]): Written => ({
      text: `${atLevel(target, 7)}.g(${arg.text})`,
      shown: `${target.shown}.g(${arg.shown})`,
      level: 7,
    })),
  ),
}));

test('what is printed is parsed to the same, by the precedence of the operators', () => {
  fc.assert(
    fc.property(written.expr, ({ text, shown: expected }) => {
      const result = parse(text, environment);
      assert.ok(result.ok, `${text}: ${result.ok ? '' : issuesText(text, result.issues)}`);
      const again = shown(result.parsed.expr);
      // Literals have more than one text.
      assert.equal(again.replaceAll('\\u00e9', 'é'), expected);
    }),
    { numRuns: 500 },
  );
});

test('any text is parsed or refused, in the end', () => {
  const tokens =
    '( ) [ ] { } . , : ? ?. [? && || ! - + == < in x has all map 1 0x 1u 2e5 "a" r\'b b"" """ // \\ \n # é 🙂';
  const junk = fc.array(fc.oneof(fc.constantFrom(...tokens.split(' ')), fc.string({ maxLength: 4 })), {
    maxLength: 30,
  });
  fc.assert(
    fc.property(junk, (parts) => {
      const source = parts.join(' ');
      const result = parse(source, environment);
      if (!result.ok) assert.match(issuesText(source, result.issues), /^ERROR: <input>:-?\d+:\d+: /);
    }),
    { numRuns: 1000 },
  );
});

test('what is too deep or too long is refused', () => {
  for (const [open, close] of [
    ['(', ')'],
    ['[', ']'],
    ['-(', ')'],
    ['f(', ')'],
    ['!!(', ')'],
  ] as const) {
    const source = `${open.repeat(20_000)}1${close.repeat(20_000)}`;
    assert.match(issuesOf(source), /recursion|expression|nest|depth/i, open);
  }
  assert.match(issuesOf(`"${'x'.repeat(200_000)}"`), /size exceeds limit/);
  assert.equal(issuesOf(Array.from({ length: 2000 }, () => 'x').join(' && ')), '');
});

const refused: readonly (readonly [string, string])[] = [
  [
    'self.a >',
    "ERROR: <input>:1:9: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}\n | self.a >\n | ........^",
  ],
  ['"é" + has(x)', 'ERROR: <input>:1:11: invalid argument to has() macro\n | "é" + has(x)\n | .．........^'],
  ['has(x)', 'ERROR: <input>:1:5: invalid argument to has() macro\n | has(x)\n | ....^'],
  ['[1].all(1, true)', 'ERROR: <input>:1:9: argument must be a simple name\n | [1].all(1, true)\n | ........^'],
  ['1 + while', 'ERROR: <input>:1:5: reserved identifier: while\n | 1 + while\n | ....^'],
  ['9223372036854775808', 'ERROR: <input>:1:1: invalid int literal\n | 9223372036854775808\n | ^'],
];

for (const [source, text] of refused) {
  test(`${source} is refused in upstream's words`, () => assert.equal(issuesOf(source), text));
}
