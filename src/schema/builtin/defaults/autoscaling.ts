/** Mirrors pkg/apis/autoscaling/v2/defaults.go, and v1 with what its conversion adds. */
import type { JsonObject, JsonValue } from '../../../api/json.ts';
import type { TypeDefaults } from '../../default.ts';
import { objectAt, ensureObject } from '../../../api/json-fields.ts';
import { setIfEmpty, setIfNil } from './go-fields.ts';

/** In percent of the request. */
const cpuUtilization = 80;
/** Where v1 keeps v2's metrics. */
const metricsAnnotation = 'autoscaling.alpha.kubernetes.io/metrics';

export const autoscalingDefaults: TypeDefaults = {
  'io.k8s.api.autoscaling.v1.HorizontalPodAutoscaler': (autoscaler) => {
    const spec = ensureObject(autoscaler, 'spec');
    setIfNil(spec, 'minReplicas', 1);
    const annotations = objectAt(objectAt(autoscaler, 'metadata'), 'annotations');
    if (!annotations || !Object.hasOwn(annotations, metricsAnnotation)) {
      setIfNil(spec, 'targetCPUUtilizationPercentage', cpuUtilization);
    }
  },
  'io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler': (autoscaler) => {
    const spec = ensureObject(autoscaler, 'spec');
    setIfNil(spec, 'minReplicas', 1);
    setIfEmpty(spec, 'metrics', [
      {
        type: 'Resource',
        resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: cpuUtilization } },
      },
    ]);
    const behavior = objectAt(spec, 'behavior');
    if (!behavior) return;
    defaultRules(ensureObject(behavior, 'scaleUp'), 0, [
      { type: 'Pods', value: 4, periodSeconds: 15 },
      { type: 'Percent', value: 100, periodSeconds: 15 },
    ]);
    // The window of scaling down is the controller's own default.
    defaultRules(ensureObject(behavior, 'scaleDown'), undefined, [{ type: 'Percent', value: 100, periodSeconds: 15 }]);
  },
};

function defaultRules(rules: JsonObject, windowSeconds: number | undefined, policies: JsonValue): void {
  setIfNil(rules, 'selectPolicy', 'Max');
  if (windowSeconds !== undefined) setIfNil(rules, 'stabilizationWindowSeconds', windowSeconds);
  setIfNil(rules, 'policies', policies);
}
