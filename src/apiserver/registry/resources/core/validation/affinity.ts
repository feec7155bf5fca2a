/** Mirrors validateAffinity and ValidateNodeSelector, v1.36. */
import * as field from '../../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../../api/field-error.ts';
import { validateLabelSelector } from '../../../../../api/label-selector.ts';
import { labelNameRule, labelValueRule, subdomainNameRule } from '../../../../../api/names.ts';
import { messages, qualified } from '../../checks.ts';
import { validateLabelKeys } from './label-keys.ts';
import type {
  Affinity,
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodAffinity,
  PodAffinityTerm,
} from './pod-spec-view.ts';

const required = 'requiredDuringSchedulingIgnoredDuringExecution';
const preferred = 'preferredDuringSchedulingIgnoredDuringExecution';
const weightText = 'must be in the range 1-100';

export function validateAffinity({ nodeAffinity, podAffinity, podAntiAffinity }: Affinity, path: Path): FieldError[] {
  return [
    ...(nodeAffinity ? validateNodeAffinity(nodeAffinity, path.child('nodeAffinity')) : []),
    ...(podAffinity ? validatePodAffinity(podAffinity, path.child('podAffinity')) : []),
    ...(podAntiAffinity ? validatePodAffinity(podAntiAffinity, path.child('podAntiAffinity')) : []),
  ];
}

export function validateNodeSelector({ nodeSelectorTerms = [] }: NodeSelector, path: Path): FieldError[] {
  const place = path.child('nodeSelectorTerms');
  if (nodeSelectorTerms.length === 0) return [field.required(place, 'must have at least one node selector term')];
  return nodeSelectorTerms.flatMap((term, index) => validateTerm(term, true, place.index(index)));
}

function validateNodeAffinity(affinity: NonNullable<Affinity['nodeAffinity']>, path: Path): FieldError[] {
  const needed = affinity[required];
  return [
    ...(needed ? validateNodeSelector(needed, path.child(required)) : []),
    ...(affinity[preferred] ?? []).flatMap(({ weight = 0, preference = {} }, index) => {
      const place = path.child(preferred).index(index);
      return [...validateWeight(weight, place), ...validateTerm(preference, false, place.child('preference'))];
    }),
  ];
}

/** `strict`: values must be values of labels. */
function validateTerm({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm, strict: boolean, path: Path) {
  return [
    ...matchExpressions.flatMap((one, index) =>
      validateExpression(one, strict, path.child('matchExpressions').index(index)),
    ),
    ...matchFields.flatMap((one, index) => validateFieldExpression(one, path.child('matchFields').index(index))),
  ];
}

function validateExpression(expression: NodeSelectorRequirement, strict: boolean, path: Path): FieldError[] {
  const { key = '', operator = '', values = [] } = expression;
  const valuesPath = path.child('values');
  const errors: FieldError[] = [];
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (values.length === 0) {
        errors.push(field.required(valuesPath, "must be specified when `operator` is 'In' or 'NotIn'"));
      }
      break;
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0) {
        const text = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
        errors.push(field.forbidden(valuesPath, text));
      }
      break;
    case 'Gt':
    case 'Lt':
      if (values.length !== 1) {
        errors.push(field.required(valuesPath, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
      }
      break;
    default:
      errors.push(field.invalid(path.child('operator'), operator, 'not a valid selector operator'));
  }
  errors.push(...qualified(key, path.child('key')));
  if (!strict) return errors;
  return [
    ...errors,
    ...values.flatMap((value, index) => messages(valuesPath.index(index), value, labelValueRule(value))),
  ];
}

function validateFieldExpression({ key = '', operator = '', values = [] }: NodeSelectorRequirement, path: Path) {
  const errors: FieldError[] = [];
  if (operator !== 'In' && operator !== 'NotIn') {
    errors.push(field.invalid(path.child('operator'), operator, 'not a valid selector operator'));
  } else if (values.length !== 1) {
    const text = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
    errors.push(field.required(path.child('values'), text));
  }
  if (key !== 'metadata.name') {
    return [...errors, field.invalid(path.child('key'), key, 'not a valid field selector key')];
  }
  const places = path.child('values');
  return [
    ...errors,
    ...values.flatMap((value, index) => messages(places.index(index), value, subdomainNameRule(value, false))),
  ];
}

function validatePodAffinity(affinity: PodAffinity, path: Path): FieldError[] {
  return [
    ...(affinity[required] ?? []).flatMap((term, index) => validatePodTerm(term, path.child(required).index(index))),
    ...(affinity[preferred] ?? []).flatMap(({ weight = 0, podAffinityTerm = {} }, index) => {
      const place = path.child(preferred).index(index);
      return [...validateWeight(weight, place), ...validatePodTerm(podAffinityTerm, place.child('podAffinityTerm'))];
    }),
  ];
}

function validateWeight(weight: number, path: Path): FieldError[] {
  return weight > 0 && weight <= 100 ? [] : [field.invalid(path.child('weight'), weight, weightText)];
}

function validatePodTerm(term: PodAffinityTerm, path: Path): FieldError[] {
  const { topologyKey = '' } = term;
  return [
    ...validateLabelSelector(term.labelSelector, path.child('labelSelector')),
    ...validateLabelSelector(term.namespaceSelector, path.child('namespaceSelector')),
    ...(term.namespaces ?? []).flatMap((name) => messages(path.child('namespace'), name, labelNameRule(name, false))),
    ...validateLabelKeys(term, path),
    ...(topologyKey === '' ? [field.required(path.child('topologyKey'), 'can not be empty')] : []),
    ...qualified(topologyKey, path.child('topologyKey')),
  ];
}
