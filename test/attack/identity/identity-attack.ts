/** Attacks on who asks, as data: what is done, in order, and what each must be answered. `{ns}` is the attack's own namespace. */
import type { Call } from '../../differential/case.ts';

export interface Step {
  readonly call: Call;
  /** The code of the answer; `done`: any of success; `refused`: 431, 413 or 400, or no answer at all. */
  readonly expect: number | 'done' | 'refused';
}

export interface IdentityAttack {
  readonly name: string;
  readonly steps: readonly Step[];
}

export const done = (...calls: readonly Call[]): Step[] => calls.map((call) => ({ call, expect: 'done' }));

export const expecting = (expect: Step['expect'], ...calls: readonly Call[]): Step[] =>
  calls.map((call) => ({ call, expect }));
