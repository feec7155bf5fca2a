/** All scenarios. */
import type { Scenario } from '../scenario.ts';
import { accounts } from './accounts.ts';
import { autoscalers } from './autoscalers.ts';
import { budgets } from './budgets.ts';
import { claims } from './claims.ts';
import { clusterWide } from './cluster-wide.ts';
import { cronJobs } from './cron-jobs.ts';
import { daemonSets } from './daemon-sets.ts';
import { deploymentTroubles } from './deployment-troubles.ts';
import { deployments } from './deployments.ts';
import { garbage } from './garbage.ts';
import { jobEnds } from './job-ends.ts';
import { jobs } from './jobs.ts';
import { namespaces } from './namespaces.ts';
import { quotas } from './quotas.ts';
import { replicaSets } from './replica-sets.ts';
import { services } from './services.ts';
import { statefulSets } from './stateful-sets.ts';
import { taints } from './taints.ts';

export const scenarios: readonly Scenario[] = [
  ...deployments,
  ...deploymentTroubles,
  ...replicaSets,
  ...statefulSets,
  ...daemonSets,
  ...taints,
  ...jobs,
  ...jobEnds,
  ...cronJobs,
  ...services,
  ...garbage,
  ...quotas,
  ...budgets,
  ...accounts,
  ...namespaces,
  ...claims,
  ...clusterWide,
  ...autoscalers,
];
