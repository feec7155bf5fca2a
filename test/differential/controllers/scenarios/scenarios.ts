/** All scenarios. */
import type { Scenario } from '../scenario.ts';
import { deployments } from './deployments.ts';
import { replicaSets } from './replica-sets.ts';
import { statefulSets } from './stateful-sets.ts';

export const scenarios: readonly Scenario[] = [...deployments, ...replicaSets, ...statefulSets];
