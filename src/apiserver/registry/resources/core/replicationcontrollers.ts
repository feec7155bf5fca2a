import { labelRequirementsOfSet, labelRequirementsText } from '../../../../api/label-selector.ts';
import type { ObjectMeta } from '../../../../api/object.ts';
import { defineResource } from '../../resource-definition.ts';
import { podOwnerNameWarnings } from '../name-warnings.ts';
import { ageColumn, ageOf, countColumn, labelsText, nameColumn, nameOf } from '../columns.ts';
import { viewAs } from '../view.ts';
import { templateCells, workloadColumns, type PodTemplate } from '../workload-columns.ts';
import { settleTemplate } from './pod-aliases.ts';
import { validateReplicationController } from './replicationcontroller-validation.ts';

interface ReplicationController {
  readonly metadata: ObjectMeta;
  readonly spec?: {
    readonly replicas?: number;
    readonly selector?: Readonly<Record<string, string>>;
    readonly template?: PodTemplate;
  };
  readonly status?: { readonly replicas?: number; readonly readyReplicas?: number };
}

/** Mirrors pkg/registry/core/replicationcontroller. */
export const replicationcontrollers = defineResource({
  group: '',
  resource: 'replicationcontrollers',
  scale: {
    specReplicas: '.spec.replicas',
    statusReplicas: '.status.replicas',
    selector: (object) =>
      labelRequirementsText(labelRequirementsOfSet(viewAs<ReplicationController>(object).spec?.selector ?? {})),
  },
  strategy: {
    warnings: podOwnerNameWarnings,
    defaultGarbageCollection: 'orphan',
    prepareForCreate: (controller) => settleTemplate(controller),
    prepareForUpdate: (controller) => settleTemplate(controller),
    validate: validateReplicationController,
    validateUpdate: validateReplicationController,
  },
  table: {
    columns: [
      nameColumn,
      countColumn('Desired'),
      countColumn('Current'),
      countColumn('Ready'),
      ageColumn,
      ...workloadColumns,
    ],
    row(object, context) {
      const { spec, status } = viewAs<ReplicationController>(object);
      return [
        nameOf(object),
        spec?.replicas ?? 0,
        status?.replicas ?? 0,
        status?.readyReplicas ?? 0,
        ageOf(object, context),
        ...templateCells(spec?.template),
        labelsText(spec?.selector),
      ];
    },
  },
  selectableFields: (object) => ({
    'status.replicas': String(viewAs<ReplicationController>(object).status?.replicas ?? 0),
  }),
});
