import type { ObjectMeta } from '../../../../api/object.ts';
import { defineResource } from '../../resource-definition.ts';
import { namedTable, textColumn } from '../columns.ts';
import { viewAs } from '../view.ts';
import { validateVolumeAttachment, validateVolumeAttachmentUpdate } from './volumeattachment-validation.ts';

interface VolumeAttachment {
  readonly metadata: ObjectMeta;
  readonly spec?: {
    readonly attacher?: string;
    readonly nodeName?: string;
    readonly source?: { readonly persistentVolumeName?: string };
  };
  readonly status?: { readonly attached?: boolean };
}

export const volumeattachments = defineResource({
  group: 'storage.k8s.io',
  resource: 'volumeattachments',
  strategy: {
    validate: validateVolumeAttachment,
    validateUpdate: validateVolumeAttachmentUpdate,
    validateStatusUpdate: validateVolumeAttachmentUpdate,
  },
  table: namedTable(
    [
      { name: 'Attacher', type: 'string', format: 'name' },
      textColumn('PV'),
      textColumn('Node'),
      { name: 'Attached', type: 'boolean' },
    ],
    (object) => {
      const { spec, status } = viewAs<VolumeAttachment>(object);
      return [
        spec?.attacher ?? '',
        spec?.source?.persistentVolumeName ?? '',
        spec?.nodeName ?? '',
        status?.attached ?? false,
      ];
    },
  ),
});
