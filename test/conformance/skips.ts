/** The conformance tests that a tenant does not pass, each with the reason. The list only shrinks: one that passes is an error, which says so. */
import type { Skip } from './verdict.ts';

const policies = 'admission policies are stored, and not evaluated yet: that comes with the admission plugins';

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
];
