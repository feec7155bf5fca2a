import type { ObjectMeta } from '../../../../api/object.ts';
import { defineResource } from '../../resource-definition.ts';
import { labelsText, nameColumn, nameOf, textColumn } from '../columns.ts';
import { viewAs } from '../view.ts';
import { templateCells, type PodTemplate as Template } from '../workload-columns.ts';
import { settleTemplate } from './pod-aliases.ts';

interface PodTemplate {
  readonly metadata: ObjectMeta;
  readonly template?: Template & { readonly metadata?: { readonly labels?: Readonly<Record<string, string>> } };
}

export const podtemplates = defineResource({
  group: '',
  resource: 'podtemplates',
  settle: (object) => settleTemplate(object, ['template']),
  strategy: {
    prepareForCreate: (object) => settleTemplate(object, ['template']),
    prepareForUpdate: (object) => settleTemplate(object, ['template']),
  },
  table: {
    columns: [nameColumn, textColumn('Containers'), textColumn('Images'), textColumn('Pod Labels')],
    row(object) {
      const { template } = viewAs<PodTemplate>(object);
      return [nameOf(object), ...templateCells(template), labelsText(template?.metadata?.labels)];
    },
  },
});
