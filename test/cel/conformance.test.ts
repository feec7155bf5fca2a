/**
 * The language's conformance suite (cel-spec): what each case gives, and of which type cel-go says that it is. It runs with Kubernetes'
 * libraries, and two that Kubernetes doesn't enable: `cel.bind` and `reverse` of strings.
 */
import { tests as suite } from '@bufbuild/cel-spec/testdata/conformance.js';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dynType, type CelType } from '../../src/schema/cel/cel-type.ts';
import { createEnvironment, kubernetesLibraries } from '../../src/schema/cel/environment.ts';
import { equalValues } from '../../src/schema/cel/equality.ts';
import { stringReverseLibrary } from '../../src/schema/cel/library/strings.ts';
import { bindMacro } from '../../src/schema/cel/macro.ts';
import { compile, evaluate } from '../../src/schema/cel/program.ts';
import { typeOfValue, valueText } from '../../src/schema/cel/value-type.ts';
import { CelError, type Value } from '../../src/schema/cel/value.ts';
import { skips } from './conformance-skips.ts';
import { listOf, objectOf, ProtobufNeeded, typeOf, valueOf } from './conformance-values.ts';

type Case = Readonly<Record<string, unknown>>;

const libraries = [...kubernetesLibraries, stringReverseLibrary, () => ({ functions: [], macros: [bindMacro] })];
const cases = allCases('', suite);

test('the suite is all there', () => {
  assert.equal(cases.length, 2344);
  const skipped = cases.filter(({ path }) => skipOf(path) !== undefined);
  // Told here, so that it grows only when somebody says so.
  assert.equal(skipped.length, 984);
});

test('all other cases pass', () => {
  const wrong = cases.filter(({ path }) => skipOf(path) === undefined).flatMap((found) => failureOf(found) ?? []);
  assert.deepEqual(wrong, []);
});

test('what is skipped would fail', () => {
  const idle = skips
    .flatMap(({ paths }) => paths)
    .filter((path) => cases.every((found) => !isBelow(found.path, path) || failureOf(found) === undefined));
  assert.deepEqual(idle, []);
});

interface FoundCase {
  /** Section, part and name. */
  readonly path: string;
  readonly original: Case;
}

function allCases(path: string, json: unknown): FoundCase[] {
  const { suites, tests } = objectOf(json);
  const prefix = path === '' ? '' : `${path}/`;
  const inner = listOf(suites).flatMap((part) => allCases(`${prefix}${String(objectOf(part)['name'])}`, part));
  const own = listOf(tests).map((found) => {
    const original = objectOf(objectOf(found)['original']);
    return { path: `${prefix}${String(original['name'])}`, original };
  });
  return [...own, ...inner];
}

function isBelow(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`);
}

function skipOf(path: string): string | undefined {
  return skips.find(({ paths }) => paths.some((prefix) => isBelow(path, prefix)))?.reason;
}

/** What is wrong, in a line; undefined: nothing. */
function failureOf({ path, original }: FoundCase): string | undefined {
  try {
    const why = run(original);
    return why === undefined ? undefined : `${path}: ${String(original['expr'])}: ${why}`;
  } catch (error) {
    if (error instanceof ProtobufNeeded) return `${path}: needs ${error.message}`;
    throw error;
  }
}

function run(original: Case): string | undefined {
  const { expr, container, evalError, typedResult, value } = original;
  const { variables, bindings } = inputsOf(original);
  const expected = value === undefined ? true : valueOf(value);
  const environment = createEnvironment({
    libraries,
    variables,
    container: typeof container === 'string' ? container : '',
    strictLiterals: false,
  });
  const compiled = compile(String(expr), environment);
  if (!compiled.ok) return evalError === undefined ? compiled.text : undefined;
  if (typedResult !== undefined) {
    const wanted = typeOf(objectOf(typedResult)['deducedType']);
    const { type } = compiled.program;
    return type.text === wanted.text ? undefined : `is of ${type.text}, not ${wanted.text}`;
  }
  const result = evaluate(compiled.program, { bindings }).value;
  if (evalError !== undefined) return result instanceof CelError ? undefined : `gives ${valueText(result)}`;
  return isSame(result, expected) ? undefined : `gives ${valueText(result)}, not ${valueText(expected)}`;
}

function inputsOf(original: Case): {
  readonly variables: ReadonlyMap<string, CelType>;
  readonly bindings: ReadonlyMap<string, Value>;
} {
  const variables = new Map<string, CelType>();
  for (const declared of listOf(original['typeEnv'])) {
    const { name, ident } = objectOf(declared);
    if (ident === undefined) throw new ProtobufNeeded('a function of its own');
    variables.set(String(name), typeOf(objectOf(ident)['type']));
  }
  const bindings = new Map<string, Value>();
  for (const [name, bound] of Object.entries(objectOf(original['bindings']))) {
    bindings.set(name, valueOf(objectOf(bound)['value']));
    if (!variables.has(name)) variables.set(name, dynType);
  }
  return { variables, bindings };
}

/** Of one type, and equal; NaN is what it is. */
function isSame(left: Value, right: Value): boolean {
  if (valueText(left) === 'NaN' && valueText(right) === 'NaN') return true;
  return typeOfValue(left).name === typeOfValue(right).name && equalValues(left, right) === true;
}
