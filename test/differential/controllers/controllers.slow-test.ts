/** The scenarios that take longer. `npm run test:controllers`. */
import { runScenarios } from './run-scenarios.ts';
import { scenarios } from './scenarios/scenarios.ts';

runScenarios(scenarios.filter(({ slow }) => slow === true));
