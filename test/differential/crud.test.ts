/** Writes and deletions, patches and what kinds have of their own: upstream's own answer for each. */
import { crud } from './families.ts';
import { runCases } from './run-cases.ts';

runCases(crud);
