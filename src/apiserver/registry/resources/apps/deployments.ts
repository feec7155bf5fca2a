import { equalJson } from '../../../../api/json.ts';
import { labelRequirementsText } from '../../../../api/label-requirement.ts';
import { labelRequirements } from '../../../../api/label-selector.ts';
import type { KubeObject } from '../../../../api/object.ts';
import { defineResource } from '../../resource-definition.ts';
import { podOwnerNameWarnings } from '../name-warnings.ts';
import { ageColumn, ageOf, nameColumn, nameOf, textColumn } from '../columns.ts';
import { settleTemplate } from '../core/pod-aliases.ts';
import { scaleOfReplicas, type Replicated } from '../replicated.ts';
import { viewAs } from '../view.ts';
import { validateDeployment, validateSameSelector } from './deployment-validation.ts';
import { templateCells, workloadColumns } from '../workload-columns.ts';
import { countedStatusRule } from '../counted-status.ts';

/** Mirrors pkg/registry/apps/deployment. */
export const deployments = defineResource({
  group: 'apps',
  resource: 'deployments',
  settle: (deployment) => settleTemplate(deployment),
  scale: scaleOfReplicas,
  strategy: {
    warnings: podOwnerNameWarnings,
    prepareForCreate: (deployment) => settleTemplate(deployment),
    validate: validateDeployment,
    validateStatusUpdate: countedStatusRule({
      counts: [
        'observedGeneration',
        'replicas',
        'updatedReplicas',
        'readyReplicas',
        'availableReplicas',
        'unavailableReplicas',
        'terminatingReplicas',
        'collisionCount',
      ],
      partial: ['updatedReplicas', 'readyReplicas', 'availableReplicas'],
      readyText: 'readyReplicas',
    }),
    validateUpdate: (deployment, old) => [...validateDeployment(deployment), ...validateSameSelector(deployment, old)],
    prepareForUpdate(deployment, old) {
      settleTemplate(deployment);
      // Of a Deployment, annotations count too: rollbacks were asked for by them.
      if (!equalJson(annotationsOf(deployment), annotationsOf(old))) {
        deployment.metadata.generation = (old.metadata.generation ?? 0) + 1;
      }
    },
    prepareForStatusUpdate(deployment, old) {
      if (old.metadata.labels) deployment.metadata.labels = { ...old.metadata.labels };
      else delete deployment.metadata.labels;
    },
  },
  table: {
    columns: [
      nameColumn,
      textColumn('Ready'),
      textColumn('Up-to-date'),
      textColumn('Available'),
      ageColumn,
      ...workloadColumns,
    ],
    row(object, context) {
      const { spec, status } = viewAs<Replicated>(object);
      return [
        nameOf(object),
        `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`,
        status?.updatedReplicas ?? 0,
        status?.availableReplicas ?? 0,
        ageOf(object, context),
        ...templateCells(spec?.template),
        labelRequirementsText(labelRequirements(spec?.selector)),
      ];
    },
  },
});

function annotationsOf({ metadata }: Readonly<KubeObject>): Record<string, string> {
  return metadata.annotations ?? {};
}
