/**
 * One admission's expressions, evaluated over the same values, from one budget. Variables are evaluated when they are first needed, and
 * only once; what they cost counts for whoever needed them. Mirrors apiserver pkg/admission/plugin/cel activation.go and composition.go.
 */
import { structType } from '../cel-type.ts';
import { callCostMax, evaluate } from '../program.ts';
import type { Bindings } from '../runtime.ts';
import { CelError, MapValue, noSuchOverload, type Value } from '../value.ts';
import type { CompiledExpression } from './expression-compiler.ts';

/** For all expressions of one policy on one object. Mirrors celconfig.RuntimeCELCostBudget. */
export const policyCostMax = 10_000_000;
/** Mirrors celconfig.RuntimeCELCostBudgetMatchConditions. */
export const matchConditionsCostMax = 2_500_000;
/** Variables that need variables; deeper ones are errors. */
const variableDepthMax = 200;

const outOfBudget = 'validation failed due to running out of cost budget, no further validation rules will be run';

/** Undefined: there is no such variable here. A variable that has no value is null. */
export type AdmissionValues = (name: string) => Value | undefined;

export type Evaluation =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly message: string };

/** Nothing more can be evaluated: the budget is spent. */
export class BudgetError extends Error {
  override readonly name = 'BudgetError';

  constructor() {
    super(outOfBudget);
  }
}

/** `variables`: the policy's. */
export class AdmissionEvaluation {
  readonly #values: AdmissionValues;
  readonly #variables: VariablesValue;
  #costLeft: number;
  #variableCost = 0;
  #depth = 0;

  constructor(values: AdmissionValues, variables: ReadonlyMap<string, CompiledExpression>, costMax: number) {
    this.#values = values;
    this.#costLeft = costMax;
    this.#variables = new VariablesValue(variables, (name, compiled) => this.#variable(name, compiled));
  }

  get costLeft(): number {
    return this.#costLeft;
  }

  /** @throws BudgetError */
  evaluate({ expression, program, problem }: CompiledExpression): Evaluation {
    if (program === undefined) return { ok: false, message: `compilation error: ${problem?.detail ?? ''}` };
    const { value, cost } = evaluate(program, { bindings: this.#bindings, costMax: callCostMax });
    this.#charge(this.#variableCost);
    this.#variableCost = 0;
    this.#charge(cost);
    if (!(value instanceof CelError)) return { ok: true, value };
    return { ok: false, message: `expression '${expression}' resulted in error: ${value.message}` };
  }

  readonly #bindings: Bindings = {
    get: (name) => (name === 'variables' ? this.#variables : this.#values(name)),
  };

  #charge(cost: number): void {
    if (cost > this.#costLeft) throw new BudgetError();
    this.#costLeft -= cost;
  }

  #variable(name: string, { program, problem }: CompiledExpression): Value {
    const quoted = JSON.stringify(name);
    if (program === undefined) {
      return new CelError(`composited variable ${quoted} fails to compile: ${problem?.detail ?? ''}`);
    }
    if (this.#depth >= variableDepthMax) {
      return new CelError(`composited variable ${quoted} fails to evaluate: too many variables within each other`);
    }
    this.#depth++;
    const { value, cost } = evaluate(program, { bindings: this.#bindings, costMax: callCostMax });
    this.#depth--;
    this.#variableCost += cost;
    if (!(value instanceof CelError)) return value;
    return new CelError(`composited variable ${quoted} fails to evaluate: ${value.message}`);
  }
}

class VariablesValue extends MapValue {
  override readonly structType = structType('kubernetes.variables');
  readonly #variables: ReadonlyMap<string, CompiledExpression>;
  readonly #compute: (name: string, compiled: CompiledExpression) => Value;
  readonly #known = new Map<string, Value>();

  constructor(
    variables: ReadonlyMap<string, CompiledExpression>,
    compute: (name: string, compiled: CompiledExpression) => Value,
  ) {
    super();
    this.#variables = variables;
    this.#compute = compute;
  }

  get size(): number {
    return this.#variables.size;
  }

  find(key: Value): Value | undefined {
    if (typeof key !== 'string') return noSuchOverload;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const compiled = this.#variables.get(key);
    if (compiled === undefined) return undefined;
    const value = this.#compute(key, compiled);
    this.#known.set(key, value);
    return value;
  }

  keys(): Iterable<Value> {
    return this.#variables.keys();
  }

  override equalTo(other: Value): boolean | CelError {
    return other instanceof VariablesValue ? other === this : noSuchOverload;
  }
}
