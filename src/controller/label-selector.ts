/** Label selectors as objects have them. Mirrors apimachinery meta/v1 LabelSelectorAsSelector. */
import { isJsonObject, type JsonValue } from '../api/json.ts';
import type { ObjectMeta } from '../api/object.ts';

export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly LabelExpression[];
}

export interface LabelExpression {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

type Labels = ObjectMeta['labels'];

/** Whether the selector has no requirement at all: it would match everything, which workloads don't accept. */
export function selectsEverything(selector: LabelSelector): boolean {
  return Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0;
}

/** An empty selector matches everything; an absent one nothing; one with an unknown operator nothing. */
export function matchesSelector(selector: LabelSelector | undefined, labels: Labels): boolean {
  if (!selector) return false;
  if (!matchesLabels(selector.matchLabels ?? {}, labels)) return false;
  return (selector.matchExpressions ?? []).every((expression) => matchesExpression(expression, labels));
}

/** All of `wanted` are among `labels`. */
export function matchesLabels(wanted: Readonly<Record<string, string>>, labels: Labels): boolean {
  return Object.entries(wanted).every(([key, value]) => labels?.[key] === value);
}

/** A selector as it stands in an object; `undefined` when it is none. */
export function asLabelSelector(value: JsonValue | undefined): LabelSelector | undefined {
  // The API server has validated its shape.
  return isJsonObject(value) ? (value as LabelSelector) : undefined;
}

function matchesExpression({ key, operator, values = [] }: LabelExpression, labels: Labels): boolean {
  const value = labels?.[key];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return false;
  }
}
