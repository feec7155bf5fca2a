import { formatLabelSelector } from '../../../../api/label-selector.ts';
import { defineResource } from '../../resource-definition.ts';
import { podOwnerNameWarnings } from '../name-warnings.ts';
import { settleTemplate } from '../core/pod-aliases.ts';
import { replicaTable, scaleOfReplicas, selectableReplicas, type Replicated } from '../replicated.ts';
import { viewAs } from '../view.ts';
import { validateReplicaSet, validateSameSelector } from './deployment-validation.ts';
import { countedStatusRule } from '../counted-status.ts';

/** Mirrors pkg/registry/apps/replicaset. */
export const replicasets = defineResource({
  group: 'apps',
  resource: 'replicasets',
  settle: (set) => settleTemplate(set),
  scale: scaleOfReplicas,
  strategy: {
    warnings: podOwnerNameWarnings,
    prepareForCreate: (set) => settleTemplate(set),
    prepareForUpdate: (set) => settleTemplate(set),
    validate: validateReplicaSet,
    validateStatusUpdate: countedStatusRule({
      counts: [
        'replicas',
        'fullyLabeledReplicas',
        'readyReplicas',
        'availableReplicas',
        'observedGeneration',
        'terminatingReplicas',
      ],
      partial: ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'],
      readyText: 'readyReplicas',
    }),
    validateUpdate: (set, old) => [...validateReplicaSet(set), ...validateSameSelector(set, old)],
  },
  table: replicaTable((set) => formatLabelSelector(viewAs<Replicated>(set).spec?.selector)),
  selectableFields: selectableReplicas,
});
