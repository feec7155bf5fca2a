/** Bad input: upstream's own error for each, and the server goes on. */
import { badInput } from './families.ts';
import { runCases } from './run-cases.ts';

runCases(badInput);
