import type { ObjectMeta } from '../../../../api/object.ts';
import { defineResource } from '../../resource-definition.ts';
import { ageColumn, ageOf, nameColumn, nameOf, textColumn } from '../columns.ts';
import { jsonOf, takeField } from '../fields.ts';
import { viewAs } from '../view.ts';

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
    prepareForStatusUpdate(schema, old) {
      const { resourceVersion } = schema.metadata;
      takeField(jsonOf(schema), jsonOf(old), 'metadata');
      if (resourceVersion !== undefined) schema.metadata.resourceVersion = resourceVersion;
    },
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
