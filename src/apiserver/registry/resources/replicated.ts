/** Kinds that keep a number of pods: their counts, scale paths and what can be selected. */
import type { ObjectMeta } from '../../../api/object.ts';
import { labelRequirements, labelRequirementsText } from '../../../api/label-selector.ts';
import type { ScalePaths } from '../resource-definition.ts';
import { viewAs } from './view.ts';
import type { LabelSelector, PodTemplate } from './workload-columns.ts';

export interface Replicated {
  readonly metadata: ObjectMeta;
  readonly spec?: {
    readonly replicas?: number;
    readonly selector?: LabelSelector;
    readonly template?: PodTemplate;
  };
  readonly status?: {
    readonly replicas?: number;
    readonly readyReplicas?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
  };
}

/** Of kinds whose selector is a LabelSelector. */
export const scaleOfReplicas: ScalePaths = {
  specReplicas: '.spec.replicas',
  statusReplicas: '.status.replicas',
  selector(object) {
    return labelRequirementsText(labelRequirements(viewAs<Replicated>(object).spec?.selector));
  },
};
