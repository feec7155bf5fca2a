/** The conformance tests that a tenant does not pass, each with the reason. The list only shrinks: one that passes is an error, which says so. */
import type { Skip } from './verdict.ts';

const preemption =
  'gives the nodes a resource of its own and has pods preempted by priority: nodes are the host’s, and a tenant’s priorities would preempt other tenants’ pods';
const runtimeClasses =
  'makes a RuntimeClass and has a pod run with it: runtimes are the host’s, and a tenant’s pod that names one that the host has not is refused there';

export const skips: readonly Skip[] = [
  {
    test: '[sig-scheduling] SchedulerPreemption [Serial] PreemptionExecutionPath runs ReplicaSets to verify preemption running path [Conformance]',
    reason: preemption,
  },
  {
    test: '[sig-scheduling] SchedulerPreemption [Serial] validates basic preemption works [Conformance]',
    reason: preemption,
  },
  {
    test: '[sig-scheduling] SchedulerPreemption [Serial] validates lower priority pod preemption by critical pod [Conformance]',
    reason: preemption,
  },
  {
    test: '[sig-scheduling] SchedulerPreemption [Serial] validates pod disruption condition is added to the preempted pod [Conformance]',
    reason: preemption,
  },
  {
    test: '[sig-node] RuntimeClass should schedule a Pod requesting a RuntimeClass and initialize its Overhead [NodeConformance] [Conformance]',
    reason: runtimeClasses,
  },
  {
    test: '[sig-node] RuntimeClass should schedule a Pod requesting a RuntimeClass without PodOverhead [NodeConformance] [Conformance]',
    reason: runtimeClasses,
  },
];
