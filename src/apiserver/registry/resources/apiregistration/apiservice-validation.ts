/** Mirrors kube-aggregator apis/apiregistration/validation, v1.36. */
import * as field from '../../../../api/field-error.ts';
import type { FieldError } from '../../../../api/field-error.ts';
import { goQuote } from '../../../../api/go-text.ts';
import { dns1035Label, pathSegmentNameRule, portNumber } from '../../../../api/names.ts';
import type { KubeObject } from '../../../../api/object.ts';
import { apiServiceName, type ApiService, type ServiceReference } from '../../../aggregation/api-service.ts';
import { messages, required, subdomain } from '../checks.ts';
import { viewAs } from '../view.ts';

const groupPriorityMax = 20_000;
const versionPriorityMax = 1000;
const conditionStatuses: readonly string[] = ['True', 'False', 'Unknown'];

export function validateApiService(object: Readonly<KubeObject>): FieldError[] {
  const { metadata, spec = {} } = viewAs<ApiService>(object);
  const { group = '', version = '', groupPriorityMinimum, versionPriority, service, caBundle = '' } = spec;
  const insecure = spec.insecureSkipTLSVerify ?? false;
  const errors: FieldError[] = [];
  const name = apiServiceName({ group, version });
  // What no name may be is said already.
  if (metadata.name !== name && pathSegmentNameRule(metadata.name ?? '', false).length === 0) {
    const detail = `must be \`spec.version+"."+spec.group\`: ${goQuote(name)}`;
    errors.push(field.invalid('metadata.name', metadata.name ?? '', detail));
  }
  if (group === '' && version !== 'v1') {
    errors.push(field.required('spec.group', 'only v1 may have an empty group and it better be legacy kube'));
  }
  if (group !== '') errors.push(...subdomain(group, 'spec.group'));
  errors.push(
    ...messages('spec.version', version, dns1035Label(version)),
    ...priority(groupPriorityMinimum, groupPriorityMax, 'spec.groupPriorityMinimum'),
    ...priority(versionPriority, versionPriorityMax, 'spec.versionPriority'),
  );
  if (service) {
    errors.push(...validateService(service));
    if (insecure && caBundle !== '') {
      errors.push(field.invalid('spec.insecureSkipTLSVerify', insecure, 'may not be true if caBundle is present'));
    }
    return errors;
  }
  if (caBundle !== '') {
    const bytes = Buffer.from(caBundle, 'base64').length;
    errors.push(field.invalid('spec.caBundle', `${bytes} bytes`, 'local APIServices may not have a caBundle'));
  }
  if (insecure) {
    const detail = 'local APIServices may not have insecureSkipTLSVerify';
    errors.push(field.invalid('spec.insecureSkipTLSVerify', insecure, detail));
  }
  return errors;
}

export function validateApiServiceStatus(object: Readonly<KubeObject>): FieldError[] {
  const conditions = viewAs<ApiService>(object).status?.conditions ?? [];
  return conditions.flatMap(({ status }, index) =>
    conditionStatuses.includes(status)
      ? []
      : [field.notSupported(`status.conditions[${index}].status`, status, conditionStatuses)],
  );
}

function validateService({ namespace, name, port = 0 }: ServiceReference): FieldError[] {
  const problems = portNumber(port);
  return [
    ...required(namespace, 'spec.service.namespace'),
    ...required(name, 'spec.service.name'),
    ...(problems.length > 0
      ? [field.invalid('spec.service.port', port, `port is not valid: ${problems.join(', ')}`)]
      : []),
  ];
}

function priority(value: number | undefined, max: number, path: string): FieldError[] {
  const given = value ?? 0;
  return given > 0 && given <= max ? [] : [field.invalid(path, given, `must be positive and less than ${max}`)];
}
