/**
 * Volumes of pods: each of exactly one type. Mirrors ValidateVolumes and validateVolumeSource, v1.36. Of drivers that live outside
 * Kubernetes by now (awsElasticBlockStore, cephfs, iscsi…) only that they are the one type is checked.
 */
import * as field from '../../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../../api/field-error.ts';
import { subdomainNameRule } from '../../../../../api/names.ts';
import { fileMode, label, messages, oneOf, required, requiredOneOf } from '../../checks.ts';
import { validateClaimSpec } from './claim-spec.ts';
import { validateDriverName } from './driver-name.ts';
import { descendingPath, pathWithoutBacksteps } from './file-paths.ts';
import type { KeySource, Volume } from './pod-spec-view.ts';
import { validateDownwardFile, validateKeyToPath } from './volume-files.ts';
import { validateProjection } from './projected-volumes.ts';

/** In the order that upstream looks at them. `misspelt`: how upstream calls a second one. */
const sourceTypes: readonly { readonly name: string; readonly misspelt?: string }[] = [
  { name: 'emptyDir' },
  { name: 'hostPath' },
  { name: 'gitRepo' },
  { name: 'gcePersistentDisk' },
  { name: 'awsElasticBlockStore' },
  { name: 'secret' },
  { name: 'nfs' },
  { name: 'iscsi' },
  { name: 'glusterfs' },
  { name: 'flocker' },
  { name: 'persistentVolumeClaim' },
  { name: 'rbd' },
  { name: 'cinder' },
  { name: 'cephfs', misspelt: 'cephFS' },
  { name: 'quobyte' },
  { name: 'downwardAPI', misspelt: 'downwarAPI' },
  { name: 'fc' },
  { name: 'flexVolume' },
  { name: 'configMap' },
  { name: 'azureFile' },
  { name: 'vsphereVolume' },
  { name: 'photonPersistentDisk' },
  { name: 'portworxVolume' },
  { name: 'azureDisk' },
  { name: 'storageos' },
  { name: 'projected' },
  { name: 'scaleIO' },
  { name: 'csi' },
  { name: 'ephemeral' },
  { name: 'image' },
];

export interface VolumeContext {
  /** Empty for templates. */
  readonly podName: string;
  readonly isPod: boolean;
}

/** Also gives the volumes that can be mounted: the valid ones. */
export function validateVolumes(
  volumes: readonly Volume[],
  context: VolumeContext,
  path: Path,
): { readonly errors: FieldError[]; readonly byName: ReadonlyMap<string, Volume> } {
  const errors: FieldError[] = [];
  const byName = new Map<string, Volume>();
  const ephemeral = volumes.filter((volume) => volume.ephemeral && context.podName !== '');
  const madeClaims = new Set(ephemeral.map(({ name = '' }) => `${context.podName}-${name}`));
  for (const [index, volume] of volumes.entries()) {
    const place = path.index(index);
    const { name = '' } = volume;
    const own = validateSource(volume, context, place);
    if (name === '') own.push(field.required(place.child('name'), ''));
    else own.push(...label(name, place.child('name')));
    if (byName.has(name)) own.push(field.duplicate(place.child('name'), name));
    if (own.length === 0) byName.set(name, volume);
    errors.push(...own);
    const claim = volume.persistentVolumeClaim?.claimName ?? '';
    if (volume.persistentVolumeClaim && madeClaims.has(claim)) {
      const text = 'must not reference a PVC that gets created for an ephemeral volume';
      errors.push(field.invalid(place.child('persistentVolumeClaim', 'claimName'), claim, text));
    }
  }
  return { errors, byName };
}

function validateSource(volume: Volume, context: VolumeContext, path: Path): FieldError[] {
  const given = sourceTypes.filter(({ name }) => volume[name] !== undefined);
  if (given.length === 0) return [field.required(path, 'must specify a volume type')];
  return given.flatMap(({ name, misspelt }, index) =>
    index === 0
      ? validateOneSource(name, volume, context, path)
      : [field.forbidden(path.child(misspelt ?? name), 'may not specify more than 1 volume type')],
  );
}

function validateOneSource(name: string, volume: Volume, context: VolumeContext, path: Path): FieldError[] {
  const place = path.child(name);
  const { emptyDir, hostPath, gitRepo, nfs, persistentVolumeClaim, downwardAPI, projected, csi, image } = volume;
  if (name === 'emptyDir' && emptyDir?.sizeLimit?.startsWith('-')) {
    return [field.forbidden(place.child('sizeLimit'), 'SizeLimit field must be a valid resource quantity')];
  }
  if (name === 'hostPath' && hostPath) return validateHostPath(hostPath, place);
  if (name === 'gitRepo' && gitRepo) {
    return [
      ...required(gitRepo.repository, place.child('repository')),
      ...descendingPath(gitRepo.directory ?? '', place.child('directory')),
    ];
  }
  if (name === 'secret' && volume.secret) return validateKeys(volume.secret, 'secretName', place);
  if (name === 'configMap' && volume.configMap) return validateKeys(volume.configMap, 'name', place);
  if (name === 'nfs' && nfs) return validateNfs(nfs, place);
  if (name === 'persistentVolumeClaim') return required(persistentVolumeClaim?.claimName, place.child('claimName'));
  if (name === 'downwardAPI' && downwardAPI) {
    return [
      ...fileMode(downwardAPI.defaultMode, place.child('defaultMode')),
      ...(downwardAPI.items ?? []).flatMap((file) => validateDownwardFile(file, place)),
    ];
  }
  if (name === 'projected' && projected) return validateProjection(projected, place);
  if (name === 'csi' && csi) return validateCsi(csi, place);
  if (name === 'ephemeral') return validateEphemeral(volume, context, path);
  if (name === 'image' && image) {
    return [
      ...(context.isPod ? required(image.reference, place.child('reference')) : []),
      ...requiredOneOf(image.pullPolicy, place.child('pullPolicy'), ['Always', 'IfNotPresent', 'Never']),
    ];
  }
  return [];
}

const hostPathTypes = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];

export function validateHostPath(source: NonNullable<Volume['hostPath']>, path: Path): FieldError[] {
  if (!source.path) return [field.required(path.child('path'), '')];
  return [
    ...pathWithoutBacksteps(source.path, path.child('path')),
    ...oneOf(source.type, path.child('type'), hostPathTypes),
  ];
}

function validateKeys(source: KeySource, nameField: 'name' | 'secretName', path: Path): FieldError[] {
  return [
    ...required(source[nameField], path.child(nameField)),
    ...fileMode(source.defaultMode, path.child('defaultMode')),
    ...(source.items ?? []).flatMap((item, index) => validateKeyToPath(item, path.child('items').index(index))),
  ];
}

export function validateNfs({ server, path: folder = '' }: NonNullable<Volume['nfs']>, path: Path): FieldError[] {
  return [
    ...required(server, path.child('server')),
    ...required(folder, path.child('path')),
    ...(folder.startsWith('/') ? [] : [field.invalid(path.child('path'), folder, 'must be an absolute path')]),
  ];
}

function validateCsi({ driver = '', nodePublishSecretRef }: NonNullable<Volume['csi']>, path: Path): FieldError[] {
  const errors = validateDriverName(driver, path.child('driver'));
  if (!nodePublishSecretRef) return errors;
  const { name = '' } = nodePublishSecretRef;
  if (name === '') return [...errors, field.required(path.child('nodePublishSecretRef', 'name'), '')];
  return [...errors, ...messages(path.child('name'), name, subdomainNameRule(name, false))];
}

function validateEphemeral({ name = '', ephemeral }: Volume, { podName }: VolumeContext, path: Path): FieldError[] {
  const place = path.child('ephemeral', 'volumeClaimTemplate');
  const template = ephemeral?.volumeClaimTemplate;
  const errors = template ? validateClaimSpec(template.spec ?? {}, place.child('spec')) : [field.required(place, '')];
  if (podName === '' || name === '') return errors;
  const claim = `${podName}-${name}`;
  const texts = subdomainNameRule(claim, false).map((text) => `PVC name "${claim}": ${text}`);
  return [...errors, ...messages(path.child('name'), name, texts)];
}
