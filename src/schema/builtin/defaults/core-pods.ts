/** Mirrors pkg/apis/core/v1/defaults.go: what only a pod has, and what templates of pods have too. */
import type { JsonObject } from '../../../api/json.ts';
import type { TypeDefaults } from '../../default.ts';
import { objectAt, objectsAt, ensureObject } from '../../../api/json-fields.ts';
import { addMissing, setIfEmpty, setIfNil } from './go-fields.ts';
import { defaultPodResources } from './pod-resources.ts';

export const corePodDefaults: TypeDefaults = {
  'io.k8s.api.core.v1.Pod': (pod) => {
    const spec = ensureObject(pod, 'spec');
    const containers = [...objectsAt(spec, 'containers'), ...objectsAt(spec, 'initContainers')];
    for (const container of containers) defaultRequests(container);
    defaultPodResources(spec);
    setIfNil(spec, 'enableServiceLinks', true);
    if (spec['hostNetwork'] === true) {
      for (const container of containers) {
        for (const port of objectsAt(container, 'ports')) setIfEmpty(port, 'hostPort', port['containerPort'] ?? 0);
      }
    }
  },
  'io.k8s.api.core.v1.PodSpec': (spec) => {
    setIfEmpty(spec, 'dnsPolicy', 'ClusterFirst');
    setIfEmpty(spec, 'restartPolicy', 'Always');
    setIfNil(spec, 'securityContext', {});
    setIfNil(spec, 'terminationGracePeriodSeconds', 30);
    setIfEmpty(spec, 'schedulerName', 'default-scheduler');
  },
};

/** Who asks for a limit alone requests as much. */
function defaultRequests(container: JsonObject): void {
  const limits = objectAt(objectAt(container, 'resources'), 'limits');
  if (!limits || Object.keys(limits).length === 0) return;
  addMissing(ensureObject(ensureObject(container, 'resources'), 'requests'), limits);
}
