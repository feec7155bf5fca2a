import type { ObjectMeta } from '../../../../api/object.ts';
import { defineResource } from '../../resource-definition.ts';
import { namedTable, textColumn } from '../columns.ts';
import { viewAs } from '../view.ts';
import {
  validateVolumeAttributesClass,
  validateVolumeAttributesClassUpdate,
} from './volumeattributesclass-validation.ts';

interface VolumeAttributesClass {
  readonly metadata: ObjectMeta;
  readonly driverName?: string;
}

export const volumeattributesclasses = defineResource({
  group: 'storage.k8s.io',
  resource: 'volumeattributesclasses',
  strategy: { validate: validateVolumeAttributesClass, validateUpdate: validateVolumeAttributesClassUpdate },
  table: namedTable([textColumn('DriverName')], (object) => [viewAs<VolumeAttributesClass>(object).driverName ?? '']),
});
