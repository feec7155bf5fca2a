import type { Random } from './random.ts';

export interface BackoffOptions {
  readonly initialMs: number;
  readonly maxMs: number;
  /** Multiplied at each step; default 2. */
  readonly factor?: number;
  /** Share of a delay that is random, 0…1; default 0.2. */
  readonly jitter?: number;
}

/** The delay before try number `attempt` (0-based) is repeated, in milliseconds. Pure but for `random`. */
export function backoffDelay(options: BackoffOptions, attempt: number, random: Random): number {
  const factor = options.factor ?? 2;
  const jitter = options.jitter ?? 0.2;
  const base = Math.min(options.maxMs, options.initialMs * factor ** Math.min(attempt, 64));
  return base * (1 - jitter + jitter * random.next());
}
