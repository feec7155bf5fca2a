/** Mirrors ValidatePersistentVolumeClaimSpec, v1.36. */
import * as field from '../../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../../api/field-error.ts';
import { validateLabelSelector } from '../../../../../api/label-selector.ts';
import { labelNameRule, subdomainNameRule } from '../../../../../api/names.ts';
import { messages, oneOf, positiveQuantity, required, subdomain } from '../../checks.ts';
import type { ClaimSpec, DataSource } from './pod-spec-view.ts';

const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

export function validateAccessModes(modes: readonly string[], path: Path): FieldError[] {
  const alone = modes.includes('ReadWriteOncePod');
  const others = modes.some((mode) => mode !== 'ReadWriteOncePod' && accessModes.includes(mode));
  return [
    ...modes.flatMap((mode) => oneOf(mode, path, accessModes)),
    ...(alone && others ? [field.forbidden(path, 'may not use ReadWriteOncePod with other access modes')] : []),
  ];
}

export function validateClaimSpec(spec: ClaimSpec, path: Path): FieldError[] {
  const { accessModes: modes = [], storageClassName = '', volumeAttributesClassName = '' } = spec;
  const storagePath = path.child('resources').key('storage');
  const storage = spec.resources?.requests?.['storage'];
  return [
    ...(modes.length === 0 ? [field.required(path.child('accessModes'), 'at least 1 access mode is required')] : []),
    ...(spec.selector ? validateLabelSelector(spec.selector, path.child('selector')) : []),
    ...validateAccessModes(modes, path.child('accessModes')),
    ...(storage === undefined ? [field.required(storagePath, '')] : positiveQuantity(storage, storagePath)),
    ...className(storageClassName, path.child('storageClassName')),
    ...oneOf(spec.volumeMode, path.child('volumeMode'), ['Block', 'Filesystem']),
    ...validateDataSource(spec.dataSource, path.child('dataSource')),
    ...validateDataSource(spec.dataSourceRef, path.child('dataSourceRef')),
    ...validateBothSources(spec, path),
    ...className(volumeAttributesClassName, path.child('volumeAttributesClassName')),
  ];
}

function className(name: string, path: Path): FieldError[] {
  return name === '' ? [] : messages(path, name, subdomainNameRule(name, false));
}

function validateDataSource(source: DataSource | undefined, path: Path): FieldError[] {
  if (!source) return [];
  const { apiGroup = '', kind = '', name, namespace = '' } = source;
  const text = "must be 'PersistentVolumeClaim' when referencing the default apiGroup";
  return [
    ...required(name, path.child('name')),
    ...required(kind, path.child('kind')),
    ...(apiGroup === '' && kind !== 'PersistentVolumeClaim' ? [field.invalid(path, kind, text)] : []),
    ...(apiGroup === '' ? [] : subdomain(apiGroup, path.child('apiGroup'))),
    ...(namespace === '' ? [] : messages(path.child('namespace'), namespace, labelNameRule(namespace, false))),
  ];
}

function validateBothSources({ dataSource, dataSourceRef }: ClaimSpec, path: Path): FieldError[] {
  if (!dataSource || !dataSourceRef) return [];
  // The value that upstream shows is a path, which has no fields of JSON.
  const fail = (text: string) => [field.invalid(path, {}, text)];
  if (dataSourceRef.namespace) return fail('may not be specified when dataSourceRef.namespace is specified');
  const same =
    dataSource.apiGroup === dataSourceRef.apiGroup &&
    dataSource.kind === dataSourceRef.kind &&
    dataSource.name === dataSourceRef.name;
  return same ? [] : fail('must match dataSourceRef');
}
