/**
 * Upstream and we make the same of expressions and of rules: issues with their caret lines, values, errors, costs estimated and real.
 * Upstream is a Go program over Kubernetes' own modules.
 */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { fieldErrorText, path, type FieldError, type Path } from '../../src/api/field-error.ts';
import type { JsonObject } from '../../src/api/json.ts';
import { dynType } from '../../src/schema/cel/cel-type.ts';
import { unboundedCost } from '../../src/schema/cel/cost-range.ts';
import { createEnvironment, kubernetesLibraries } from '../../src/schema/cel/environment.ts';
import { estimateCost } from '../../src/schema/cel/estimate.ts';
import { dynValue } from '../../src/schema/cel/json-value.ts';
import { callCostMax, compile, evaluate } from '../../src/schema/cel/program.ts';
import { ruleErrors, ruleTextErrors } from '../../src/schema/cel/rules/rule-definition.ts';
import { objectCostMax, validateRules } from '../../src/schema/cel/rules/rule-validator.ts';
import { CelError } from '../../src/schema/cel/value.ts';
import { compileStructural, type StructuralSchema } from '../../src/schema/structural/structural-schema.ts';
import { formatValue } from './format-value.ts';
import { askOracle, oracleUnavailable, type OracleAnswer } from './oracle.ts';
import { casesOf, ruleCases, type RuleCase } from './rule-cases.ts';

const variables: JsonObject = {
  o: {
    a: 1,
    b: 'x',
    l: [1, 2, 3],
    m: { k: 'v' },
    n: null,
    d: 1.5,
    e: [],
    s: ['a', 'b'],
    z: { y: { x: [{ w: 1 }] } },
  },
  i: 5,
  s: 'hello',
  l: [1, 2, 3],
  t: true,
};

suite('asked of upstream and of us', { skip: oracleUnavailable() ?? false }, () => {
  test('expressions', async () => {
    const expressions = casesOf('expressions.txt');
    assert.ok(expressions.length > 700, `only ${expressions.length} expressions`);
    const answers = await askOracle(expressions.map((expr) => ({ expr, variables })));
    const wrong = expressions.flatMap((expr, index) => {
      const [theirs, ours] = [comparable(answers[index] ?? {}), ourAnswer(expr)];
      return isSame(theirs, ours) ? [] : [{ expr, theirs, ours }];
    });
    assert.deepEqual(wrong, []);
  });

  test('rules of CRDs', async () => {
    const cases = ruleCases();
    assert.ok(cases.length > 500, `only ${cases.length} cases`);
    const answers = await askOracle(
      cases.map(({ schema, object, old }) => ({ schema, object, ...(old ? { old } : {}) })),
    );
    const wrong = cases.flatMap((found, index) => {
      const [theirs, ours] = [normalized(answers[index] ?? {}), normalized(ourRuleAnswer(found))];
      return isSame(theirs, ours) ? [] : [{ name: found.name, theirs, ours }];
    });
    assert.deepEqual(wrong, []);
  });
});

function isSame(left: unknown, right: unknown): boolean {
  try {
    assert.deepEqual(left, right);
    return true;
  } catch (error) {
    if (error instanceof assert.AssertionError) return false;
    throw error;
  }
}

/** Without the type, which is told in other words; with costs as far as doubles are exact. */
function comparable({ type: _type, ...answer }: OracleAnswer): OracleAnswer {
  const shown: Record<string, unknown> = { ...answer };
  for (const name of ['estimatedMin', 'estimatedMax'] as const) {
    if (answer[name] !== undefined) shown[name] = Number(answer[name]).toPrecision(12);
  }
  // What can't be planned has estimates all the same.
  return answer.planError === undefined ? shown : { planError: answer.planError };
}

function ourAnswer(expr: string): OracleAnswer {
  const types = new Map(Object.keys(variables).map((name) => [name, dynType]));
  const compiled = compile(expr, createEnvironment({ libraries: kubernetesLibraries, variables: types }));
  if (!compiled.ok) return compiled.stage === 'check' ? { issues: compiled.text } : { planError: compiled.text };
  const { program } = compiled;
  const estimate = estimateCost(program.checked, () => undefined);
  const bindings = new Map(Object.entries(variables).map(([name, value]) => [name, dynValue(value)]));
  const { value, cost } = evaluate(program, { bindings, costMax: callCostMax });
  return comparable({
    estimatedMin: costText(estimate.min),
    estimatedMax: costText(estimate.max),
    cost: String(cost),
    ...(value instanceof CelError ? { error: value.message } : { value: formatValue(value) }),
  });
}

function costText(cost: number): string {
  return cost >= unboundedCost ? String(2n ** 64n - 1n) : String(cost);
}

function ourRuleAnswer({ schema: props, object, old }: RuleCase): OracleAnswer {
  const schema = compileStructural(props);
  const root = path('spec', 'validation', 'openAPIV3Schema');
  const texts = allTextErrors(schema, root);
  const crdErrors = (texts.length > 0 ? texts : ruleErrors(schema, root)).map(fieldErrorText);
  const warnings: string[] = [];
  const { errors, costLeft } = validateRules(schema, {
    path: path(),
    object,
    ...(old === undefined ? {} : { old, ratchets: true }),
    warn: (text) => warnings.push(text),
  });
  return { crdErrors, objectErrors: errors.map(fieldErrorText), warnings, remainingCost: String(costLeft) };
}

function allTextErrors(schema: StructuralSchema, at: Path): readonly FieldError[] {
  const { items, additionalProperties } = schema;
  return [
    ...ruleTextErrors(schema, at),
    ...[...(schema.properties ?? [])].flatMap(([name, inner]) =>
      allTextErrors(inner, at.child('properties').key(name)),
    ),
    ...(items === undefined ? [] : allTextErrors(items, at.child('items'))),
    ...(typeof additionalProperties === 'object'
      ? allTextErrors(additionalProperties, at.child('additionalProperties'))
      : []),
  ];
}

/** Go has no order of properties, and a new name for the type of `self` each time. */
function normalized(answer: OracleAnswer): OracleAnswer {
  const sorted = (texts: readonly string[] = []): string[] =>
    texts.map((text) => text.replaceAll(/selfType\d+/g, 'selfType')).sort();
  return {
    crdErrors: sorted(answer.crdErrors),
    objectErrors: sorted(answer.objectErrors),
    warnings: sorted(answer.warnings),
    // Where nothing is seen of rules, upstream has no validator.
    remainingCost: answer.remainingCost ?? String(objectCostMax),
  };
}
