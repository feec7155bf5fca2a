/** The aggregation layer: upstream's own answer for each. */
import { aggregations } from './families.ts';
import { runCases } from './run-cases.ts';

runCases(aggregations);
