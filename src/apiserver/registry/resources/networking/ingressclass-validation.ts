/** Mirrors ValidateIngressClass and its update, v1.36. */
import * as field from '../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../api/field-error.ts';
import { dns1123Subdomain, labelNameRule, pathSegmentNameRule } from '../../../../api/names.ts';
import type { KubeObject, ObjectMeta } from '../../../../api/object.ts';
import { immutable, messages, oneOf, subdomain } from '../checks.ts';
import { viewAs } from '../view.ts';

interface Parameters {
  readonly apiGroup?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly scope?: string;
  readonly namespace?: string;
}

interface IngressClass {
  readonly metadata: ObjectMeta;
  readonly spec?: { readonly controller?: string; readonly parameters?: Parameters };
}

const specPath = field.path('spec');
const controllerPath = specPath.child('controller');
const controllerBytesMax = 250;
const httpPath = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
const httpPathPattern = new RegExp(`^${httpPath}$`);

export function validateIngressClass(object: Readonly<KubeObject>): FieldError[] {
  const { controller = '', parameters } = viewAs<IngressClass>(object).spec ?? {};
  return [
    ...(Buffer.byteLength(controller) > controllerBytesMax ? [field.tooLong(controllerPath, controllerBytesMax)] : []),
    ...validateDomainPrefixedPath(controller, controllerPath),
    ...(parameters ? validateParameters(parameters, specPath.child('parameters')) : []),
  ];
}

export function validateIngressClassUpdate(object: Readonly<KubeObject>, old: Readonly<KubeObject>): FieldError[] {
  const controllerOf = (one: Readonly<KubeObject>) => viewAs<IngressClass>(one).spec?.controller ?? '';
  return [...immutable(controllerOf(object), controllerOf(old), controllerPath), ...validateIngressClass(object)];
}

/** Mirrors IsDomainPrefixedPath of apimachinery util/validation. */
function validateDomainPrefixedPath(value: string, path: Path): FieldError[] {
  if (value === '') return [field.required(path, '')];
  const slash = value.indexOf('/');
  const [host, rest] = [value.slice(0, slash), value.slice(slash + 1)];
  if (slash <= 0 || rest === '') {
    return [field.invalid(path, value, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  }
  const errors = messages(path, host, dns1123Subdomain(host));
  if (httpPathPattern.test(rest)) return errors;
  return [...errors, field.invalid(path, rest, `Invalid path (regex used for validation is '${httpPath}')`)];
}

function validateParameters(parameters: Parameters, path: Path): FieldError[] {
  const { apiGroup, kind = '', name = '', scope, namespace } = parameters;
  const namespacePath = path.child('namespace');
  const errors = [
    ...(apiGroup === undefined ? [] : subdomain(apiGroup, path.child('apiGroup'))),
    ...segment(kind, path.child('kind')),
    ...segment(name, path.child('name')),
  ];
  if (scope === undefined) return [...errors, field.required(path.child('scope'), '')];
  errors.push(...oneOf(scope, path.child('scope'), ['Cluster', 'Namespace']));
  if (scope === 'Cluster' && namespace !== undefined) {
    errors.push(field.forbidden(namespacePath, "`parameters.scope` is set to 'Cluster'"));
  }
  if (scope !== 'Namespace') return errors;
  if (namespace === undefined) {
    return [...errors, field.required(namespacePath, "`parameters.scope` is set to 'Namespace'")];
  }
  return [...errors, ...messages(namespacePath, namespace, labelNameRule(namespace, false))];
}

function segment(value: string, path: Path): FieldError[] {
  return value === '' ? [field.required(path, '')] : messages(path, value, pathSegmentNameRule(value, false));
}
