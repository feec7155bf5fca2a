/** What operators write about custom resources, made runnable: expressions and patterns are compiled when they are first needed, and kept. */
import { jsonOfValue } from '../apiserver/admission/policy/patch-value.ts';
import type { JsonValue } from '../api/json.ts';
import { dynType, type CelType } from '../schema/cel/cel-type.ts';
import { createEnvironment, kubernetesLibraries, type Environment } from '../schema/cel/environment.ts';
import { dynValue } from '../schema/cel/json-value.ts';
import { callCostMax, compile, evaluate, type Program } from '../schema/cel/program.ts';
import { compilePattern, type Pattern } from '../schema/cel/regular-expression.ts';
import { CelError } from '../schema/cel/value.ts';
import { PatchError, type Budget, type PatchVariables } from '../translate/custom/rules.ts';

const names = ['value', 'tenant', 'host', 'context'] as const;
let environment: Environment | undefined;

/** @throws Error in words for who wrote it */
export function checkExpression(expression: string): void {
  const compiled = programOf(expression);
  if (typeof compiled === 'string') throw new Error(`"${expression}" is no expression: ${compiled}`);
}

/** @throws Error in words for who wrote it */
export function checkPattern(pattern: string): void {
  const compiled = compilePattern(pattern);
  if (compiled instanceof CelError) throw new Error(`"${pattern}" is no pattern: ${compiled.message}`);
}

/** Throws PatchError for what can't be computed, or costs too much. */
export function runnableExpression(expression: string): (variables: PatchVariables, budget: Budget) => JsonValue {
  let program: Program | string | undefined;
  return (variables, budget) => {
    program ??= programOf(expression);
    if (typeof program === 'string') throw new PatchError(`the expression ${expression} is wrong: ${program}`);
    const bindings = {
      get: (name: string) => {
        const known = names.find((one) => one === name);
        return known === undefined ? undefined : dynValue(variables[known]);
      },
    };
    const costMax = Math.min(callCostMax, budget.costLeft);
    const { value, cost } = evaluate(program, { bindings, costMax });
    budget.costLeft -= cost;
    if (value instanceof CelError) throw new PatchError(`the expression ${expression} failed: ${value.message}`);
    try {
      return jsonOfValue(value);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new PatchError(`the expression ${expression} gives no JSON: ${why}`, { cause: error });
    }
  };
}

/** `replacement`: `$1` is the first group. */
export function runnableReplacement(pattern: string, replacement: string): (text: string) => string {
  let compiled: Pattern | CelError | undefined;
  return (text) => {
    compiled ??= compilePattern(pattern);
    if (compiled instanceof CelError) throw new PatchError(`the pattern ${pattern} is wrong: ${compiled.message}`);
    try {
      return compiled.matcher(text).replaceAll(replacement);
    } catch (error) {
      throw new PatchError(`${replacement} can't replace ${pattern}`, { cause: error });
    }
  };
}

/** A text says why there is none. */
function programOf(expression: string): Program | string {
  const variables = new Map<string, CelType>(names.map((name) => [name, dynType]));
  environment ??= createEnvironment({ libraries: kubernetesLibraries, variables });
  const compiled = compile(expression, environment);
  return compiled.ok ? compiled.program : compiled.text;
}
