/** Mirrors pkg/apis/networking/v1 and pkg/apis/discovery/v1 defaults.go. */
import type { TypeDefaults } from '../../default.ts';
import { objectAt, ensureObject } from '../../../api/json-fields.ts';
import { isEmptyAt, setIfEmpty, setIfNil } from './go-fields.ts';

export const networkingDefaults: TypeDefaults = {
  'io.k8s.api.networking.v1.NetworkPolicyPort': (port) => setIfNil(port, 'protocol', 'TCP'),
  'io.k8s.api.networking.v1.NetworkPolicy': (policy) => {
    const spec = ensureObject(policy, 'spec');
    // A policy that doesn't say is about ingress at least.
    setIfEmpty(spec, 'policyTypes', isEmptyAt(spec, 'egress') ? ['Ingress'] : ['Ingress', 'Egress']);
  },
  'io.k8s.api.networking.v1.IngressClass': (ingressClass) => {
    const parameters = objectAt(objectAt(ingressClass, 'spec'), 'parameters');
    if (parameters) setIfNil(parameters, 'scope', 'Cluster');
  },
  'io.k8s.api.discovery.v1.EndpointPort': (port) => {
    setIfNil(port, 'name', '');
    setIfNil(port, 'protocol', 'TCP');
  },
};
