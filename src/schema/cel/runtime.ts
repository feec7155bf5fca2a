/** One evaluation: what it has cost, what it may, and the variables of its loops. */
import type { Value } from './value.ts';

export interface Bindings {
  /** Undefined: not bound. */
  get(name: string): Value | undefined;
}

export interface Evaluation {
  cost: number;
  readonly costMax: number;
  readonly bindings: Bindings;
  /** Of loops: each variable has its own. An accumulator that is undefined hasn't been needed yet. */
  readonly slots: (Value | undefined)[];
  readonly cancelled: () => boolean;
  turns: number;
}

export type Evaluate = (evaluation: Evaluation) => Value;

/** Thrown where an evaluation ends before its time. The message is upstream's. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError';
}

/** Loops look for cancellation once in as many turns. Mirrors celconfig.CheckFrequency. */
const turnsBetweenChecks = 100;

/** @throws CancelledError when the budget is spent */
export function charge(evaluation: Evaluation, cost: number): void {
  evaluation.cost += cost;
  if (evaluation.cost > evaluation.costMax) throw new CancelledError('operation cancelled: actual cost limit exceeded');
}

/** Whether a loop must end here. */
export function isInterrupted(evaluation: Evaluation): boolean {
  return ++evaluation.turns % turnsBetweenChecks === 0 && evaluation.cancelled();
}
