import type { ObjectMeta } from '../../../../api/object.ts';
import { defineResource } from '../../resource-definition.ts';
import { countColumn, namedTable } from '../columns.ts';
import { viewAs } from '../view.ts';
import { validateCsiNode, validateCsiNodeUpdate } from './csi-validation.ts';

interface CsiNode {
  readonly metadata: ObjectMeta;
  readonly spec?: { readonly drivers?: readonly object[] };
}

export const csinodes = defineResource({
  group: 'storage.k8s.io',
  resource: 'csinodes',
  strategy: { validate: validateCsiNode, validateUpdate: validateCsiNodeUpdate },
  table: namedTable([countColumn('Drivers')], (object) => [viewAs<CsiNode>(object).spec?.drivers?.length ?? 0]),
});
