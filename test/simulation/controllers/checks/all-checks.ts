/** Everything that is looked at. */
import { budgetCheck } from './budgets.ts';
import type { Check } from './check.ts';
import { claimCheck } from './claims.ts';
import { cronJobCheck } from './cronjobs.ts';
import { daemonSetCheck } from './daemonsets.ts';
import { deploymentCheck, oneSetPerTemplate } from './deployments.ts';
import { endpointsCheck } from './endpoints.ts';
import { garbageCheck } from './garbage.ts';
import { jobCheck } from './jobs.ts';
import { quotaCheck } from './quotas.ts';
import { replicaSetCheck, replicaSetPods } from './replicasets.ts';
import { rolloutCheck } from './rollouts.ts';
import { statefulSetCheck } from './statefulsets.ts';

/** Anew for each run: some remember. */
export function allChecks(): readonly Check[] {
  return [
    replicaSetCheck(),
    replicaSetPods,
    deploymentCheck,
    oneSetPerTemplate,
    rolloutCheck(),
    statefulSetCheck,
    daemonSetCheck(),
    claimCheck(),
    jobCheck(),
    cronJobCheck(),
    budgetCheck(),
    quotaCheck,
    endpointsCheck,
    garbageCheck,
  ];
}
