/** Mirrors ValidateVolumeAttributesClass and its update, v1.36. */
import * as field from '../../../../api/field-error.ts';
import type { FieldError } from '../../../../api/field-error.ts';
import { equalJson } from '../../../../api/json.ts';
import type { KubeObject, ObjectMeta } from '../../../../api/object.ts';
import { qualified } from '../checks.ts';
import { jsonOf } from '../fields.ts';
import { viewAs } from '../view.ts';
import { validateParameters } from './storageclass-validation.ts';

interface VolumeAttributesClass {
  readonly metadata: ObjectMeta;
  readonly driverName?: string;
  readonly parameters?: Readonly<Record<string, string>>;
}

export function validateVolumeAttributesClass(object: Readonly<KubeObject>): FieldError[] {
  const { driverName = '', parameters = {} } = viewAs<VolumeAttributesClass>(object);
  const none = Object.keys(parameters).length === 0;
  return [
    ...(driverName === '' ? [field.required('driverName', '')] : qualified(driverName.toLowerCase(), 'driverName')),
    ...validateParameters(parameters),
    ...(none ? [field.required('parameters', 'must contain at least one key/value pair')] : []),
  ];
}

export function validateVolumeAttributesClassUpdate(
  object: Readonly<KubeObject>,
  old: Readonly<KubeObject>,
): FieldError[] {
  const changed = ['driverName', 'parameters'].filter((name) => !equalJson(jsonOf(object)[name], jsonOf(old)[name]));
  return [
    ...changed.map((name) => field.forbidden(name, `updates to ${name} are forbidden.`)),
    ...validateVolumeAttributesClass(object),
  ];
}
