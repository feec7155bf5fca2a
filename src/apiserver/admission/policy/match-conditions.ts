/** Whether a write meets a policy's or webhook's match conditions. Mirrors apiserver pkg/admission/plugin/webhook/matchconditions. */
import { goAggregate } from '../../../api/go-text.ts';
import {
  AdmissionEvaluation,
  BudgetError,
  matchConditionsCostMax,
  type AdmissionValues,
} from '../../../schema/cel/admission/admission-evaluation.ts';
import type { CompiledPolicy } from './compiled-policy.ts';

export type Met = { readonly kind: 'met' | 'unmet' } | { readonly kind: 'failed'; readonly message: string };

/** `ignores`: what can't be evaluated is not met. */
export function meetsConditions(
  { variables, matchConditions }: CompiledPolicy,
  values: AdmissionValues,
  ignores: boolean,
): Met {
  if (matchConditions.length === 0) return { kind: 'met' };
  const evaluation = new AdmissionEvaluation(values, variables, matchConditionsCostMax);
  const failed = (message: string): Met => (ignores ? { kind: 'unmet' } : { kind: 'failed', message });
  try {
    const results = matchConditions.map((condition) => evaluation.evaluate(condition));
    // One that is false decides, whatever is wrong with others.
    if (results.some((result) => result.ok && result.value === false)) return { kind: 'unmet' };
    const messages = results.flatMap((result) => (result.ok ? [] : [result.message]));
    return messages.length === 0 ? { kind: 'met' } : failed(goAggregate(messages));
  } catch (error) {
    if (error instanceof BudgetError) return failed(error.message);
    throw error;
  }
}
