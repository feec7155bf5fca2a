import type { ObjectMeta } from '../../../../api/object.ts';
import { defineResource } from '../../resource-definition.ts';
import { namedTable, textColumn } from '../columns.ts';
import { viewAs } from '../view.ts';

interface VolumeAttributesClass {
  readonly metadata: ObjectMeta;
  readonly driverName?: string;
}

export const volumeattributesclasses = defineResource({
  group: 'storage.k8s.io',
  resource: 'volumeattributesclasses',
  table: namedTable([textColumn('DriverName')], (object) => [viewAs<VolumeAttributesClass>(object).driverName ?? '']),
});
