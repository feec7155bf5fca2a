/** The same scenarios with upstream's controllers on upstream's API server, and with ours on ours: the objects and Events that they lead to. */
import { runScenarios } from './run-scenarios.ts';
import { scenarios } from './scenarios/scenarios.ts';

runScenarios(scenarios.filter(({ slow }) => slow !== true));
