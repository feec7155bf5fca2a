/** Which writes a webhook or policy is about. Mirrors validateRuleWithOperations and validateMatchResources, v1.36. */
import * as field from '../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../api/field-error.ts';
import { validateLabelSelector } from '../../../../api/label-selector.ts';
import { pathSegmentNameRule } from '../../../../api/names.ts';
import { messages, oneOf } from '../checks.ts';
import type { MatchResources, NamedRule, RuleWithOperations } from './registration.ts';

const operations = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
const scopes = ['*', 'Cluster', 'Namespaced'];
export const matchPolicies = ['Equivalent', 'Exact'];
export const failurePolicies = ['Fail', 'Ignore'];

export function validateRule(rule: RuleWithOperations, path: Path): FieldError[] {
  const { operations: given = [], apiGroups = [], apiVersions = [], resources = [], scope } = rule;
  const operationsPath = path.child('operations');
  const groupsPath = path.child('apiGroups');
  const versionsPath = path.child('apiVersions');
  return [
    ...notEmpty(given, operationsPath),
    ...aloneIfWildcard(given, operationsPath, 'operations'),
    ...given.flatMap((operation, index) => oneOf(operation, operationsPath.index(index), operations)),
    ...notEmpty(apiGroups, groupsPath),
    ...aloneIfWildcard(apiGroups, groupsPath, 'API groups'),
    ...notEmpty(apiVersions, versionsPath),
    ...aloneIfWildcard(apiVersions, versionsPath, 'API versions'),
    ...apiVersions.flatMap((version, index) => (version === '' ? [field.required(versionsPath.index(index), '')] : [])),
    ...validateResources(resources, path.child('resources')),
    ...oneOf(scope, path.child('scope'), scopes),
  ];
}

/** An empty text is given, and is none of them. */
export function givenOneOf(value: string | undefined, path: Path, supported: readonly string[]): FieldError[] {
  return value === undefined ? [field.required(path, '')] : oneOf(value, path, supported);
}

/** Absent: all matches. */
export function validateMatchResources(resources: MatchResources | undefined, path: Path): FieldError[] {
  if (!resources) return [];
  const { matchPolicy, namespaceSelector, objectSelector, resourceRules = [], excludeResourceRules = [] } = resources;
  const selector = (given: MatchResources['objectSelector'], where: Path): FieldError[] =>
    given ? validateLabelSelector(given, where) : [field.required(where, '')];
  const rules = (given: readonly NamedRule[], where: Path): FieldError[] =>
    given.flatMap((rule, index) => validateNamedRule(rule, where.index(index)));
  return [
    ...givenOneOf(matchPolicy, path.child('matchPolicy'), matchPolicies),
    ...selector(namespaceSelector, path.child('namespaceSelector')),
    ...selector(objectSelector, path.child('objectSelector')),
    ...rules(resourceRules, path.child('resourceRules')),
    ...rules(excludeResourceRules, path.child('excludeResourceRules')),
  ];
}

function validateNamedRule(rule: NamedRule, path: Path): FieldError[] {
  const seen = new Set<string>();
  const names = (rule.resourceNames ?? []).flatMap((name, index) => {
    const where = path.child('resourceNames').index(index);
    const errors = messages(where, name, pathSegmentNameRule(name, false));
    if (seen.has(name)) errors.push(field.duplicate(where, name));
    seen.add(name);
    return errors;
  });
  return [...names, ...validateRule(rule, path)];
}

function notEmpty(list: readonly string[], path: Path): FieldError[] {
  return list.length === 0 ? [field.required(path, '')] : [];
}

function aloneIfWildcard(list: readonly string[], path: Path, what: string): FieldError[] {
  if (list.length < 2 || !list.includes('*')) return [];
  return [field.invalid(path, [...list], `if '*' is present, must not specify other ${what}`)];
}

function validateResources(resources: readonly string[], path: Path): FieldError[] {
  const errors = notEmpty(resources, path);
  const wholeResources = new Set<string>();
  const wholeSubresources = new Set<string>();
  // Only the last one without a subresource counts.
  let plain = false;
  for (const [index, name] of resources.entries()) {
    const where = path.index(index);
    if (name === '') {
      errors.push(field.required(where, ''));
      continue;
    }
    const slash = name.indexOf('/');
    if (slash < 0) {
      plain = name !== '*';
      continue;
    }
    const [resource, subresource] = [name.slice(0, slash), name.slice(slash + 1)];
    if (wholeResources.has(resource)) {
      errors.push(field.invalid(where, name, `if '${resource}/*' is present, must not specify ${name}`));
    }
    if (wholeSubresources.has(subresource)) {
      errors.push(field.invalid(where, name, `if '*/${subresource}' is present, must not specify ${name}`));
    }
    if (subresource === '*') wholeResources.add(resource);
    if (resource === '*') wholeSubresources.add(subresource);
  }
  if (resources.length > 1 && resources.includes('*/*')) {
    errors.push(field.invalid(path, [...resources], "if '*/*' is present, must not specify other resources"));
  }
  if (resources.includes('*') && plain) {
    const text = "if '*' is present, must not specify other resources without subresources";
    errors.push(field.invalid(path, [...resources], text));
  }
  return errors;
}
