import type { KubeObject, ObjectMeta } from '../../../../api/object.ts';
import { defineResource } from '../../resource-definition.ts';
import { ageColumn, ageOf, nameColumn, nameOf, textColumn, wide } from '../columns.ts';
import { objectAt, textAt } from '../../../../api/json-fields.ts';
import { jsonOf } from '../fields.ts';
import { viewAs } from '../view.ts';
import { accessModesText, storageClassOf } from './access-modes.ts';
import { validateClaim, validateClaimUpdate } from './claim-validation.ts';

interface PersistentVolumeClaim {
  readonly metadata: ObjectMeta;
  readonly spec?: {
    readonly volumeName?: string;
    readonly storageClassName?: string;
    readonly volumeAttributesClassName?: string;
    readonly volumeMode?: string;
  };
  readonly status?: {
    readonly phase?: string;
    readonly capacity?: Readonly<Record<string, string>>;
    readonly accessModes?: readonly string[];
  };
}

/** Mirrors pkg/registry/core/persistentvolumeclaim. */
export const persistentvolumeclaims = defineResource({
  group: '',
  resource: 'persistentvolumeclaims',
  strategy: {
    prepareForCreate(claim) {
      claim['status'] = { phase: 'Pending' };
      dropUnknownSource(claim);
      matchDataSources(claim);
    },
    prepareForUpdate(claim, old) {
      if (!objectAt(objectAt(jsonOf(old), 'spec'), 'dataSource')) dropUnknownSource(claim);
      matchDataSources(claim);
    },
    validate: validateClaim,
    validateUpdate: validateClaimUpdate,
  },
  table: {
    columns: [
      nameColumn,
      textColumn('Status'),
      textColumn('Volume'),
      textColumn('Capacity'),
      textColumn('Access Modes'),
      textColumn('StorageClass'),
      textColumn('VolumeAttributesClass'),
      ageColumn,
      wide(textColumn('VolumeMode')),
    ],
    row(object, context) {
      const { metadata, spec, status } = viewAs<PersistentVolumeClaim>(object);
      const bound = Boolean(spec?.volumeName);
      return [
        nameOf(object),
        metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? ''),
        spec?.volumeName ?? '',
        bound ? (status?.capacity?.['storage'] ?? '0') : '',
        bound ? accessModesText(status?.accessModes) : '',
        storageClassOf(metadata, spec?.storageClassName),
        spec?.volumeAttributesClassName ?? '<unset>',
        ageOf(object, context),
        spec?.volumeMode ?? '<unset>',
      ];
    },
  },
  selectableFields: (object) => ({ name: object.metadata.name ?? '' }),
});

/** The two ways to name a source say the same, where they can. Mirrors pvcutil NormalizeDataSources. May mutate. */
function matchDataSources(claim: KubeObject): void {
  const spec = objectAt(jsonOf(claim), 'spec');
  if (!spec) return;
  const source = objectAt(spec, 'dataSource');
  const reference = objectAt(spec, 'dataSourceRef');
  if (source && !reference) spec['dataSourceRef'] = structuredClone(source);
  else if (reference && !source && textAt(reference, 'namespace') === '') {
    spec['dataSource'] = structuredClone(reference);
  }
}

/** Only claims and snapshots can be named the old way. Mirrors pvcutil EnforceDataSourceBackwardsCompatibility. May mutate. */
function dropUnknownSource(claim: KubeObject): void {
  const spec = objectAt(jsonOf(claim), 'spec');
  const source = objectAt(spec, 'dataSource');
  if (!spec || !source) return;
  const name = `${textAt(source, 'apiGroup')}/${textAt(source, 'kind')}`;
  if (name !== '/PersistentVolumeClaim' && name !== 'snapshot.storage.k8s.io/VolumeSnapshot') delete spec['dataSource'];
}
