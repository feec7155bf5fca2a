import type { ObjectMeta } from '../../../../api/object.ts';
import { defineResource } from '../../resource-definition.ts';
import { nameColumn, nameOf, textColumn } from '../columns.ts';
import { viewAs } from '../view.ts';
import { validateStorageCapacity, validateStorageCapacityUpdate } from './csi-validation.ts';

interface CsiStorageCapacity {
  readonly metadata: ObjectMeta;
  readonly storageClassName?: string;
  readonly capacity?: string;
}

export const csistoragecapacities = defineResource({
  group: 'storage.k8s.io',
  resource: 'csistoragecapacities',
  strategy: { validate: validateStorageCapacity, validateUpdate: validateStorageCapacityUpdate },
  table: {
    columns: [nameColumn, textColumn('StorageClassName'), textColumn('Capacity')],
    row(object) {
      const { storageClassName = '', capacity = '<unset>' } = viewAs<CsiStorageCapacity>(object);
      return [nameOf(object), storageClassName, capacity];
    },
  },
});
