import { labelRequirementsOfSet, labelRequirementsText } from '../../../../api/label-requirement.ts';
import type { KubeObject, ObjectMeta } from '../../../../api/object.ts';
import { defineResource } from '../../resource-definition.ts';
import { podOwnerNameWarnings } from '../name-warnings.ts';
import { labelsText } from '../columns.ts';
import { replicaTable, selectableReplicas } from '../replicated.ts';
import { viewAs } from '../view.ts';
import { settleTemplate } from './pod-aliases.ts';
import { validateReplicationController } from './replicationcontroller-validation.ts';
import { countedStatusRule } from '../counted-status.ts';

interface ReplicationController {
  readonly metadata: ObjectMeta;
  readonly spec?: { readonly selector?: Readonly<Record<string, string>> };
}

/** Mirrors pkg/registry/core/replicationcontroller. */
export const replicationcontrollers = defineResource({
  group: '',
  resource: 'replicationcontrollers',
  settle: (controller) => settleTemplate(controller),
  scale: {
    specReplicas: '.spec.replicas',
    statusReplicas: '.status.replicas',
    selector: (controller) => labelRequirementsText(labelRequirementsOfSet(selectorOf(controller) ?? {})),
  },
  strategy: {
    warnings: podOwnerNameWarnings,
    defaultGarbageCollection: 'orphan',
    prepareForCreate: (controller) => settleTemplate(controller),
    prepareForUpdate: (controller) => settleTemplate(controller),
    validate: validateReplicationController,
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
    validateUpdate: validateReplicationController,
  },
  table: replicaTable((controller) => labelsText(selectorOf(controller))),
  selectableFields: selectableReplicas,
});

function selectorOf(controller: Readonly<KubeObject>): Readonly<Record<string, string>> | undefined {
  return viewAs<ReplicationController>(controller).spec?.selector;
}
