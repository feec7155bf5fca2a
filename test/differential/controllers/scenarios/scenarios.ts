/** All scenarios. */
import type { Scenario } from '../scenario.ts';
import { cronJobs } from './cron-jobs.ts';
import { daemonSets } from './daemon-sets.ts';
import { deployments } from './deployments.ts';
import { jobs } from './jobs.ts';
import { replicaSets } from './replica-sets.ts';
import { statefulSets } from './stateful-sets.ts';
import { taints } from './taints.ts';

export const scenarios: readonly Scenario[] = [
  ...deployments,
  ...replicaSets,
  ...statefulSets,
  ...daemonSets,
  ...taints,
  ...jobs,
  ...cronJobs,
];
