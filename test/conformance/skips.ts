/** The conformance tests that a tenant does not pass, each with the reason. The list only shrinks: one that passes is an error, which says so. */
import type { Skip } from './verdict.ts';

export const skips: readonly Skip[] = [];
