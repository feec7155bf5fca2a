/** References to fields of the pod and of its containers' resources, in variables and files. */
import * as field from '../../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../../api/field-error.ts';
import { parseQuantity, quantityValue } from '../../../../../api/quantity.ts';
import { qualified } from '../../checks.ts';
import type { FieldRef, ResourceFieldRef } from './pod-spec-view.ts';

const knownFields = new Set([
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.restartPolicy',
  'spec.serviceAccountName',
  'spec.schedulerName',
  'status.phase',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
]);

const resources = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
];
const hugePages = ['limits.hugepages-', 'requests.hugepages-'];
const byteDivisors = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'];

/** `supported`: sorted. Mirrors validateObjectFieldSelector. */
export function validateFieldRef(ref: FieldRef, supported: readonly string[], path: Path): FieldError[] {
  const { apiVersion = '', fieldPath = '' } = ref;
  if (apiVersion === '') return [field.required(path.child('apiVersion'), '')];
  if (fieldPath === '') return [field.required(path.child('fieldPath'), '')];
  const fail = (text: string) => [
    field.invalid(path.child('fieldPath'), fieldPath, `error converting fieldPath: ${text}`),
  ];
  if (apiVersion !== 'v1') return fail(`unsupported pod version: ${apiVersion}`);
  const subscript = fieldPath.endsWith("']") ? fieldPath.slice(0, -2).indexOf("['") : -1;
  if (subscript > 0) {
    const parent = fieldPath.slice(0, subscript);
    const key = fieldPath.slice(subscript + 2, -2);
    if (parent === 'metadata.annotations') return qualified(key.toLowerCase(), path);
    if (parent === 'metadata.labels') return qualified(key, path);
    return fail(`field label does not support subscript: ${fieldPath}`);
  }
  const name = fieldPath === 'spec.host' ? 'spec.nodeName' : fieldPath;
  if (!knownFields.has(name)) return fail(`field label not supported: ${fieldPath}`);
  return supported.includes(name) ? [] : [field.notSupported(path.child('fieldPath'), name, supported)];
}

/** `inVolume`: the container is to be named. Mirrors validateContainerResourceFieldSelector. */
export function validateResourceFieldRef(ref: ResourceFieldRef, inVolume: boolean, path: Path): FieldError[] {
  const { containerName = '', resource = '' } = ref;
  const errors: FieldError[] = [];
  if (inVolume && containerName === '') errors.push(field.required(path.child('containerName'), ''));
  else if (resource === '') errors.push(field.required(path.child('resource'), ''));
  else if (!resources.includes(resource) && !hugePages.some((prefix) => resource.startsWith(prefix))) {
    errors.push(field.notSupported(path.child('resource'), resource, resources));
  }
  return [...errors, ...validateDivisor(ref, path)];
}

function validateDivisor({ resource = '', divisor = '0' }: ResourceFieldRef, path: Path): FieldError[] {
  if (quantityValue(parseQuantity(divisor)) === 0n) return [];
  const kind = resource.split('.')[1] ?? '';
  const fail = (text: string) => [field.invalid(path.child('divisor'), resource, text)];
  if (kind === 'cpu') {
    return ['1m', '1'].includes(divisor)
      ? []
      : fail("only divisor's values 1m and 1 are supported with the cpu resource");
  }
  const name = kind.startsWith('hugepages-')
    ? 'hugepages'
    : { memory: 'memory', 'ephemeral-storage': 'local ephemeral storage' }[kind];
  if (name === undefined || byteDivisors.includes(divisor)) return [];
  return fail(`only divisor's values ${byteDivisors.join(', ')} are supported with the ${name} resource`);
}
