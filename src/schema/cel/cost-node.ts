/** What estimates of calls are told, and tell. */
import type { CelType } from './cel-type.ts';
import type { Range } from './cost-range.ts';
import type { Expr } from './expr.ts';

/** A part of the expression, as the estimates of calls see it. */
export interface CostNode {
  readonly expr: Expr | undefined;
  readonly type: CelType;
  readonly path: readonly string[] | undefined;
  readonly size: Range | undefined;
}

export interface CallEstimate {
  readonly cost: Range;
  /** Of what the call gives. */
  readonly resultSize?: Range;
}
