import type { ObjectMeta } from '../../../../api/object.ts';
import { defineResource } from '../../resource-definition.ts';
import { namedTable, textColumn } from '../columns.ts';
import { viewAs } from '../view.ts';
import { metricsText, type Metric, type MetricStatus } from './metrics-text.ts';
import { autoscalerFromV1, autoscalerToV1 } from './version-conversion.ts';
import { validateAutoscaler, validateAutoscalerStatus } from './autoscaler-validation.ts';

interface HorizontalPodAutoscaler {
  readonly metadata: ObjectMeta;
  readonly spec?: {
    readonly scaleTargetRef?: { readonly kind?: string; readonly name?: string };
    readonly minReplicas?: number;
    readonly maxReplicas?: number;
    readonly metrics?: readonly Metric[];
  };
  readonly status?: { readonly currentReplicas?: number; readonly currentMetrics?: readonly MetricStatus[] };
}

/** Mirrors printers printHorizontalPodAutoscaler. */
export const horizontalpodautoscalers = defineResource({
  group: 'autoscaling',
  resource: 'horizontalpodautoscalers',
  strategy: {
    validate: (object) => validateAutoscaler(object),
    validateUpdate: (object, old) => validateAutoscaler(object, old),
    validateStatusUpdate: validateAutoscalerStatus,
  },
  conversion: {
    storageVersion: 'v2',
    toStorage: { v1: autoscalerFromV1 },
    fromStorage: { v1: autoscalerToV1 },
  },
  table: namedTable(['Reference', 'Targets', 'MinPods', 'MaxPods', 'Replicas'].map(textColumn), (object) => {
    const { spec, status } = viewAs<HorizontalPodAutoscaler>(object);
    const { kind = '', name = '' } = spec?.scaleTargetRef ?? {};
    return [
      `${kind}/${name}`,
      metricsText(spec?.metrics ?? [], status?.currentMetrics ?? []),
      spec?.minReplicas === undefined ? '<unset>' : String(spec.minReplicas),
      spec?.maxReplicas ?? 0,
      status?.currentReplicas ?? 0,
    ];
  }),
});
