/** Mirrors pkg/apis/core/v1/defaults.go: services and endpoints. */
import type { JsonObject } from '../../../api/json.ts';
import type { TypeDefaults } from '../../default.ts';
import { objectAt, objectsAt, ensureObject } from '../../../api/json-fields.ts';
import { isEmptyAt, setIfEmpty, setIfNil } from './go-fields.ts';

/** Three hours. */
const affinitySeconds = 10_800;

export const coreServiceDefaults: TypeDefaults = {
  'io.k8s.api.core.v1.Service': (service) => {
    const spec = ensureObject(service, 'spec');
    defaultAffinity(spec);
    setIfEmpty(spec, 'type', 'ClusterIP');
    for (const port of objectsAt(spec, 'ports')) {
      setIfEmpty(port, 'protocol', 'TCP');
      setIfEmpty(port, 'targetPort', port['port'] ?? 0);
    }
    const { type } = spec;
    const isExternal =
      type === 'LoadBalancer' || type === 'NodePort' || (type === 'ClusterIP' && !isEmptyAt(spec, 'externalIPs'));
    if (isExternal) setIfEmpty(spec, 'externalTrafficPolicy', 'Cluster');
    if (type === 'NodePort' || type === 'LoadBalancer' || type === 'ClusterIP')
      setIfNil(spec, 'internalTrafficPolicy', 'Cluster');
    if (type === 'LoadBalancer') {
      setIfNil(spec, 'allocateLoadBalancerNodePorts', true);
      const status = objectAt(objectAt(service, 'status'), 'loadBalancer');
      for (const ingress of objectsAt(status, 'ingress'))
        if (!isEmptyAt(ingress, 'ip')) setIfNil(ingress, 'ipMode', 'VIP');
    }
  },
  'io.k8s.api.core.v1.Endpoints': (endpoints) => {
    for (const subset of objectsAt(endpoints, 'subsets')) {
      for (const port of objectsAt(subset, 'ports')) setIfEmpty(port, 'protocol', 'TCP');
    }
  },
};

function defaultAffinity(spec: JsonObject): void {
  setIfEmpty(spec, 'sessionAffinity', 'None');
  if (spec['sessionAffinity'] === 'None') delete spec['sessionAffinityConfig'];
  if (spec['sessionAffinity'] !== 'ClientIP') return;
  const seconds = objectAt(objectAt(spec, 'sessionAffinityConfig'), 'clientIP')?.['timeoutSeconds'];
  if (seconds === undefined || seconds === null) {
    spec['sessionAffinityConfig'] = { clientIP: { timeoutSeconds: affinitySeconds } };
  }
}
