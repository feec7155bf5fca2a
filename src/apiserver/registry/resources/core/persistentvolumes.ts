import type { ObjectMeta } from '../../../../api/object.ts';
import { timestamp } from '../../../../lib/clock.ts';
import { defineResource } from '../../resource-definition.ts';
import { ageColumn, ageOf, nameColumn, nameOf, textColumn, wide } from '../columns.ts';
import { ensureObject, objectAt } from '../../../../api/json-fields.ts';
import { jsonOf, takeField } from '../fields.ts';
import { viewAs } from '../view.ts';
import { accessModesText, storageClassOf } from './access-modes.ts';
import { validateVolume, validateVolumeUpdate } from './volume-validation.ts';

interface PersistentVolume {
  readonly metadata: ObjectMeta;
  readonly spec?: {
    readonly capacity?: Readonly<Record<string, string>>;
    readonly accessModes?: readonly string[];
    readonly persistentVolumeReclaimPolicy?: string;
    readonly claimRef?: { readonly namespace?: string; readonly name?: string };
    readonly storageClassName?: string;
    readonly volumeAttributesClassName?: string;
    readonly volumeMode?: string;
  };
  readonly status?: { readonly phase?: string; readonly reason?: string; readonly lastPhaseTransitionTime?: string };
}

/** Mirrors pkg/registry/core/persistentvolume. */
export const persistentvolumes = defineResource({
  group: '',
  resource: 'persistentvolumes',
  strategy: {
    validate: validateVolume,
    validateUpdate: validateVolumeUpdate,
    prepareForCreate(volume, { now }) {
      volume['status'] = { phase: 'Pending', lastPhaseTransitionTime: timestamp(now) };
    },
    prepareForStatusUpdate(volume, old, { now }) {
      const status = ensureObject(jsonOf(volume), 'status');
      const before = objectAt(jsonOf(old), 'status');
      const given = status['lastPhaseTransitionTime'];
      if (status['phase'] === before?.['phase']) {
        if (given === undefined) takeField(status, before, 'lastPhaseTransitionTime');
      } else if (given === undefined || given === before?.['lastPhaseTransitionTime']) {
        status['lastPhaseTransitionTime'] = timestamp(now);
      }
    },
  },
  table: {
    columns: [
      nameColumn,
      textColumn('Capacity'),
      textColumn('Access Modes'),
      textColumn('Reclaim Policy'),
      textColumn('Status'),
      textColumn('Claim'),
      textColumn('StorageClass'),
      textColumn('VolumeAttributesClass'),
      textColumn('Reason'),
      ageColumn,
      wide(textColumn('VolumeMode')),
    ],
    row(object, context) {
      const { metadata, spec, status } = viewAs<PersistentVolume>(object);
      const claim = spec?.claimRef;
      return [
        nameOf(object),
        spec?.capacity?.['storage'] ?? '0',
        accessModesText(spec?.accessModes),
        spec?.persistentVolumeReclaimPolicy ?? '',
        metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? ''),
        claim ? `${claim.namespace ?? ''}/${claim.name ?? ''}` : '',
        storageClassOf(metadata, spec?.storageClassName),
        spec?.volumeAttributesClassName ?? '<unset>',
        status?.reason ?? '',
        ageOf(object, context),
        spec?.volumeMode ?? '<unset>',
      ];
    },
  },
  selectableFields: (object) => ({ name: object.metadata.name ?? '' }),
});
