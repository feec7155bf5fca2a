/** The conformance tests that a tenant does not pass, each with the reason. The list only shrinks: one that passes is an error, which says so. */
import type { Skip } from './verdict.ts';

const policies = 'admission policies are stored, and not evaluated yet: that comes with the admission plugins';
const mirroring = 'a tenant has no controller yet that mirrors Endpoints to EndpointSlices';
const disruption = 'a tenant has no controller yet that keeps the status of PodDisruptionBudgets';

export const skips: readonly Skip[] = [
  {
    test: '[sig-api-machinery] MutatingAdmissionPolicy [Privileged:ClusterAdmin] should mutate a Deployment [Conformance]',
    reason: policies,
  },
  {
    test: '[sig-api-machinery] MutatingAdmissionPolicy [Privileged:ClusterAdmin] should mutate a Deployment with annotations [Conformance]',
    reason: policies,
  },
  {
    test: '[sig-api-machinery] ValidatingAdmissionPolicy [Privileged:ClusterAdmin] should allow expressions to refer variables. [Conformance]',
    reason: policies,
  },
  {
    test: '[sig-api-machinery] ValidatingAdmissionPolicy [Privileged:ClusterAdmin] should validate against a Deployment [Conformance]',
    reason: policies,
  },
  {
    test: '[sig-network] EndpointSliceMirroring should mirror a custom Endpoints resource through create update and delete [Conformance]',
    reason: mirroring,
    needsControllerManager: true,
  },
  {
    test: '[sig-apps] DisruptionController Listing PodDisruptionBudgets for all namespaces should list and delete a collection of PodDisruptionBudgets [Conformance]',
    reason: disruption,
    needsControllerManager: true,
  },
  {
    test: '[sig-apps] DisruptionController should create a PodDisruptionBudget [Conformance]',
    reason: disruption,
    needsControllerManager: true,
  },
];
