import type { ObjectMeta } from '../../../../api/object.ts';
import { defineResource } from '../../resource-definition.ts';
import { ageColumn, ageOf, nameColumn, nameOf, textColumn } from '../columns.ts';
import { viewAs } from '../view.ts';
import { keepMetadata } from './kept-metadata.ts';
import { validateFlowConditions, validateFlowSchema } from './flow-validation.ts';

interface FlowSchema {
  readonly metadata: ObjectMeta;
  readonly spec?: {
    readonly priorityLevelConfiguration?: { readonly name?: string };
    readonly matchingPrecedence?: number;
    readonly distinguisherMethod?: { readonly type?: string };
  };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** Mirrors pkg/registry/flowcontrol/flowschema. */
export const flowschemas = defineResource({
  group: 'flowcontrol.apiserver.k8s.io',
  resource: 'flowschemas',
  strategy: {
    validate: validateFlowSchema,
    validateUpdate: validateFlowSchema,
    validateStatusUpdate: validateFlowConditions,
    prepareForStatusUpdate: keepMetadata,
  },
  table: {
    columns: [
      nameColumn,
      ...['PriorityLevel', 'MatchingPrecedence', 'DistinguisherMethod'].map(textColumn),
      ageColumn,
      textColumn('MissingPL'),
    ],
    row(object, context) {
      const { spec, status } = viewAs<FlowSchema>(object);
      return [
        nameOf(object),
        spec?.priorityLevelConfiguration?.name ?? '',
        spec?.matchingPrecedence ?? 0,
        spec?.distinguisherMethod?.type ?? '<none>',
        ageOf(object, context),
        status?.conditions?.find(({ type }) => type === 'Dangling')?.status ?? '?',
      ];
    },
  },
});
