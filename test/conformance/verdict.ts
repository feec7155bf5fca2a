/** Outcomes against the committed list of skips: what is not as it should be. */
import type { Outcome } from './outcome.ts';

/** A test that is not expected to pass. */
export interface Skip {
  readonly test: string;
  readonly reason: string;
  /** Passes with upstream's kube-controller-manager beside the tenant: is not skipped then. */
  readonly needsControllerManager?: true;
}

/** What there is to say of a test. */
export type Verdict = 'as expected' | 'unexpected failure' | 'skip that passes';

export interface Setting {
  /** Whether upstream's kube-controller-manager runs. */
  readonly controllerManager: boolean;
}

/** Whether a test is skipped in this setting. */
export function isSkipped(skips: readonly Skip[], { controllerManager }: Setting, test: string): boolean {
  return skips.some((skip) => skip.test === test && !(controllerManager && skip.needsControllerManager));
}

export function verdictOf(skips: readonly Skip[], setting: Setting, { test, state }: Outcome): Verdict {
  if (isSkipped(skips, setting, test)) return state === 'passed' ? 'skip that passes' : 'as expected';
  return state === 'passed' ? 'as expected' : 'unexpected failure';
}

/** What is wrong with the list itself: names of no test, names twice. */
export function wrongSkips(skips: readonly Skip[], tests: readonly string[]): string[] {
  const seen = new Set<string>();
  const wrong: string[] = [];
  for (const { test, reason } of skips) {
    if (!tests.includes(test)) wrong.push(`no test is called: ${test}`);
    if (seen.has(test)) wrong.push(`listed twice: ${test}`);
    if (reason.trim() === '') wrong.push(`without a reason: ${test}`);
    seen.add(test);
  }
  return wrong;
}
