/** Paths in volumes. Mirrors validatePathNoBacksteps, validateLocalDescendingPath, ValidateLocalNonReservedPath. */
import * as field from '../../../../../api/field-error.ts';
import type { FieldError, FieldPath } from '../../../../../api/field-error.ts';

export function pathWithoutBacksteps(value: string, path: FieldPath): FieldError[] {
  return value.split('/').includes('..') ? [field.invalid(path, value, "must not contain '..'")] : [];
}

export function descendingPath(value: string, path: FieldPath): FieldError[] {
  const absolute = value.startsWith('/') ? [field.invalid(path, value, 'must be a relative path')] : [];
  return [...absolute, ...pathWithoutBacksteps(value, path)];
}

/** Names that start with two dots are the kubelet's. */
export function unreservedPath(value: string, path: FieldPath): FieldError[] {
  const reserved = value.startsWith('..') && !value.startsWith('../');
  return [
    ...descendingPath(value, path),
    ...(reserved ? [field.invalid(path, value, "must not start with '..'")] : []),
  ];
}
