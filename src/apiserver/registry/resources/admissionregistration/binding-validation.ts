/** Mirrors ValidateValidatingAdmissionPolicyBinding and ValidateMutatingAdmissionPolicyBinding, v1.36. */
import * as field from '../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../api/field-error.ts';
import { validateLabelSelector } from '../../../../api/label-selector.ts';
import { pathSegmentNameRule, subdomainNameRule } from '../../../../api/names.ts';
import type { KubeObject } from '../../../../api/object.ts';
import { messages, oneOf } from '../checks.ts';
import { viewAs } from '../view.ts';
import { validateMutatedOperations } from './policy-validation.ts';
import type { BindingSpec, ParamRef, Registered } from './registration.ts';
import { validateMatchResources } from './rule-validation.ts';

const specPath = field.path('spec');
const actions = ['Audit', 'Deny', 'Warn'];
const exclusive = 'name and selector are mutually exclusive';

export function validateValidatingBinding(object: Readonly<KubeObject>): FieldError[] {
  const spec = viewAs<Registered<BindingSpec>>(object).spec ?? {};
  return [...validateSpec(spec), ...validateActions(spec.validationActions ?? [], specPath.child('validationActions'))];
}

export function validateMutatingBinding(object: Readonly<KubeObject>): FieldError[] {
  const spec = viewAs<Registered<BindingSpec>>(object).spec ?? {};
  const operationsPath = specPath.child('matchResources', 'resourceRules', 'operations');
  return [...validateSpec(spec), ...validateMutatedOperations(spec.matchResources, operationsPath)];
}

function validateSpec({ policyName = '', paramRef, matchResources }: BindingSpec): FieldError[] {
  const namePath = specPath.child('policyName');
  return [
    ...(policyName === ''
      ? [field.required(namePath, '')]
      : messages(namePath, policyName, subdomainNameRule(policyName, false))),
    ...(paramRef ? validateParamRef(paramRef, specPath.child('paramRef')) : []),
    ...validateMatchResources(matchResources, specPath.child('matchResources')),
  ];
}

function validateParamRef(
  { name = '', selector, parameterNotFoundAction: action }: ParamRef,
  path: Path,
): FieldError[] {
  const errors: FieldError[] = [];
  const actionPath = path.child('parameterNotFoundAction');
  if (name !== '') {
    errors.push(...messages(path.child('name'), name, pathSegmentNameRule(name, false)));
    if (selector) errors.push(field.forbidden(path.child('name'), exclusive));
  }
  if (selector) {
    errors.push(...validateLabelSelector(selector, path.child('selector')));
    if (name !== '') errors.push(field.forbidden(path.child('selector'), exclusive));
  }
  if (name === '' && !selector) errors.push(field.required(path, 'one of name or selector must be specified'));
  errors.push(...(action ? oneOf(action, actionPath, ['Deny', 'Allow']) : [field.required(actionPath, '')]));
  return errors;
}

function validateActions(given: readonly string[], path: Path): FieldError[] {
  const seen = new Set<string>();
  const errors = given.flatMap((action, index) => {
    const found = oneOf(action, path.index(index), actions);
    if (seen.has(action)) found.push(field.duplicate(path.index(index), action));
    seen.add(action);
    return found;
  });
  if (seen.has('Deny') && seen.has('Warn')) {
    const text =
      'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)';
    errors.push(field.invalid(path, [...given], text));
  }
  if (seen.size === 0) errors.push(field.required(path, 'at least one validation action is required'));
  return errors;
}
