/** Files that volumes are made of. Mirrors validateKeyToPath and validateDownwardAPIVolumeFile, v1.36. */
import * as field from '../../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../../api/field-error.ts';
import { fileMode, required } from '../../checks.ts';
import { validateFieldRef, validateResourceFieldRef } from './field-references.ts';
import { unreservedPath } from './file-paths.ts';
import type { DownwardFile, KeyToPath } from './pod-spec-view.ts';

export function validateKeyToPath({ key, path: file = '', mode }: KeyToPath, path: Path): FieldError[] {
  return [
    ...required(key, path.child('key')),
    ...required(file, path.child('path')),
    ...unreservedPath(file, path.child('path')),
    ...fileMode(mode, path.child('mode')),
  ];
}

const downwardFields = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
];

export function validateDownwardFile(file: DownwardFile, path: Path): FieldError[] {
  const { path: name = '', fieldRef, resourceFieldRef, mode } = file;
  const errors = [...required(name, path.child('path')), ...unreservedPath(name, path.child('path'))];
  if (fieldRef) {
    errors.push(...validateFieldRef(fieldRef, downwardFields, path.child('fieldRef')));
    if (resourceFieldRef) {
      const text = 'fieldRef and resourceFieldRef can not be specified simultaneously';
      errors.push(field.invalid(path, 'resource', text));
    }
  } else if (resourceFieldRef) {
    errors.push(...validateResourceFieldRef(resourceFieldRef, true, path.child('resourceFieldRef')));
  } else errors.push(field.required(path, 'one of fieldRef and resourceFieldRef is required'));
  return [...errors, ...fileMode(mode, path.child('mode'))];
}
