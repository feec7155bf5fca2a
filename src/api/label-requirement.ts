/**
 * What a label selector asks of one label, whether it was written as text or as an object. Mirrors apimachinery labels.Requirement and
 * labels.Selector.
 */
import * as field from './field-error.ts';
import { labelValueRule, qualifiedName } from './names.ts';

export type LabelOperator = 'in' | 'notin' | '=' | '==' | '!=' | 'gt' | 'lt' | 'exists' | '!';

export interface LabelRequirement {
  readonly key: string;
  readonly operator: LabelOperator;
  readonly values: readonly string[];
}

/** All of them must hold, sorted by key; an empty list matches everything. */
export type LabelRequirements = readonly LabelRequirement[];

export type Labels = Readonly<Record<string, string>>;

/** A selector that can't be read; the message is upstream's. */
export class SelectorError extends Error {
  override readonly name = 'SelectorError';
}

/** @throws SelectorError for values that the operator doesn't take, or keys and values that can't be labels */
export function labelRequirement(key: string, operator: LabelOperator, values: readonly string[]): LabelRequirement {
  // No values are Go's nil.
  const shown = values.length === 0 ? null : [...values];
  const errors: field.FieldError[] = qualifiedNameError(key, 'key');
  if (operator === 'in' || operator === 'notin') {
    const text = "for 'in', 'notin' operators, values set can't be empty";
    if (values.length === 0) errors.push(field.invalid('values', shown, text));
  } else if (operator === 'exists' || operator === '!') {
    const text = 'values set must be empty for exists and does not exist';
    if (values.length > 0) errors.push(field.invalid('values', shown, text));
  } else if (operator === 'gt' || operator === 'lt') {
    const text = "for 'Gt', 'Lt' operators, exactly one value is required";
    if (values.length !== 1) errors.push(field.invalid('values', shown, text));
    for (const [index, value] of values.entries()) {
      if (parseInt64(value) !== undefined) continue;
      const notInteger = "for 'Gt', 'Lt' operators, the value must be an integer";
      errors.push(field.invalid(`values[${index}]`, value, notInteger));
    }
  } else if (values.length !== 1) {
    errors.push(field.invalid('values', shown, 'exact-match compatibility requires one single value'));
  }
  for (const [index, value] of values.entries()) {
    const messages = labelValueRule(value);
    if (messages.length > 0) errors.push(field.invalid(`values[${index}][${key}]`, value, messages.join('; ')));
  }
  if (errors.length > 0) throw new SelectorError(field.fieldErrorsText(errors));
  return { key, operator, values };
}

/** A ReplicationController's or Service's plain selector. */
export function labelRequirementsOfSet(labels: Labels): LabelRequirements {
  return sortedRequirements(
    Object.entries(labels).map(([key, value]): LabelRequirement => ({ key, operator: '=', values: [value] })),
  );
}

/** All of `wanted` are among `labels`: a plain selector, without its check. */
export function hasLabels(wanted: Labels, labels: Labels | undefined): boolean {
  return Object.entries(wanted).every(([key, value]) => labels?.[key] === value);
}

/** `undefined` matches nothing. */
export function matchesLabels(requirements: LabelRequirements | undefined, labels: Labels | undefined): boolean {
  return requirements?.every((requirement) => matchesRequirement(requirement, labels ?? {})) ?? false;
}

/** The text that parseLabelSelector reads. */
export function labelRequirementsText(requirements: LabelRequirements | undefined): string {
  return (requirements ?? []).map(requirementText).join(',');
}

/** By key. Sorts in place. */
export function sortedRequirements(requirements: LabelRequirement[]): LabelRequirements {
  return requirements.sort((left, right) => (left.key < right.key ? -1 : Number(left.key > right.key)));
}

/** Says of `path` what is wrong with the key. */
export function qualifiedNameError(key: string, path: string): field.FieldError[] {
  const messages = qualifiedName(key);
  return messages.length === 0 ? [] : [field.invalid(path, key, messages.join('; '))];
}

function matchesRequirement({ key, operator, values }: LabelRequirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'in':
    case '=':
    case '==':
      return value !== undefined && values.includes(value);
    case 'notin':
    case '!=':
      return value === undefined || !values.includes(value);
    case 'exists':
      return value !== undefined;
    case '!':
      return value === undefined;
    case 'gt':
    case 'lt': {
      const left = value === undefined ? undefined : parseInt64(value);
      const right = parseInt64(values[0] ?? '');
      if (left === undefined || right === undefined) return false;
      return operator === 'gt' ? left > right : left < right;
    }
  }
}

function requirementText({ key, operator, values }: LabelRequirement): string {
  switch (operator) {
    case 'exists':
      return key;
    case '!':
      return `!${key}`;
    case 'in':
    case 'notin':
      return `${key} ${operator} (${[...values].sort().join(',')})`;
    case 'gt':
      return `${key}>${values.join(',')}`;
    case 'lt':
      return `${key}<${values.join(',')}`;
    case '=':
    case '==':
    case '!=':
      return `${key}${operator}${values.join(',')}`;
  }
}

/** Mirrors strconv.ParseInt(text, 10, 64). */
function parseInt64(text: string): bigint | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text);
  return BigInt.asIntN(64, value) === value ? value : undefined;
}
