/** The conformance tests that a tenant does not pass, each with the reason. The list only shrinks: one that passes is an error, which says so. */
import type { Skip } from './verdict.ts';

const quota = 'quotas are neither counted nor enforced yet: that comes with the admission plugins';
const policies = 'admission policies are stored, and not evaluated yet: that comes with the admission plugins';
const limits = 'limit ranges are stored, and not applied yet: that comes with the admission plugins';
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
    test: '[sig-api-machinery] ResourceQuota should be able to update and delete ResourceQuota. [Conformance]',
    reason: quota,
  },
  {
    test: '[sig-api-machinery] ResourceQuota should create a ResourceQuota and capture the life of a configMap. [Conformance]',
    reason: quota,
  },
  {
    test: '[sig-api-machinery] ResourceQuota should create a ResourceQuota and capture the life of a pod. [Conformance]',
    reason: quota,
  },
  {
    test: '[sig-api-machinery] ResourceQuota should create a ResourceQuota and capture the life of a replica set. [Conformance]',
    reason: quota,
  },
  {
    test: '[sig-api-machinery] ResourceQuota should create a ResourceQuota and capture the life of a replication controller. [Conformance]',
    reason: quota,
  },
  {
    test: '[sig-api-machinery] ResourceQuota should create a ResourceQuota and capture the life of a secret. [Conformance]',
    reason: quota,
  },
  {
    test: '[sig-api-machinery] ResourceQuota should create a ResourceQuota and capture the life of a service. [Conformance]',
    reason: quota,
  },
  {
    test: '[sig-api-machinery] ResourceQuota should create a ResourceQuota and ensure its status is promptly calculated. [Conformance]',
    reason: quota,
  },
  {
    test: '[sig-api-machinery] ResourceQuota should manage the lifecycle of a ResourceQuota [Conformance]',
    reason: quota,
  },
  {
    test: '[sig-api-machinery] ResourceQuota should verify ResourceQuota with best effort scope. [Conformance]',
    reason: quota,
  },
  {
    test: '[sig-api-machinery] ResourceQuota should verify ResourceQuota with terminating scopes. [Conformance]',
    reason: quota,
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
    test: '[sig-apps] ReplicationController should surface a failure condition on a common issue like exceeded quota [Conformance]',
    reason: quota,
  },
  {
    test: '[sig-network] EndpointSliceMirroring should mirror a custom Endpoints resource through create update and delete [Conformance]',
    reason: mirroring,
    needsControllerManager: true,
  },
  {
    test: '[sig-scheduling] LimitRange should create a LimitRange with defaults and ensure pod has those defaults applied. [Conformance]',
    reason: limits,
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
