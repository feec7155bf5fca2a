/** Who asks, as whom, and with what proof: upstream's own answer for each. */
import { identities } from './families.ts';
import { runCases } from './run-cases.ts';

runCases(identities);
