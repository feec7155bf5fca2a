/** Mirrors pkg/apis/flowcontrol/validation, v1.36: flow schemas. */
import * as field from '../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../api/field-error.ts';
import { equalJson, type JsonObject, type JsonValue } from '../../../../api/json.ts';
import { objectAt, objectsAt, textAt } from '../../../../api/json-fields.ts';
import { dns1123Label, dns1123Subdomain } from '../../../../api/names.ts';
import type { KubeObject } from '../../../../api/object.ts';
import { messages, subdomain } from '../checks.ts';
import { jsonOf } from '../fields.ts';
import { flowSchemas } from './bootstrap-objects.ts';

const precedenceMax = 10_000;
const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch'];
const distinguishers = ['ByNamespace', 'ByUser'];
const subjectKinds = ['Group', 'ServiceAccount', 'User'];

export function validateFlowSchema(object: Readonly<KubeObject>): FieldError[] {
  const spec = objectAt(jsonOf(object), 'spec') ?? {};
  const path = field.path('spec');
  const name = object.metadata.name ?? '';
  const fixed = flowSchemas.find((one) => one.mandatory && one.name === name);
  return [
    ...specErrors(spec, name, path),
    ...(fixed && !equalJson(spec, fixed.spec)
      ? [field.invalid(path, spec, `spec of '${name}' must equal the fixed value`)]
      : []),
    ...validateFlowConditions(object),
  ];
}

/** Of flow schemas and of priority levels. */
export function validateFlowConditions(object: Readonly<KubeObject>): FieldError[] {
  const conditions = objectsAt(objectAt(jsonOf(object), 'status'), 'conditions');
  const types = conditions.map((condition) => textAt(condition, 'type'));
  return types.flatMap((type, index) => {
    const path = field.path('status', 'conditions').index(index).child('type');
    return [
      ...(types.indexOf(type) < index ? [field.duplicate(path, type)] : []),
      ...(type === '' ? [field.required(path, '')] : []),
    ];
  });
}

function specErrors(spec: JsonObject, name: string, path: Path): FieldError[] {
  const precedence = typeof spec['matchingPrecedence'] === 'number' ? spec['matchingPrecedence'] : 0;
  const precedencePath = path.child('matchingPrecedence');
  const wrong = (text: string): FieldError => field.invalid(precedencePath, precedence, text);
  const method = objectAt(spec, 'distinguisherMethod');
  const level = textAt(objectAt(spec, 'priorityLevelConfiguration'), 'name');
  const levelPath = path.child('priorityLevelConfiguration').child('name');
  return [
    ...(precedence <= 0 ? [wrong('must be a positive value')] : []),
    ...(precedence > precedenceMax ? [wrong(`must not be greater than ${precedenceMax}`)] : []),
    ...(precedence === 1 && name !== 'exempt'
      ? [wrong("only the schema named 'exempt' may have matchingPrecedence 1")]
      : []),
    ...(method && !distinguishers.includes(textAt(method, 'type'))
      ? [
          field.notSupported(
            path.child('distinguisherMethod').child('type'),
            { Type: textAt(method, 'type') },
            distinguishers,
          ),
        ]
      : []),
    ...(level === '' ? [field.required(levelPath, 'must reference a priority level')] : subdomain(level, levelPath)),
    ...objectsAt(spec, 'rules').flatMap((rule, index) => ruleErrors(rule, path.child('rules').index(index))),
  ];
}

function ruleErrors(rule: JsonObject, path: Path): FieldError[] {
  const subjects = objectsAt(rule, 'subjects');
  const resourceRules = objectsAt(rule, 'resourceRules');
  const otherRules = objectsAt(rule, 'nonResourceRules');
  return [
    ...(subjects.length === 0
      ? [field.required(path.child('subjects'), 'subjects must contain at least one value')]
      : []),
    ...subjects.flatMap((subject, index) => subjectErrors(subject, path.child('subjects').index(index))),
    ...(resourceRules.length === 0 && otherRules.length === 0
      ? [field.required(path, 'at least one of resourceRules and nonResourceRules has to be non-empty')]
      : []),
    ...resourceRules.flatMap((one, index) => resourceRuleErrors(one, path.child('resourceRules').index(index))),
    ...otherRules.flatMap((one, index) => otherRuleErrors(one, path.child('nonResourceRules').index(index))),
  ];
}

const subjectFields: Readonly<Record<string, string>> = {
  ServiceAccount: 'serviceAccount',
  User: 'user',
  Group: 'group',
};

function subjectErrors(subject: JsonObject, path: Path): FieldError[] {
  const kind = textAt(subject, 'kind');
  const own = Object.hasOwn(subjectFields, kind) ? subjectFields[kind] : undefined;
  if (own === undefined) return [field.notSupported(path.child('kind'), kind, subjectKinds)];
  const foreign = Object.entries(subjectFields).filter(([, name]) => name !== own && objectAt(subject, name));
  // In upstream's order: the account, the user, the group.
  return [
    ...ownSubjectErrors(objectAt(subject, own), own, kind, path.child(own)),
    ...foreign.map(([other, name]) =>
      field.forbidden(path.child(name), `${name} is forbidden when subject kind is not '${other}'`),
    ),
  ];
}

function ownSubjectErrors(subject: JsonObject | undefined, field_: string, kind: string, path: Path): FieldError[] {
  if (!subject) return [field.required(path, `${field_} is required when subject kind is '${kind}'`)];
  const name = textAt(subject, 'name');
  const missing = name === '' ? [field.required(path.child('name'), '')] : [];
  if (kind !== 'ServiceAccount') return missing;
  const namespace = textAt(subject, 'namespace');
  return [
    ...missing,
    ...(name === '' || name === '*' ? [] : messages(path.child('name'), name, dns1123Subdomain(name))),
    ...(namespace === ''
      ? [field.required(path.child('namespace'), 'must specify namespace for service account')]
      : messages(path.child('namespace'), namespace, dns1123Label(namespace))),
  ];
}

function textsAt(object: JsonObject, name: string): string[] {
  const value = object[name];
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

function verbErrors(rule: JsonObject, path: Path): FieldError[] {
  const given = textsAt(rule, 'verbs');
  if (given.length === 0) return [field.required(path, 'verbs must contain at least one value')];
  if (given.includes('*')) return wildcardErrors(given, path, 'verbs');
  // The value is a list: upstream shows it whole.
  return given.every((verb) => verbs.includes(verb)) ? [] : [field.notSupported(path, given, verbs)];
}

function wildcardErrors(given: readonly string[], path: Path, others: string): FieldError[] {
  const alone = !given.includes('*') || given.length === 1;
  return alone ? [] : [field.invalid(path, [...given], `if '*' is present, must not specify other ${others}`)];
}

function resourceRuleErrors(rule: JsonObject, path: Path): FieldError[] {
  const needed = (name: string, missing: string, others: string): FieldError[] => {
    const given = textsAt(rule, name);
    return given.length === 0
      ? [field.required(path.child(name), missing)]
      : wildcardErrors(given, path.child(name), others);
  };
  return [
    ...verbErrors(rule, path.child('verbs')),
    ...needed('apiGroups', 'resource rules must supply at least one api group', 'api groups'),
    ...needed('resources', 'resource rules must supply at least one resource', 'resources'),
    ...namespaceErrors(rule, path.child('namespaces')),
  ];
}

function namespaceErrors(rule: JsonObject, path: Path): FieldError[] {
  const given = textsAt(rule, 'namespaces');
  if (given.length === 0 && rule['clusterScope'] !== true) {
    return [field.required(path, 'resource rules that are not cluster scoped must supply at least one namespace')];
  }
  if (given.includes('*')) return wildcardErrors(given, path, 'namespaces');
  return given.flatMap((namespace, index) =>
    dns1123Label(namespace).map((text) =>
      field.invalid(path.index(index), namespace, `each member of this list must be '*' or a DNS-1123 label; ${text}`),
    ),
  );
}

function otherRuleErrors(rule: JsonObject, path: Path): FieldError[] {
  const urls = textsAt(rule, 'nonResourceURLs');
  const urlsPath = path.child('nonResourceURLs');
  const errors = urls.includes('*')
    ? wildcardErrors(urls, urlsPath, 'non-resource URLs')
    : urls.flatMap((url, index) => urlErrors(url, urlsPath.index(index)));
  return [
    ...verbErrors(rule, path.child('verbs')),
    ...(urls.length === 0 ? [field.required(urlsPath, 'nonResourceURLs must contain at least one value')] : errors),
  ];
}

function urlErrors(url: JsonValue & string, path: Path): FieldError[] {
  const wrong = (text: string): FieldError[] => [field.invalid(path, url, text)];
  if (url === '') return wrong('must not be empty');
  if (url === '/') return [];
  if (!url.startsWith('/')) return wrong('must start with slash');
  if (url.includes(' ')) return wrong('must not contain white-space');
  if (url.includes('//')) return wrong('must not contain double slash');
  const wildcards = url.split('*').length - 1;
  return wildcards > 1 || (wildcards === 1 && !url.endsWith('/*')) ? wrong('wildcard can only do suffix matching') : [];
}
