/** The conformance tests that a tenant does not pass, each with the reason. The list only shrinks: one that passes is an error, which says so. */
import type { Skip } from './verdict.ts';

const preemption =
  'gives the nodes a resource of its own and has pods preempted by priority: nodes are the host’s, and a tenant’s priorities would preempt other tenants’ pods';
const runtimeClasses =
  'makes a RuntimeClass and has a pod run with it: runtimes are the host’s, and a tenant’s pod that names one that the host has not is refused there';

const words =
  'looks into the environment for names with dashes, which the shell of the node’s busybox does not pass on: on the host itself it fails as well';
const tokens =
  'a pod’s token stands ready before the pod has a node, so that it can start at once: until its renewal the token does not say on which node the pod is';
const hostsFile =
  'a pod’s /etc/hosts is written by the host’s kubelet, which would write the host namespace into the name with the subdomain';
const noRegistry = 'pulls an image that is there already from its registry, and the node of tests has none';
const noImage = 'needs an image that the node of tests does not have';

export const skips: readonly Skip[] = [
  {
    test: '[sig-api-machinery] Aggregator Should be able to support the 1.17 Sample API Server using the current Aggregator [LinuxOnly] [Conformance]',
    reason: `${noImage}: that server is tried in test/e2e/sample-apiserver.test.ts`,
  },
  { test: '[sig-auth] ServiceAccounts should mount an API token into pods [Conformance]', reason: tokens },
  { test: '[sig-network] DNS should provide /etc/hosts entries for the cluster [Conformance]', reason: hostsFile },
  {
    test: '[sig-node] ImageVolume should succeed with pod and pull policy of Always [LinuxOnly] [MinimumKubeletVersion:1.35] [Conformance]',
    reason: noRegistry,
  },
  {
    test: '[sig-node] ConfigMap should be consumable as environment variable names with various prefixes [Conformance]',
    reason: words,
  },
  {
    test: '[sig-node] ConfigMap should be consumable via the environment [NodeConformance] [Conformance]',
    reason: words,
  },
  {
    test: '[sig-node] Secrets should be consumable as environment variable names variable names with various prefixes [Conformance]',
    reason: words,
  },
  {
    test: '[sig-node] Secrets should be consumable via the environment [NodeConformance] [Conformance]',
    reason: words,
  },
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
