/** What kubelets do for containers: they ask from the node's own network, and often. */
import { objectAt } from '../../api/json-fields.ts';
import { askedHosts } from '../../api/pod-security/host-checks.ts';
import { allContainers } from './containers.ts';
import type { PolicyRule } from './policy.ts';

const probeFields = ['livenessProbe', 'readinessProbe', 'startupProbe'];
/** As API servers fill it in. */
const defaultPeriodSeconds = 10;

export const probes: PolicyRule = {
  violations({ probes: rules }, { spec }) {
    if (!rules) return [];
    const { hosts, leastPeriodSeconds: least = 0 } = rules;
    return allContainers(spec).flatMap(({ field, container }) => {
      const foreign = hosts === 'own' ? askedHosts(container) : [];
      const hasty = probeFields.filter((probe) => {
        const found = objectAt(container, probe);
        return found !== undefined && Number(found['periodSeconds'] || defaultPeriodSeconds) < least;
      });
      return [
        ...foreign.map((host) => ({
          field,
          text: `probes and lifecycle hooks must not name a host ("${host}"): the pod itself is asked`,
        })),
        ...hasty.map((probe) => ({
          field: `${field}.${probe}.periodSeconds`,
          text: `must be ${least} or more`,
        })),
      ];
    });
  },
};
