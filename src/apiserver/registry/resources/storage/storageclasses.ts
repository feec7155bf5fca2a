import type { ObjectMeta } from '../../../../api/object.ts';
import { defineResource } from '../../resource-definition.ts';
import { ageColumn, ageOf, nameColumn, textColumn } from '../columns.ts';
import { nameWithDefault } from '../default-class.ts';
import { viewAs } from '../view.ts';
import { validateStorageClass, validateStorageClassUpdate } from './storageclass-validation.ts';

interface StorageClass {
  readonly metadata: ObjectMeta;
  readonly provisioner?: string;
  readonly reclaimPolicy?: string;
  readonly volumeBindingMode?: string;
  readonly allowVolumeExpansion?: boolean;
}

const defaultMarks = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
];

export const storageclasses = defineResource({
  group: 'storage.k8s.io',
  resource: 'storageclasses',
  strategy: { validate: validateStorageClass, validateUpdate: validateStorageClassUpdate },
  table: {
    columns: [
      nameColumn,
      ...['Provisioner', 'ReclaimPolicy', 'VolumeBindingMode', 'AllowVolumeExpansion'].map(textColumn),
      ageColumn,
    ],
    row(object, context) {
      const storageClass = viewAs<StorageClass>(object);
      return [
        nameWithDefault(storageClass.metadata, defaultMarks),
        storageClass.provisioner ?? '',
        storageClass.reclaimPolicy ?? 'Delete',
        storageClass.volumeBindingMode ?? 'Immediate',
        storageClass.allowVolumeExpansion ?? false,
        ageOf(object, context),
      ];
    },
  },
});
