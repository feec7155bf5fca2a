import type { ObjectMeta } from '../../../../api/object.ts';
import { defineResource } from '../../resource-definition.ts';
import { namedTable, textColumn } from '../columns.ts';
import { viewAs } from '../view.ts';
import { keepMetadata } from './kept-metadata.ts';
import { validateFlowConditions } from './flow-validation.ts';
import { validatePriorityLevel } from './level-validation.ts';

interface PriorityLevelConfiguration {
  readonly metadata: ObjectMeta;
  readonly spec?: {
    readonly type?: string;
    readonly limited?: {
      readonly nominalConcurrencyShares?: number;
      readonly limitResponse?: {
        readonly queuing?: {
          readonly queues?: number;
          readonly handSize?: number;
          readonly queueLengthLimit?: number;
        };
      };
    };
  };
}

export const prioritylevelconfigurations = defineResource({
  group: 'flowcontrol.apiserver.k8s.io',
  resource: 'prioritylevelconfigurations',
  strategy: {
    validate: validatePriorityLevel,
    validateUpdate: validatePriorityLevel,
    prepareForStatusUpdate: keepMetadata,
    validateStatusUpdate: validateFlowConditions,
  },
  table: namedTable(
    ['Type', 'NominalConcurrencyShares', 'Queues', 'HandSize', 'QueueLengthLimit'].map(textColumn),
    (object) => {
      const { type = '', limited } = viewAs<PriorityLevelConfiguration>(object).spec ?? {};
      const queuing = limited?.limitResponse?.queuing;
      const queues = queuing
        ? [queuing.queues ?? 0, queuing.handSize ?? 0, queuing.queueLengthLimit ?? 0]
        : ['<none>', '<none>', '<none>'];
      return [type, limited ? (limited.nominalConcurrencyShares ?? 0) : '<none>', ...queues];
    },
  ),
});
