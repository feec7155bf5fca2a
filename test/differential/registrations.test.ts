/** What admission is configured with: upstream's own answer for what is wrong with it. */
import { registrations } from './cases/registrations.ts';
import { runCases } from './run-cases.ts';

runCases(registrations);
