/** Mirrors pkg/apis/rbac/validation, v1.36. */
import * as field from '../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../api/field-error.ts';
import { equalJson } from '../../../../api/json.ts';
import { validateLabelSelector, type LabelSelector } from '../../../../api/label-selector.ts';
import { pathSegmentNameRule, subdomainNameRule } from '../../../../api/names.ts';
import type { KubeObject, ObjectMeta } from '../../../../api/object.ts';
import { messages } from '../checks.ts';
import { jsonOf } from '../fields.ts';
import { viewAs } from '../view.ts';
import type { Binding, Subject } from './subjects.ts';

interface Rule {
  readonly verbs?: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

interface Role {
  readonly metadata: ObjectMeta;
  readonly rules?: readonly Rule[];
  readonly aggregationRule?: { readonly clusterRoleSelectors?: readonly LabelSelector[] };
}

const group = 'rbac.authorization.k8s.io';

export function validateRole(role: Readonly<KubeObject>): FieldError[] {
  const { rules = [] } = viewAs<Role>(role);
  return rules.flatMap((rule, index) => validateRule(rule, true, field.path('rules').index(index)));
}

export function validateClusterRole(role: Readonly<KubeObject>): FieldError[] {
  const { rules = [], aggregationRule } = viewAs<Role>(role);
  const errors = rules.flatMap((rule, index) => validateRule(rule, false, field.path('rules').index(index)));
  if (!aggregationRule) return errors;
  const path = field.path('aggregationRule', 'clusterRoleSelectors');
  const selectors = aggregationRule.clusterRoleSelectors ?? [];
  if (selectors.length === 0) {
    const text = 'at least one clusterRoleSelector required if aggregationRule is non-nil';
    errors.push(field.required(path, text));
  }
  return [...errors, ...selectors.flatMap((selector, index) => validateSelector(selector, path.index(index)))];
}

/** What is wrong in it, and that it can't be made a selector. */
function validateSelector(selector: LabelSelector, path: Path): FieldError[] {
  const errors = validateLabelSelector(selector, path);
  return errors.length === 0 ? [] : [...errors, field.invalid(path, null, 'invalid label selector.')];
}

/** `namespaced`: a RoleBinding, which may name a Role of its namespace. */
export function validateBinding(binding: Readonly<KubeObject>, namespaced: boolean): FieldError[] {
  const { roleRef, subjects = [] } = viewAs<Binding>(binding);
  const { apiGroup = '', kind = '', name = '' } = roleRef ?? {};
  const path = field.path('roleRef');
  const kinds = namespaced ? ['Role', 'ClusterRole'] : ['ClusterRole'];
  return [
    ...(apiGroup === group ? [] : [field.notSupported(path.child('apiGroup'), apiGroup, [group])]),
    ...(kinds.includes(kind) ? [] : [field.notSupported(path.child('kind'), kind, kinds)]),
    ...(name === ''
      ? [field.required(path.child('name'), '')]
      : messages(path.child('name'), name, pathSegmentNameRule(name, false))),
    ...subjects.flatMap((subject, index) => validateSubject(subject, namespaced, field.path('subjects').index(index))),
  ];
}

export function validateBindingUpdate(
  binding: Readonly<KubeObject>,
  old: Readonly<KubeObject>,
  namespaced: boolean,
): FieldError[] {
  const errors = validateBinding(binding, namespaced);
  if (equalJson(jsonOf(binding)['roleRef'], jsonOf(old)['roleRef'])) return errors;
  const { apiGroup = '', kind = '', name = '' } = viewAs<Binding>(binding).roleRef ?? {};
  // As upstream's internal struct is shown.
  const shown = { APIGroup: apiGroup, Kind: kind, Name: name };
  return [...errors, field.invalid('roleRef', shown, 'cannot change roleRef')];
}

function validateRule(rule: Rule, namespaced: boolean, path: Path): FieldError[] {
  const { verbs = [], apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  const errors: FieldError[] = [];
  if (verbs.length === 0) errors.push(field.required(path.child('verbs'), 'verbs must contain at least one value'));
  if (nonResourceURLs.length > 0) {
    const place = path.child('nonResourceURLs');
    const shown = [...nonResourceURLs];
    if (namespaced) {
      errors.push(field.invalid(place, shown, 'namespaced rules cannot apply to non-resource URLs'));
    }
    if (apiGroups.length + resources.length + resourceNames.length > 0) {
      const text = 'rules cannot apply to both regular resources and non-resource URLs';
      errors.push(field.invalid(place, shown, text));
    }
    return errors;
  }
  if (apiGroups.length === 0) {
    errors.push(field.required(path.child('apiGroups'), 'resource rules must supply at least one api group'));
  }
  if (resources.length === 0) {
    errors.push(field.required(path.child('resources'), 'resource rules must supply at least one resource'));
  }
  return errors;
}

function validateSubject(subject: Subject, namespaced: boolean, path: Path): FieldError[] {
  const { kind, apiGroup = '', name, namespace = '' } = subject;
  const groupPath = path.child('apiGroup');
  const errors = name === '' ? [field.required(path.child('name'), '')] : [];
  switch (kind) {
    case 'ServiceAccount':
      if (name !== '') errors.push(...messages(path.child('name'), name, subdomainNameRule(name, false)));
      if (apiGroup !== '') errors.push(field.notSupported(groupPath, apiGroup, ['']));
      if (!namespaced && namespace === '') errors.push(field.required(path.child('namespace'), ''));
      return errors;
    case 'User':
    case 'Group':
      if (apiGroup !== group) errors.push(field.notSupported(groupPath, apiGroup, [group]));
      return errors;
    default:
      return [...errors, field.notSupported(path.child('kind'), kind, ['ServiceAccount', 'User', 'Group'])];
  }
}
