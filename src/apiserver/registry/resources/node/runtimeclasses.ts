import type { ObjectMeta } from '../../../../api/object.ts';
import { defineResource } from '../../resource-definition.ts';
import { namedTable, textColumn } from '../columns.ts';
import { viewAs } from '../view.ts';
import { validateRuntimeClass, validateRuntimeClassUpdate } from './runtimeclass-validation.ts';

interface RuntimeClass {
  readonly metadata: ObjectMeta;
  readonly handler?: string;
}

export const runtimeclasses = defineResource({
  group: 'node.k8s.io',
  resource: 'runtimeclasses',
  strategy: { validate: validateRuntimeClass, validateUpdate: validateRuntimeClassUpdate },
  table: namedTable([textColumn('Handler')], (object) => [viewAs<RuntimeClass>(object).handler ?? '']),
});
