/** Kinds that keep a number of pods: their counts, scale paths and what can be selected. */
import { labelRequirementsText } from '../../../api/label-requirement.ts';
import { labelRequirements, type LabelSelector } from '../../../api/label-selector.ts';
import type { KubeObject, ObjectMeta } from '../../../api/object.ts';
import type { ScalePaths, TablePrinter } from '../resource-definition.ts';
import { ageColumn, ageOf, countColumn, nameColumn, nameOf } from './columns.ts';
import { viewAs } from './view.ts';
import { templateCells, workloadColumns, type PodTemplate } from './workload-columns.ts';

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

/** Of those that keep a number of pods and nothing else. `selectorText`: the last cell. */
export function replicaTable(selectorText: (object: Readonly<KubeObject>) => string): TablePrinter {
  return {
    columns: [
      nameColumn,
      countColumn('Desired'),
      countColumn('Current'),
      countColumn('Ready'),
      ageColumn,
      ...workloadColumns,
    ],
    row(object, context) {
      const { spec, status } = viewAs<Replicated>(object);
      return [
        nameOf(object),
        spec?.replicas ?? 0,
        status?.replicas ?? 0,
        status?.readyReplicas ?? 0,
        ageOf(object, context),
        ...templateCells(spec?.template),
        selectorText(object),
      ];
    },
  };
}

/** What field selectors may ask of them. */
export function selectableReplicas(object: Readonly<KubeObject>): Readonly<Record<string, string>> {
  return { 'status.replicas': String(viewAs<Replicated>(object).status?.replicas ?? 0) };
}
