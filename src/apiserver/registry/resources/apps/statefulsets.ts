import { labelNameRule } from '../../../../api/names.ts';
import type { KubeObject } from '../../../../api/object.ts';
import { defineResource } from '../../resource-definition.ts';
import { ageColumn, ageOf, nameColumn, nameOf, textColumn } from '../columns.ts';
import { settleTemplate } from '../core/pod-aliases.ts';
import { objectAt, objectsAt } from '../../../../api/json-fields.ts';
import { jsonOf } from '../fields.ts';
import { scaleOfReplicas, type Replicated } from '../replicated.ts';
import { validateStatefulSet, validateStatefulSetUpdate } from './statefulset-validation.ts';
import { viewAs } from '../view.ts';
import { templateCells, templateColumns } from '../workload-columns.ts';
import { countedStatusRule } from '../counted-status.ts';

/** Mirrors pkg/registry/apps/statefulset. */
export const statefulsets = defineResource({
  group: 'apps',
  resource: 'statefulsets',
  settle,
  scale: scaleOfReplicas,
  strategy: {
    nameRule: labelNameRule,
    prepareForCreate: settle,
    prepareForUpdate: settle,
    validate: validateStatefulSet,
    validateStatusUpdate: countedStatusRule({
      counts: [
        'replicas',
        'readyReplicas',
        'currentReplicas',
        'updatedReplicas',
        'availableReplicas',
        'observedGeneration',
        'collisionCount',
      ],
      partial: ['readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'],
      readyText: 'status.readyReplicas',
    }),
    validateUpdate: validateStatefulSetUpdate,
  },
  table: {
    columns: [nameColumn, textColumn('Ready'), ageColumn, ...templateColumns],
    row(object, context) {
      const { spec, status } = viewAs<Replicated>(object);
      return [
        nameOf(object),
        `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`,
        ageOf(object, context),
        ...templateCells(spec?.template),
      ];
    },
  },
});

/** Claims say what they are. Mirrors Convert_apps_StatefulSetSpec_To_v1_StatefulSetSpec. May mutate. */
function settle(set: KubeObject): void {
  settleTemplate(set);
  for (const claim of objectsAt(objectAt(jsonOf(set), 'spec'), 'volumeClaimTemplates')) {
    claim['apiVersion'] = 'v1';
    claim['kind'] = 'PersistentVolumeClaim';
  }
}
