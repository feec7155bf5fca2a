/** The label selectors that stand as objects in specs. Mirrors apimachinery meta/v1 LabelSelectorAsSelector and its validation. */
import * as field from './field-error.ts';
import { goQuote } from './go-text.ts';
import {
  labelRequirement,
  labelRequirementsText,
  matchesLabels,
  SelectorError,
  sortedRequirements,
  type LabelOperator,
  type LabelRequirements,
  type Labels,
} from './label-requirement.ts';
import { labelValueRule, qualifiedName } from './names.ts';

/** meta/v1 LabelSelector. */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>> | null;
  readonly matchExpressions?: readonly LabelSelectorExpression[] | null;
}

interface LabelSelectorExpression {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[] | null;
}

/**
 * Of a selector object: an absent one matches nothing (`undefined`), an empty one everything.
 * @throws SelectorError
 */
export function labelRequirements(selector: LabelSelector | null | undefined): LabelRequirements | undefined {
  if (selector === undefined || selector === null) return undefined;
  const equalities = Object.entries(selector.matchLabels ?? {}).map(([key, value]) =>
    labelRequirement(key, '=', [value]),
  );
  const expressions = (selector.matchExpressions ?? []).map(({ key, operator, values }) =>
    labelRequirement(key, expressionOperator(operator), values ?? []),
  );
  return sortedRequirements([...equalities, ...expressions]);
}

/** Whether a selector object matches: an absent one nothing, an empty one everything, one that isn't valid nothing. */
export function matchesLabelSelector(selector: LabelSelector | null | undefined, labels: Labels | undefined): boolean {
  try {
    return matchesLabels(labelRequirements(selector), labels);
  } catch (error) {
    if (error instanceof SelectorError) return false;
    throw error;
  }
}

/** Whether the selector has no requirement at all: it would match everything, which workloads don't accept. */
export function isEmptyLabelSelector({ matchLabels, matchExpressions }: LabelSelector): boolean {
  return Object.keys(matchLabels ?? {}).length === 0 && (matchExpressions ?? []).length === 0;
}

/** `a=b,c in (d)`: as status.selector of a Scale and table cells show it; `<none>` for nothing to show. Mirrors meta/v1 FormatLabelSelector. */
export function formatLabelSelector(selector: LabelSelector | null | undefined): string {
  try {
    const text = labelRequirementsText(labelRequirements(selector));
    return text === '' ? '<none>' : text;
  } catch (error) {
    if (error instanceof SelectorError) return '<error>';
    throw error;
  }
}

/** As Go prints a selector: `&LabelSelector{MatchLabels:map[string]string{app: web,},MatchExpressions:[]LabelSelectorRequirement{},}`. */
export function labelSelectorText(selector: LabelSelector | null | undefined): string {
  if (!selector) return 'nil';
  const labels = Object.entries(selector.matchLabels ?? {}).toSorted(([left], [right]) => (left < right ? -1 : 1));
  const expressions = (selector.matchExpressions ?? []).map(
    ({ key, operator, values }) =>
      `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${(values ?? []).join(' ')}],},`,
  );
  const labelsText = labels.map(([key, value]) => `${key}: ${value},`).join('');
  return `&LabelSelector{MatchLabels:map[string]string{${labelsText}},MatchExpressions:[]LabelSelectorRequirement{${expressions.join('')}},}`;
}

/** Mirrors meta/v1/validation ValidateLabelSelector. */
export function validateLabelSelector(
  selector: LabelSelector | null | undefined,
  path: field.Path,
): field.FieldError[] {
  const errors = validateLabels(selector?.matchLabels, path.child('matchLabels'));
  for (const [index, expression] of (selector?.matchExpressions ?? []).entries()) {
    errors.push(...validateExpression(expression, path.child('matchExpressions').index(index)));
  }
  return errors;
}

/** Mirrors meta/v1/validation ValidateLabels. */
export function validateLabels(labels: Labels | null | undefined, path: field.FieldPath): field.FieldError[] {
  return Object.entries(labels ?? {}).flatMap(([key, value]) => [
    ...qualifiedName(key).map((message) => field.invalid(path, key, message)),
    ...labelValueRule(value).map((message) => field.invalid(path, value, message)),
  ]);
}

function validateExpression(expression: LabelSelectorExpression, path: field.Path): field.FieldError[] {
  const { key, operator } = expression;
  const values = expression.values ?? [];
  const errors: field.FieldError[] = [];
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) {
      errors.push(field.required(path.child('values'), "must be specified when `operator` is 'In' or 'NotIn'"));
    }
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    const text = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
    if (values.length > 0) errors.push(field.forbidden(path.child('values'), text));
  } else {
    errors.push(field.invalid(path.child('operator'), operator, 'not a valid selector operator'));
  }
  errors.push(...qualifiedName(key).map((message) => field.invalid(path.child('key'), key, message)));
  for (const [index, value] of values.entries()) {
    const place = path.child('values').index(index);
    errors.push(...labelValueRule(value).map((message) => field.invalid(place, value, message)));
  }
  return errors;
}

function expressionOperator(operator: string): LabelOperator {
  switch (operator) {
    case 'In':
      return 'in';
    case 'NotIn':
      return 'notin';
    case 'Exists':
      return 'exists';
    case 'DoesNotExist':
      return '!';
    default:
      throw new SelectorError(`${goQuote(operator)} is not a valid label selector operator`);
  }
}
