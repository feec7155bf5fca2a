import { defineResource } from '../../resource-definition.ts';
import { podOwnerNameWarnings } from '../name-warnings.ts';
import { ageColumn, ageOf, countColumn, nameColumn, nameOf } from '../columns.ts';
import { settleTemplate } from '../core/pod-aliases.ts';
import { scaleOfReplicas, type Replicated } from '../replicated.ts';
import { viewAs } from '../view.ts';
import { validateReplicaSet, validateSameSelector } from './deployment-validation.ts';
import { selectorText, templateCells, workloadColumns } from '../workload-columns.ts';

/** Mirrors pkg/registry/apps/replicaset. */
export const replicasets = defineResource({
  group: 'apps',
  resource: 'replicasets',
  scale: scaleOfReplicas,
  strategy: {
    warnings: podOwnerNameWarnings,
    prepareForCreate: (set) => settleTemplate(set),
    prepareForUpdate: (set) => settleTemplate(set),
    validate: validateReplicaSet,
    validateUpdate: (set, old) => [...validateReplicaSet(set), ...validateSameSelector(set, old)],
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
      const { spec, status } = viewAs<Replicated>(object);
      return [
        nameOf(object),
        spec?.replicas ?? 0,
        status?.replicas ?? 0,
        status?.readyReplicas ?? 0,
        ageOf(object, context),
        ...templateCells(spec?.template),
        selectorText(spec?.selector),
      ];
    },
  },
  selectableFields: (set) => ({ 'status.replicas': String(viewAs<Replicated>(set).status?.replicas ?? 0) }),
});
