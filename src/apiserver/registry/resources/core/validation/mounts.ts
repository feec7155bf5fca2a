/** What containers mount. Mirrors ValidateVolumeMounts and ValidateVolumeDevices, v1.36. */
import * as field from '../../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../../api/field-error.ts';
import { descendingPath, pathWithoutBacksteps } from './file-paths.ts';
import type { Container, Volume, VolumeMount } from './pod-spec-view.ts';

export type Volumes = ReadonlyMap<string, Volume>;

export function validateMounts(container: Container, volumes: Volumes, path: Path): FieldError[] {
  const devices = container.volumeDevices ?? [];
  const taken = new Set<string>();
  return (container.volumeMounts ?? []).flatMap((mount, index) => {
    const place = path.index(index);
    const { name = '', mountPath = '', subPath = '', subPathExpr = '' } = mount;
    const errors: FieldError[] = [];
    if (name === '') errors.push(field.required(place.child('name'), ''));
    if (!volumes.has(name)) errors.push(field.notFound(place.child('name'), name));
    if (mountPath === '') errors.push(field.required(place.child('mountPath'), ''));
    if (taken.has(mountPath)) errors.push(field.invalid(place.child('mountPath'), mountPath, 'must be unique'));
    taken.add(mountPath);
    if (devices.some((device) => device.name === name)) {
      errors.push(field.invalid(place.child('name'), name, 'must not already exist in volumeDevices'));
    }
    if (devices.some((device) => device.devicePath === mountPath)) {
      const text = 'must not already exist as a path in volumeDevices';
      errors.push(field.invalid(place.child('mountPath'), mountPath, text));
    }
    // Upstream names these without the index.
    if (subPath !== '') errors.push(...descendingPath(subPath, path.child('subPath')));
    if (subPathExpr !== '') {
      if (subPath !== '') {
        const text = 'subPathExpr and subPath are mutually exclusive';
        errors.push(field.invalid(place.child('subPathExpr'), subPathExpr, text));
      }
      errors.push(...descendingPath(subPathExpr, path.child('subPathExpr')));
    }
    return [...errors, ...validatePropagation(mount, container, path), ...validateRecursive(mount, path)];
  });
}

export function validateDevices(container: Container, volumes: Volumes, path: Path): FieldError[] {
  const mounts = container.volumeMounts ?? [];
  const names = new Set<string>();
  const paths = new Set<string>();
  return (container.volumeDevices ?? []).flatMap(({ name = '', devicePath = '' }, index) => {
    const place = path.index(index);
    const volume = volumes.get(name);
    const errors: FieldError[] = [];
    const onName = (text: string) => errors.push(field.invalid(place.child('name'), name, text));
    const onPath = (text: string) => errors.push(field.invalid(place.child('devicePath'), devicePath, text));
    if (name === '') errors.push(field.required(place.child('name'), ''));
    if (names.has(name)) onName('must be unique');
    if (volume && !volume.persistentVolumeClaim && !volume.ephemeral) {
      onName('can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode');
    }
    if (!volume) errors.push(field.notFound(place.child('name'), name));
    if (devicePath === '') errors.push(field.required(place.child('devicePath'), ''));
    if (paths.has(devicePath)) onPath('must be unique');
    if (pathWithoutBacksteps(devicePath, place).length > 0) onPath("can not contain backsteps ('..')");
    else paths.add(devicePath);
    if (mounts.some((mount) => mount.name === name)) onName('must not already exist in volumeMounts');
    if (mounts.some((mount) => mount.mountPath === devicePath)) {
      onPath('must not already exist as a path in volumeMounts');
    }
    if (name !== '') names.add(name);
    return errors;
  });
}

const propagations = ['Bidirectional', 'HostToContainer', 'None'];

function validatePropagation({ mountPropagation }: VolumeMount, container: Container, path: Path): FieldError[] {
  if (mountPropagation === undefined) return [];
  const place = path.child('mountPropagation');
  const errors = propagations.includes(mountPropagation)
    ? []
    : [field.notSupported(place, mountPropagation, propagations)];
  if (mountPropagation === 'Bidirectional' && !container.securityContext?.privileged) {
    const text = 'Bidirectional mount propagation is available only to privileged containers';
    errors.push(field.forbidden(place, text));
  }
  return errors;
}

function validateRecursive(mount: VolumeMount, path: Path): FieldError[] {
  const { recursiveReadOnly, mountPropagation = 'None' } = mount;
  const place = path.child('recursiveReadOnly');
  if (recursiveReadOnly === undefined || recursiveReadOnly === 'Disabled') return [];
  if (recursiveReadOnly !== 'Enabled' && recursiveReadOnly !== 'IfPossible') {
    return [field.notSupported(place, recursiveReadOnly, ['Disabled', 'Enabled', 'IfPossible'])];
  }
  return [
    ...(mount.readOnly ? [] : [field.forbidden(place, 'may only be specified when readOnly is true')]),
    ...(mountPropagation === 'None'
      ? []
      : [field.forbidden(place, 'may only be specified when mountPropagation is None or not specified')]),
  ];
}
