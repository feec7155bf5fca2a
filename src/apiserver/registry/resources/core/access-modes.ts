/** Mirrors pkg/apis/core/helper GetAccessModesAsString and GetPersistentVolumeClaimClass. */
import type { ObjectMeta } from '../../../../api/object.ts';

const shortNames: readonly (readonly [string, string])[] = [
  ['ReadWriteOnce', 'RWO'],
  ['ReadOnlyMany', 'ROX'],
  ['ReadWriteMany', 'RWX'],
  ['ReadWriteOncePod', 'RWOP'],
];

/** `RWO,ROX` */
export function accessModesText(modes: readonly string[] | undefined): string {
  return shortNames
    .filter(([mode]) => modes?.includes(mode))
    .map(([, short]) => short)
    .join(',');
}

/** The old annotation wins. */
export function storageClassOf({ annotations }: ObjectMeta, name: string | undefined): string {
  return annotations?.['volume.beta.kubernetes.io/storage-class'] ?? name ?? '';
}
