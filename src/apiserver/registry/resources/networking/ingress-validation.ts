/** Mirrors ValidateIngressCreate and ValidateIngressUpdate, v1.36. */
import { isIP } from 'node:net';
import * as field from '../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../api/field-error.ts';
import {
  dns1123Subdomain,
  labelNameRule,
  pathSegmentNameRule,
  portName,
  portNumber,
  subdomainNameRule,
  wildcardDns1123Subdomain,
} from '../../../../api/names.ts';
import type { KubeObject, ObjectMeta } from '../../../../api/object.ts';
import { messages, subdomain } from '../checks.ts';
import { viewAs } from '../view.ts';

interface Backend {
  readonly service?: {
    readonly name?: string;
    readonly port?: { readonly name?: string; readonly number?: number };
  };
  readonly resource?: { readonly apiGroup?: string; readonly kind?: string; readonly name?: string };
}

interface HttpPath {
  readonly path?: string;
  readonly pathType?: string;
  readonly backend?: Backend;
}

interface Rule {
  readonly host?: string;
  readonly http?: { readonly paths?: readonly HttpPath[] };
}

interface Ingress {
  readonly metadata: ObjectMeta;
  readonly spec?: {
    readonly ingressClassName?: string;
    readonly defaultBackend?: Backend;
    readonly rules?: readonly Rule[];
    readonly tls?: readonly { readonly hosts?: readonly string[]; readonly secretName?: string }[];
  };
}

const specPath = field.path('spec');
const classAnnotation = 'kubernetes.io/ingress.class';

export function validateIngress(ingress: Readonly<KubeObject>): FieldError[] {
  const { metadata, spec = {} } = viewAs<Ingress>(ingress);
  const errors = validateIngressUpdate(ingress);
  const annotation = metadata.annotations?.[classAnnotation];
  if (annotation === undefined || spec.ingressClassName === undefined || annotation === spec.ingressClassName) {
    return errors;
  }
  const path = field.path('annotations').child(classAnnotation);
  const text = 'must match `ingressClassName` when both are specified';
  return [...errors, field.invalid(path, annotation, text)];
}

export function validateIngressUpdate(ingress: Readonly<KubeObject>): FieldError[] {
  const { defaultBackend, rules = [], tls = [], ingressClassName } = viewAs<Ingress>(ingress).spec ?? {};
  const errors: FieldError[] = [];
  if (rules.length === 0 && !defaultBackend) {
    errors.push(field.invalid(specPath, null, 'either `defaultBackend` or `rules` must be specified'));
  }
  if (defaultBackend) errors.push(...validateBackend(defaultBackend, specPath.child('defaultBackend')));
  errors.push(...rules.flatMap((rule, index) => validateRule(rule, specPath.child('rules').index(index))));
  for (const [index, { hosts = [], secretName = '' }] of tls.entries()) {
    const place = specPath.child('tls').index(index);
    errors.push(...hosts.flatMap((host, at) => validateHost(host, place.child('hosts').index(at))));
    const texts = secretName === '' ? [] : subdomainNameRule(secretName, false);
    errors.push(...messages(place.child('secretName'), secretName, texts));
  }
  if (ingressClassName === undefined) return errors;
  const texts = subdomainNameRule(ingressClassName, false);
  return [...errors, ...messages(specPath.child('ingressClassName'), ingressClassName, texts)];
}

function validateHost(host: string, path: Path): FieldError[] {
  return messages(path, host, host.includes('*') ? wildcardDns1123Subdomain(host) : dns1123Subdomain(host));
}

function validateRule({ host = '', http }: Rule, path: Path): FieldError[] {
  const errors: FieldError[] = [];
  if (host !== '') {
    const place = path.child('host');
    if (isIP(host) !== 0) errors.push(field.invalid(place, host, 'must be a DNS name, not an IP address'));
    errors.push(...validateHost(host, place));
  }
  if (!http) return errors;
  const { paths = [] } = http;
  const place = path.child('http', 'paths');
  if (paths.length === 0) errors.push(field.required(place, ''));
  return [...errors, ...paths.flatMap((one, index) => validatePath(one, place.index(index)))];
}

const badSequences = ['//', '/./', '/../', '%2f', '%2F'];
const badEndings = ['/..', '/.'];

function validatePath({ path: url = '', pathType, backend = {} }: HttpPath, path: Path): FieldError[] {
  if (pathType === undefined) return [field.required(path.child('pathType'), 'pathType must be specified')];
  const place = path.child('path');
  const fail = (text: string) => field.invalid(place, url, text);
  const errors: FieldError[] = [];
  if (pathType === 'Exact' || pathType === 'Prefix') {
    if (!url.startsWith('/')) errors.push(fail('must be an absolute path'));
    errors.push(...badSequences.filter((one) => url.includes(one)).map((one) => fail(`must not contain '${one}'`)));
    errors.push(...badEndings.filter((one) => url.endsWith(one)).map((one) => fail(`cannot end with '${one}'`)));
  } else if (pathType === 'ImplementationSpecific') {
    if (url !== '' && !url.startsWith('/')) errors.push(fail('must be an absolute path'));
  } else {
    const supported = ['Exact', 'ImplementationSpecific', 'Prefix'];
    errors.push(field.notSupported(path.child('pathType'), pathType, supported));
  }
  return [...errors, ...validateBackend(backend, path.child('backend'))];
}

function validateBackend({ service, resource }: Backend, path: Path): FieldError[] {
  if (service && resource) return [field.invalid(path, '', 'cannot set both resource and service backends')];
  if (resource) return validateReference(resource, path.child('resource'));
  if (!service) return [field.invalid(path, '', 'resource or service backend is required')];
  const { name = '', port = {} } = service;
  const { name: named = '', number = 0 } = port;
  const place = path.child('service', 'port');
  const namePath = path.child('service', 'name');
  const errors = name === '' ? [field.required(namePath, '')] : messages(namePath, name, labelNameRule(name, false));
  if (named !== '' && number !== 0) errors.push(field.invalid(path, '', 'cannot set both port name & port number'));
  else if (named !== '') errors.push(...messages(place.child('name'), named, portName(named)));
  else if (number !== 0) errors.push(...messages(place.child('number'), number, portNumber(number)));
  else errors.push(field.required(path, 'port name or number is required'));
  return errors;
}

function validateReference(reference: NonNullable<Backend['resource']>, path: Path): FieldError[] {
  const { apiGroup, kind = '', name = '' } = reference;
  const segment = (value: string, place: Path) =>
    value === '' ? [field.required(place, '')] : messages(place, value, pathSegmentNameRule(value, false));
  return [
    ...(apiGroup === undefined ? [] : subdomain(apiGroup, path.child('apiGroup'))),
    ...segment(kind, path.child('kind')),
    ...segment(name, path.child('name')),
  ];
}
