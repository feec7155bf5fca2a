import type { ObjectMeta } from '../../../../api/object.ts';
import { defineResource } from '../../resource-definition.ts';
import { ageColumn, ageOf, countColumn, nameColumn, nameOf, textColumn } from '../columns.ts';
import { viewAs } from '../view.ts';
import { validatePriorityClass, validatePriorityClassUpdate } from './priorityclass-validation.ts';

interface PriorityClass {
  readonly metadata: ObjectMeta;
  readonly value?: number;
  readonly globalDefault?: boolean;
  readonly preemptionPolicy?: string;
}

export const priorityclasses = defineResource({
  group: 'scheduling.k8s.io',
  resource: 'priorityclasses',
  // The generation stays at 1.
  strategy: {
    generationFields: [],
    validate: validatePriorityClass,
    validateUpdate: validatePriorityClassUpdate,
  },
  table: {
    columns: [
      nameColumn,
      countColumn('Value'),
      { name: 'Global-Default', type: 'boolean' },
      ageColumn,
      textColumn('PreemptionPolicy'),
    ],
    row(object, context) {
      const { value = 0, globalDefault = false, preemptionPolicy = '' } = viewAs<PriorityClass>(object);
      return [nameOf(object), value, globalDefault, ageOf(object, context), preemptionPolicy];
    },
  },
});
