/** Environment variables. Mirrors ValidateEnv and ValidateEnvFrom, v1.36. */
import * as field from '../../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../../api/field-error.ts';
import { configMapKeyRule, relaxedEnvVarName, subdomainNameRule } from '../../../../../api/names.ts';
import { label, messages } from '../../checks.ts';
import { validateFieldRef, validateResourceFieldRef } from './field-references.ts';
import { pathWithoutBacksteps } from './file-paths.ts';
import type { EnvFrom, EnvVar, FileKeyRef, KeyRef } from './pod-spec-view.ts';

const podFields = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];

export function validateEnv(variables: readonly EnvVar[], path: Path): FieldError[] {
  return variables.flatMap((variable, index) => {
    const { name = '' } = variable;
    const namePath = path.index(index).child('name');
    return [
      ...(name === '' ? [field.required(namePath, '')] : messages(namePath, name, relaxedEnvVarName(name))),
      ...validateValueFrom(variable, path.index(index).child('valueFrom')),
    ];
  });
}

export function validateEnvFrom(sources: readonly EnvFrom[], path: Path): FieldError[] {
  return sources.flatMap(({ prefix = '', configMapRef, secretRef }, index) => {
    const place = path.index(index);
    const errors = prefix === '' ? [] : messages(place.child('prefix'), prefix, relaxedEnvVarName(prefix));
    if (configMapRef) errors.push(...validateSourceName(configMapRef, place.child('configMapRef')));
    if (secretRef) errors.push(...validateSourceName(secretRef, place.child('secretRef')));
    if (!configMapRef && !secretRef) {
      errors.push(field.invalid(path, '', 'must specify one of: `configMapRef` or `secretRef`'));
    } else if (configMapRef && secretRef) {
      errors.push(field.invalid(path, '', 'may not have more than one field specified at a time'));
    }
    return errors;
  });
}

function validateSourceName({ name = '' }: { readonly name?: string }, path: Path): FieldError[] {
  if (name === '') return [field.required(path.child('name'), '')];
  return messages(path.child('name'), name, subdomainNameRule(name, true));
}

function validateValueFrom({ value = '', valueFrom }: EnvVar, path: Path): FieldError[] {
  if (!valueFrom) return [];
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = valueFrom;
  const errors: FieldError[] = [];
  if (fieldRef) errors.push(...validateFieldRef(fieldRef, podFields, path.child('fieldRef')));
  if (resourceFieldRef) {
    errors.push(...validateResourceFieldRef(resourceFieldRef, false, path.child('resourceFieldRef')));
  }
  if (configMapKeyRef) errors.push(...validateKeyRef(configMapKeyRef, path.child('configMapKeyRef')));
  if (secretKeyRef) errors.push(...validateKeyRef(secretKeyRef, path.child('secretKeyRef')));
  if (fileKeyRef) errors.push(...validateFileKeyRef(fileKeyRef, path.child('fileKeyRef')));
  const sources = [fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef].filter(Boolean).length;
  if (sources === 0) {
    const text =
      'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`';
    errors.push(field.invalid(path, '', text));
  } else if (value !== '') {
    errors.push(field.invalid(path, '', 'may not be specified when `value` is not empty'));
  } else if (sources > 1) {
    errors.push(field.invalid(path, '', 'may not have more than one field specified at a time'));
  }
  return errors;
}

function validateKeyRef({ name = '', key = '' }: KeyRef, path: Path): FieldError[] {
  return [
    ...messages(path.child('name'), name, subdomainNameRule(name, false)),
    ...(key === '' ? [field.required(path.child('key'), '')] : messages(path.child('key'), key, configMapKeyRule(key))),
  ];
}

function validateFileKeyRef({ key = '', volumeName = '', path: file = '' }: FileKeyRef, path: Path): FieldError[] {
  return [
    ...(key === ''
      ? [field.required(path.child('key'), '')]
      : messages(path.child('key'), key, relaxedEnvVarName(key))),
    ...(volumeName === ''
      ? [field.required(path.child('volumeName'), '')]
      : label(volumeName, path.child('volumeName'))),
    ...(file === '' ? [field.required(path.child('path'), '')] : pathWithoutBacksteps(file, path.child('path'))),
  ];
}
