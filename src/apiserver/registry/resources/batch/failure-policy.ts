/** Mirrors validatePodFailurePolicy, v1.36. */
import * as field from '../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../api/field-error.ts';
import { goQuote } from '../../../../api/go-text.ts';
import { oneOf, qualified } from '../checks.ts';
import type { ExitCodes, FailurePolicy, FailureRule, JobSpec } from './job-view.ts';

const rulesMax = 20;
const patternsMax = 20;
const exitCodesMax = 255;
const actions = ['Count', 'FailIndex', 'FailJob', 'Ignore'];

export function validateFailurePolicy({ rules = [] }: FailurePolicy, spec: JobSpec, path: Path): FieldError[] {
  const place = path.child('rules');
  const { containers = [], initContainers = [] } = spec.template?.spec ?? {};
  const names = new Set([...containers, ...initContainers].map(({ name = '' }) => name));
  return [
    ...(rules.length > rulesMax ? [field.tooMany(place, rules.length, rulesMax)] : []),
    ...rules.flatMap((rule, index) => validateRule(rule, spec, names, place.index(index))),
  ];
}

function validateRule(rule: FailureRule, spec: JobSpec, names: ReadonlySet<string>, path: Path): FieldError[] {
  const { action = '', onExitCodes, onPodConditions = [] } = rule;
  const actionPath = path.child('action');
  const errors = requiredValue(action, actionPath, actions);
  if (action === 'FailIndex' && spec.backoffLimitPerIndex === undefined) {
    errors.push(field.invalid(actionPath, action, 'requires the backoffLimitPerIndex to be set'));
  }
  if (onExitCodes) errors.push(...validateExitCodes(onExitCodes, names, path.child('onExitCodes')));
  const conditionsPath = path.child('onPodConditions');
  if (onPodConditions.length > patternsMax) {
    errors.push(field.tooMany(conditionsPath, onPodConditions.length, patternsMax));
  }
  for (const [index, { type = '', status = '' }] of onPodConditions.entries()) {
    const place = conditionsPath.index(index);
    errors.push(...qualified(type, place.child('type')));
    errors.push(...requiredValue(status, place.child('status'), ['False', 'True', 'Unknown']));
  }
  const without = (text: string): FieldError => ({ type: 'FieldValueInvalid', field: String(path), detail: text });
  if (onExitCodes && onPodConditions.length > 0) {
    errors.push(without('specifying both OnExitCodes and OnPodConditions is not supported'));
  }
  if (!onExitCodes && onPodConditions.length === 0) {
    errors.push(without('specifying one of OnExitCodes and OnPodConditions is required'));
  }
  return errors;
}

function validateExitCodes(codes: ExitCodes, names: ReadonlySet<string>, path: Path): FieldError[] {
  const { containerName, operator = '', values = [] } = codes;
  const errors = requiredValue(operator, path.child('operator'), ['In', 'NotIn']);
  if (containerName !== undefined && !names.has(containerName)) {
    const text = 'must be one of the container or initContainer names in the pod template';
    errors.push(field.invalid(path.child('containerName'), containerName, text));
  }
  const place = path.child('values');
  const shown = [...values];
  if (values.length === 0) errors.push(field.invalid(place, shown, 'at least one value is required'));
  else if (values.length > exitCodesMax) errors.push(field.tooMany(place, values.length, exitCodesMax));
  const seen = new Set<number>();
  for (const [index, value] of values.entries()) {
    if (operator === 'In' && value === 0) {
      errors.push(field.invalid(place.index(index), value, 'must not be 0 for the In operator'));
    }
    if (seen.has(value)) errors.push(field.duplicate(place.index(index), value));
    seen.add(value);
  }
  const ordered = values.every((value, index) => index === 0 || (values[index - 1] ?? 0) <= value);
  return ordered ? errors : [...errors, field.invalid(place, shown, 'must be ordered')];
}

function requiredValue(value: string, path: Path, supported: readonly string[]): FieldError[] {
  if (value !== '') return oneOf(value, path, supported);
  return [field.required(path, `valid values: [${supported.map(goQuote).join(' ')}]`)];
}
