/** Mirrors ValidateStorageClass and its update, v1.36, but for allowed topologies. */
import * as field from '../../../../api/field-error.ts';
import type { FieldError } from '../../../../api/field-error.ts';
import type { KubeObject, ObjectMeta } from '../../../../api/object.ts';
import { immutable, oneOf, qualified } from '../checks.ts';
import { jsonOf } from '../fields.ts';
import { viewAs } from '../view.ts';

interface StorageClass {
  readonly metadata: ObjectMeta;
  readonly provisioner?: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly reclaimPolicy?: string;
  readonly volumeBindingMode?: string;
}

const parametersMax = 512;
const parametersBytesMax = 256 * 1024;

export function validateStorageClass(object: Readonly<KubeObject>): FieldError[] {
  const { provisioner = '', parameters = {}, reclaimPolicy, volumeBindingMode } = viewAs<StorageClass>(object);
  return [
    ...(provisioner === '' ? [field.required('provisioner', '')] : qualified(provisioner.toLowerCase(), 'provisioner')),
    ...validateParameters(parameters),
    ...(reclaimPolicy === '' ? [] : oneOf(reclaimPolicy, 'reclaimPolicy', ['Delete', 'Retain'])),
    ...(volumeBindingMode === undefined
      ? [field.required('volumeBindingMode', '')]
      : oneOf(volumeBindingMode, 'volumeBindingMode', ['Immediate', 'WaitForFirstConsumer'])),
  ];
}

export function validateStorageClassUpdate(object: Readonly<KubeObject>, old: Readonly<KubeObject>): FieldError[] {
  const same = (name: string) => immutable(jsonOf(object)[name], jsonOf(old)[name], name);
  return ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'].flatMap(same);
}

export function validateParameters(parameters: Readonly<Record<string, string>>): FieldError[] {
  const entries = Object.entries(parameters);
  if (entries.length > parametersMax) return [field.tooLong('parameters', parametersMax)];
  const bytes = entries.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0);
  return [
    ...entries.flatMap(([key]) => (key === '' ? [field.invalid('parameters', key, 'field can not be empty.')] : [])),
    ...(bytes > parametersBytesMax ? [field.tooLong('parameters', parametersBytesMax)] : []),
  ];
}
