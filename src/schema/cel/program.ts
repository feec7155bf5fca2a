/**
 * Expressions to programs, and programs to values: the entry for all who use CEL. Compiling is dear beside evaluating: keep programs.
 */
import type { CelType } from './cel-type.ts';
import { check, type Checked } from './checker.ts';
import type { Environment } from './environment.ts';
import { EffortError, resetEffort } from './equality.ts';
import { issuesText } from './issues.ts';
import { checkLiterals } from './literal-checks.ts';
import { parse } from './parser.ts';
import { plan, PlanError } from './plan.ts';
import { CancelledError, type Bindings, type Evaluate, type Evaluation } from './runtime.ts';
import { CelError, type Value } from './value.ts';

export interface Program {
  /** For the estimate of its costs. */
  readonly checked: Checked;
  readonly type: CelType;
  readonly evaluate: Evaluate;
  readonly slotCount: number;
}

/** An expression that isn't well-formed or not well-typed, or a constant in it that can't be computed. */
export type Compiled =
  | { readonly ok: true; readonly program: Program }
  | { readonly ok: false; readonly stage: 'check' | 'plan'; readonly text: string };

export interface EvaluationOptions {
  readonly bindings: Bindings;
  /** In units of CEL's costs. Default: without end. */
  readonly costMax?: number;
  /** Asked from time to time. */
  readonly cancelled?: () => boolean;
}

export interface Evaluated {
  /** An error where the expression has none. */
  readonly value: Value;
  readonly cost: number;
  /** It was ended before its time: the budget is spent. */
  readonly ended: boolean;
}

/** Upstream's limit for one evaluation. Mirrors celconfig.PerCallLimit. */
export const callCostMax = 1_000_000;

const never = (): boolean => false;

export function compile(source: string, environment: Environment): Compiled {
  const parsed = parse(source, environment);
  if (!parsed.ok) return { ok: false, stage: 'check', text: issuesText(source, parsed.issues) };
  const result = check(parsed.parsed, environment);
  if (!result.ok) return { ok: false, stage: 'check', text: issuesText(source, result.issues) };
  const { checked } = result;
  const issues = environment.strictLiterals ? checkLiterals(checked) : [];
  if (issues.length > 0) return { ok: false, stage: 'check', text: issuesText(source, issues) };
  const type = checked.types[checked.expr.id];
  if (type === undefined) throw new Error('the whole expression has a type');
  try {
    return { ok: true, program: { checked, type, ...plan(checked, environment) } };
  } catch (error) {
    if (error instanceof PlanError) return { ok: false, stage: 'plan', text: error.message };
    throw error;
  }
}

export function evaluate(program: Program, options: EvaluationOptions): Evaluated {
  const evaluation: Evaluation = {
    cost: 0,
    costMax: options.costMax ?? Infinity,
    bindings: options.bindings,
    slots: Array.from({ length: program.slotCount }, () => undefined),
    cancelled: options.cancelled ?? never,
    turns: 0,
  };
  resetEffort();
  try {
    return { value: program.evaluate(evaluation), cost: evaluation.cost, ended: false };
  } catch (error) {
    const ended = error instanceof CancelledError || error instanceof EffortError;
    if (!ended) throw error;
    return { value: new CelError(error.message), cost: evaluation.cost, ended };
  }
}
